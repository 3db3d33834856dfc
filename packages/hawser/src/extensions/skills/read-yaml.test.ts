import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readFrontmatter, writeSkill } from './frontmatter.ts'
import { readYaml } from './read-yaml.ts'

/** Nothing when it is refused; any other failure passes on. */
function readUnlessRefused(text: string): unknown {
  try {
    return readYaml(text)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

describe('frontmatter', () => {
  it.each([
    ['name: refunds\ndescription: Refund an order, when asked to.', { name: 'refunds' }],
    ['a: 1\nb: -2.5\nc: true\nd: null\ne: v1.2.3', { a: 1, b: -2.5, c: true, d: null, e: 'v1.2.3' }],
    [
      'metadata:\n  version: "1.0"\n  deep:\n    author: ada',
      { metadata: { version: '1.0', deep: { author: 'ada' } } },
    ],
    ['list:\n  - one\n  - "3"\n  - a: 1\n    b: [x, z]', { list: ['one', '3', { a: 1, b: ['x', 'z'] }] }],
    ['text: |\n  one\n    two\nfolded: >-\n  a\n  b', { text: 'one\n  two\n', folded: 'a b' }],
    ['allowed-tools: Bash(git:*) Read', { 'allowed-tools': 'Bash(git:*) Read' }],
    ['a: one # a comment\nurl: https://example.com/a?b=c#d', { a: 'one', url: 'https://example.com/a?b=c#d' }],
  ])('is read as YAML: %j', (text, value) => {
    expect(readYaml(text)).toMatchObject(value)
  })

  it.each(['yes', 'NO', 'on', '2026-01-01', '0o17', '012', '1_000', '12:30', '.inf', '0b11', 'y'])(
    'is refused where readers differ, naming the field: %s',
    (value) => {
      expect(() => readYaml(`ok: x\nmetadata:\n  since: ${value}`)).toThrow(/not every reader.*metadata\.since/)
      expect(readYaml(`since: "${value}"`)).toEqual({ since: value })
    },
  )

  it.each([
    ['a: &x b\nc: *x', 'an alias'],
    ['a: !mine b', 'Line 2'],
    ['a: @x', 'Line 2'],
    ['a: b: c', 'Line 2'],
    ['x: 1\na: "open', 'Line 3'],
    ['a: 1\na: 2', 'Line 3'],
    ['a:\n\tb: 1', 'Line 3'],
    ['.: x', 'not every reader'],
    ['x: 1\n<<: {a: 1}', 'not every reader'],
    [`a: ${'x'.repeat(70_000)}`, 'longer than'],
  ])('is refused where it is wrong, naming the line: %j', (text, problem) => {
    expect(() => readYaml(text)).toThrow(TypeError)
    expect(() => readYaml(text)).toThrow(problem)
  })

  it('is refused, or is the same to a reader of either revision', () => {
    const piece = fc.constantFrom(
      'a',
      ':',
      ': ',
      ' ',
      '\n',
      '  ',
      '- ',
      '"',
      "'",
      ' #',
      '|',
      '>',
      '[',
      ']',
      ',',
      '{',
      '}',
      '1',
      '0',
      '.',
      'null',
      'on',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = `k: v\n${pieces.join('')}`
        const ours = readUnlessRefused(text)
        if (ours === undefined) return
        expect(ours).toEqual(parse(text))
        expect(ours).toEqual(parse(text, { version: '1.1' }))
        expect(JSON.parse(JSON.stringify(ours))).toEqual(ours)
      }),
      { numRuns: 2000 },
    )
  })

  it('is the same when it was written from fields', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue()), (given) => {
        // Numbers with exponents are text to some readers.
        fc.pre(!/\de[-+]\d|\d{16}|-0/.test(JSON.stringify(given)))
        const fields = JSON.parse(JSON.stringify(given)) as Record<string, never>
        const text = writeSkill(fields, '# Body')
        expect(readFrontmatter(text)).toEqual(fields)
        expect(parse(text.slice(4, text.indexOf('\n---\n\n') + 1), { maxAliasCount: 0 }) ?? {}).toEqual(fields)
      }),
    )
  })

  it('begins and ends with a line of three hyphens', () => {
    expect(readFrontmatter('---\r\na: b\r\n---\r\n# x')).toEqual({ a: 'b' })
    expect(() => readFrontmatter('# x')).toThrow('does not begin')
    expect(() => readFrontmatter('---\na: b')).toThrow('no end')
    expect(() => readFrontmatter('---\n- a\n---\n')).toThrow('no list of fields')
  })
})

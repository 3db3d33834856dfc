import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readFrontmatter, writeSkill } from './frontmatter.ts'
import { readYaml } from './read-yaml.ts'

const read = (text: string) => readYaml(text.split('\n'))

describe('frontmatter', () => {
  it.each([
    'name: refunds\ndescription: Refund an order, when asked to.',
    'name: "a: b"\ndescription: \'it\'\'s "so"\'',
    'a: 1\nb: -2.5\nc: true\nd: false\ne: null\nf:\ng: 007x\nh: v1.2.3',
    'a: one two # a comment\nb: a#b\nc: "x" # y\n# all of it\nd: x',
    'metadata:\n  version: "1.0"\n  deep:\n    author: ada\n  after: x\nlicense: MIT',
    'list:\n  - one\n  - two words\n  - "3"\nflat:\n- a\n- b\nlast: x',
    'tools: [Read, Write]\nempty: []\njson: {"a": [1, {"b": null}]}\nnone: {}',
    'text: |\n  one\n    two\n\n  three\nafter: x',
    'text: |-\n  one\n  two\nkeep: |+\n  x\n\nafter: z',
    'text: >\n  one\n  two\n\n  three\nafter: x',
    'text: >-\n  folded\n  line\n',
    '"quoted key": 1\n\'other key\': 2\nplain key: 3\nallowed-tools: Bash(git:*) Read',
    'list:\n  -\n    a: 1\n    b: 2\n  - [x, z]',
    'a:   spaced   \nb: "tab\\tand \\u00e9"\nurl: https://example.com/a?b=c#d',
    '',
  ])('is read as every reader reads it: %j', (text) => {
    expect(read(text)).toEqual(parse(text) ?? {})
  })

  it.each([
    ['a: yes', 'not every reader'],
    ['a: NO', 'not every reader'],
    ['a: 2026-01-01', 'not every reader'],
    ['a: 0o17', 'not every reader'],
    ['a: 012', 'not every reader'],
    ['a: 1_000', 'not every reader'],
    ['a: 12:30', 'not every reader'],
    ['a: 1e3', 'not every reader'],
    ['a: .inf', 'not every reader'],
    ['a: ~', 'not every reader'],
    ['a: True', 'not every reader'],
    ['a: &x b', 'begins with &'],
    ['a: *x', 'begins with *'],
    ['a: !!str x', 'begins with !'],
    ['a: @x', 'begins with @'],
    ['a: b: c', 'colon and a space'],
    ['a: "open', 'not closed'],
    ['a: "x" y', 'not closed'],
    ['a: "\\x41"', 'an escape'],
    ['a: one\n  two', 'a text that began above'],
    ['a: 1\na: 2', 'a second time'],
    ['a:\n\tb: 1', 'a tab'],
    ['just text', 'neither a field nor an item'],
    ['a: 1\n  b: 2', 'a text that began above'],
    ['- a: 1', 'fields in the line'],
    ['a: {b: c}', 'neither JSON nor a list of words'],
    ['a: |2\n  x', 'a block of text'],
    ['a:\n    b: 1\n  c: 2', 'fits nothing'],
  ])('is refused where readers differ, naming the line: %j', (text, problem) => {
    expect(() => read(text)).toThrow(problem)
    expect(() => read(text)).toThrow(/Line \d+ of its frontmatter/)
  })

  it('is never read in another way than a reader of YAML 1.2 reads it', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      ':',
      ': ',
      ' ',
      '\n',
      '  ',
      '- ',
      '-',
      '"',
      "'",
      '#',
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
      'true',
      'x y',
      '\\',
      '&',
      '\n\n',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = `k: v\n${pieces.join('')}`
        let ours: unknown
        try {
          ours = read(text)
        } catch {
          return
        }
        expect(ours).toEqual(parse(text, { uniqueKeys: true }))
      }),
      { numRuns: 3000 },
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

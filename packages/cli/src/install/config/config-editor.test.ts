import { applyPatch, reversePatch, structuredPatch } from 'diff'
import fc from 'fast-check'
import { stringify } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { changeConfig } from './change-config.ts'
import type { ConfigEditor } from './config-editor.ts'
import { jsonc } from './jsonc.ts'
import { readEntry } from './read-entry.ts'
import { toml } from './toml.ts'

const place = { table: 'mcpServers', name: 'notes' }
const ENTRY = { command: 'node', args: ['/a b/ä "x".ts', '--', '-v'], env: { KEY: '${KEY}' } }

const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean())
const other = fc.record({ command: fc.string(), args: fc.array(fc.string(), { maxLength: 3 }) })
const names = fc.constantFrom('a', 'b b', 'ünï', '// no', '"q"', 'constructor', 'notes2', '#', '[x]')
const servers = fc.dictionary(names, other, { maxKeys: 3, noNullPrototype: true })
const rest = fc.dictionary(names, fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), other), {
  maxKeys: 4,
  noNullPrototype: true,
})
/** A configuration with servers before, between or after its other settings, or without any. */
const config = fc
  .tuple(rest, fc.option(servers), fc.boolean())
  .map(([settings, table, isFirst]) =>
    table === null ? settings : isFirst ? { [place.table]: table, ...settings } : { ...settings, [place.table]: table },
  )

const style = fc.record({
  indent: fc.constantFrom('', '  ', '    ', '\t'),
  eol: fc.constantFrom('\n', '\r\n'),
  comments: fc.array(fc.constantFrom('', '', '', ' // note', ' /* , */', ' /* } */ // "'), { minLength: 1 }),
  isTrailing: fc.boolean(),
  end: fc.constantFrom('', '\n', '\n\n', '\n// the end'),
})

/** Text of a configuration as people leave it: comments at the ends of lines, and commas behind the last of a list. */
const jsonText = fc.tuple(config, style).map(([value, { indent, eol, comments, isTrailing, end }]) => {
  const lines = JSON.stringify(value, null, indent).split('\n')
  const isPretty = lines.length > 1
  return lines
    .map((line, at) => {
      const isLast = /^\s*[}\]]/.test(lines[at + 1] ?? '') && !/[{[]$/.test(line)
      return line + (isTrailing && isPretty && isLast ? ',' : '') + (isPretty ? comments[at % comments.length] : '')
    })
    .join('\n')
    .concat(end)
    .replaceAll('\n', eol)
})

const tomlText = fc
  .tuple(config, fc.constantFrom('\n', '\r\n'), fc.array(fc.constantFrom('', '# note', '# [mcpServers.notes]')))
  .map(([value, eol, comments]) =>
    stringify(value)
      .split('\n')
      .flatMap((line, at) => [...(line.startsWith('[') && comments[at] !== undefined ? [comments[at]] : []), line])
      .join('\n')
      .replaceAll('\n', eol),
  )

const editors: readonly (readonly [string, ConfigEditor, fc.Arbitrary<string>])[] = [
  ['JSON with comments', jsonc, jsonText],
  ['TOML', toml, tomlText],
]

/** Everything that a person wrote is still there, in its order. */
const isWithin = (part: string, whole: string): boolean => {
  let at = 0
  for (const character of whole) if (character === part[at]) at++
  return at === part.length
}

describe.each(editors)('an entry in %s', (_, editor, texts) => {
  it('is added without taking anything away', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const changed = changeConfig(editor, text, { place, value: ENTRY })
        expect(readEntry(editor.read(changed), place)).toEqual(ENTRY)
        expect(isWithin(text.trimEnd(), changed)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('is the same when it is added twice', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const once = changeConfig(editor, text, { place, value: ENTRY })
        expect(changeConfig(editor, once, { place, value: ENTRY })).toBe(once)
      }),
    )
  })

  it('is taken back to the letter by the reverse of the patch', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const changed = changeConfig(editor, text, { place, value: ENTRY })
        const patch = structuredPatch('', '', text, changed, '', '', { context: 3 })
        expect(applyPatch(changed, reversePatch(patch), { autoConvertLineEndings: false })).toBe(text)
      }),
    )
  })

  it('is taken out by what it says, whatever else was changed', () => {
    fc.assert(
      fc.property(texts, fc.string(), (text, more) => {
        const hadTable = Object.hasOwn(editor.read(text), place.table)
        const added = changeConfig(editor, text, { place, value: ENTRY })
        const grown = changeConfig(editor, added, { place: { ...place, name: 'later' }, value: { command: more } })
        const shrunk = changeConfig(editor, grown, { place: { ...place, name: 'later' }, value: undefined })
        const removed = changeConfig(editor, shrunk, { place, value: undefined, withTable: !hadTable })
        expect(editor.read(removed)).toEqual(editor.read(text))
      }),
      { numRuns: 500 },
    )
  })

  it('is replaced in place', () => {
    fc.assert(
      fc.property(texts, other, (text, value) => {
        const added = changeConfig(editor, text, { place, value: ENTRY })
        const replaced = changeConfig(editor, added, { place, value })
        expect(readEntry(editor.read(replaced), place)).toEqual(value)
        expect(changeConfig(editor, replaced, { place, value: ENTRY })).toBe(added)
      }),
    )
  })
})

describe('a configuration as people write it', () => {
  it('keeps a comment with the line that it is about', () => {
    const text = '{\n  // servers\n  "mcpServers": {\n    "a": { "url": "x" } // mine\n  }\n}\n'
    expect(changeConfig(jsonc, text, { place, value: { url: 'y' } })).toBe(
      '{\n  // servers\n  "mcpServers": {\n    "a": { "url": "x" }, // mine\n    "notes": {\n      "url": "y"\n    }\n  }\n}\n',
    )
  })

  it.each(['', '  \n', '{}', '{ }', '{"a":1}', '{\n}\n', '{ // why\n}'])('may be %j', (text) => {
    const added = changeConfig(jsonc, text, { place, value: { url: 'y' } })
    expect(readEntry(jsonc.read(added), place)).toEqual({ url: 'y' })
    expect(jsonc.read(changeConfig(jsonc, added, { place, value: undefined, withTable: true }))).toEqual(
      jsonc.read(text),
    )
  })

  it('is left alone in a place that was not meant', () => {
    const inline = 'mcpServers = { notes = { url = "x" } }\n'
    expect(() => changeConfig(toml, inline, { place, value: { url: 'y' } })).toThrow('without a [table] of its own')
    const closed = 'mcpServers = { a = { url = "x" } }\n'
    expect(() => changeConfig(toml, closed, { place, value: { url: 'y' } })).toThrow()
    expect(() => changeConfig(jsonc, '{"mcpServers": 1}', { place, value: { url: 'y' } })).toThrow('no object')
    expect(() => changeConfig(jsonc, '[]', { place, value: { url: 'y' } })).toThrow('no JSON object')
    expect(() => changeConfig(jsonc, '{\n"a": nope}', { place, value: { url: 'y' } })).toThrow('line 2')
    expect(() => changeConfig(toml, 'a = \n', { place, value: { url: 'y' } })).toThrow('not valid TOML')
  })

  it('keeps what is below and above a table of TOML', () => {
    const text =
      '# mine\nmodel = "x"\n\n[mcpServers.notes]\nurl = "a" # old\n\n[mcpServers.notes.env]\nA = "1"\n\n# theirs\n[other]\nb = 1\n'
    expect(changeConfig(toml, text, { place, value: { url: 'y' } })).toBe(
      '# mine\nmodel = "x"\n\n[mcpServers.notes]\nurl = "y"\n\n# theirs\n[other]\nb = 1\n',
    )
    expect(changeConfig(toml, text, { place, value: undefined })).toBe(
      '# mine\nmodel = "x"\n\n# theirs\n[other]\nb = 1\n',
    )
  })
})

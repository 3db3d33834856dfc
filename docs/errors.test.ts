import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DefinitionError } from 'hawser'
import { describe, expect, it } from 'vitest'
import { EXIT_CODES } from '../packages/cli/src/exit-code.ts'
import { PROTOCOL_ERRORS } from '../packages/hawser/src/call/error.ts'
import { causes, fixes } from './definition-errors.ts'

const source = join(import.meta.dirname, '../packages/hawser/src')
const page = readFileSync(join(import.meta.dirname, 'errors.md'), 'utf8')
const errorSource = readFileSync(join(source, 'call/error.ts'), 'utf8')

const usedIds = new Set(
  globSync('**/*.ts', { cwd: source, exclude: (path) => path.endsWith('.test.ts') })
    .map((path) => readFileSync(join(source, path), 'utf8'))
    .flatMap((text) => [...text.matchAll(/new DefinitionError\(\s*'([^']+)'/g)].map((found) => found[1] ?? '')),
)

const sectionOf = (heading: string): string => page.split(/^## /m).find((part) => part.startsWith(heading)) ?? ''
/** The cells of each row of a section's first table. */
const rowsOf = (heading: string): readonly (readonly string[])[] =>
  [
    ...sectionOf(heading)
      .split(/^### /m)[0]!
      .matchAll(/^\| (?!-)(.*) \|$/gm),
  ].map((row) => (row[1] ?? '').split(' | ').map((cell) => cell.replaceAll('`', '')))
const codesOf = (heading: string): readonly (string | undefined)[] =>
  rowsOf(heading)
    .slice(1)
    .map(([code]) => code)
/** The members of a union of strings in the source. */
const membersOf = (pattern: RegExp): readonly string[] =>
  [...(pattern.exec(errorSource)?.[1] ?? '').matchAll(/'(\w+)'/g)].map((found) => found[1] ?? '')

describe('errors.md', () => {
  it('has a section for every id of a DefinitionError in the source, and for no other', () => {
    const sections = [...sectionOf('DefinitionError').matchAll(/^### (.+)$/gm)].map((found) => found[1] ?? '')
    expect(usedIds.size).toBeGreaterThan(5)
    expect(sections.toSorted()).toEqual([...usedIds].toSorted())
    expect(new Set(sections).size).toBe(sections.length)
  })

  it('has every code of a ProtocolError with its number and status', () => {
    expect(
      rowsOf('ProtocolError')
        .slice(1)
        .map(([code, number, status]) => [code, Number(number), Number(status)]),
    ).toEqual(Object.entries(PROTOCOL_ERRORS).map(([code, { number, status }]) => [code, number, status]))
  })

  it('has every code of a ConnectionError and an AuthorizationError', () => {
    expect(codesOf('ConnectionError')).toEqual(membersOf(/type ConnectionErrorCode =((?:\n {2}\|.*)+)/))
    expect(codesOf('AuthorizationError')).toEqual(membersOf(/readonly code: ('missing_token'.*)/))
  })

  it('has every exit code of the command', () => {
    expect(rowsOf('Exit codes').slice(1)).toEqual(EXIT_CODES.map(([code, meaning]) => [String(code), meaning]))
  })
})

describe.each(Object.keys(causes))('%s', (id) => {
  it('is what its example causes, and the message leads to its section', () => {
    expect(causes[id]).toThrow(DefinitionError)
    expect(causes[id]).toThrow(`(docs/errors.md#${id})`)
  })

  it('is mended by its fix', () => {
    expect(fixes[id]).not.toThrow()
  })
})

it('gives an example and a fix for every id', () => {
  expect(Object.keys(causes).toSorted()).toEqual([...usedIds].toSorted())
  expect(Object.keys(fixes)).toEqual(Object.keys(causes))
})

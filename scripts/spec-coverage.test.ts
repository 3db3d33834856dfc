import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { must, notOurs, type Page } from '../docs/spec/requirement.ts'
import { PAGES } from '../docs/spec/requirements/index.ts'
import { citationsIn, readCitations, rulesOf, writeCoverage } from './spec-coverage.ts'

describe('a citation', () => {
  it('names the test that it stands above, with the group of it', () => {
    const text = [
      "describe('another group', () => {",
      '})',
      "describe('a group', () => {",
      '  // basic#meta: words',
      '  // spec: one, two',
      "  it('does something', async () => {",
      '// spec: three',
      '// more words',
      'it.each([',
      "  ['a row', 1],",
      "  ['another, longer row', (x) => x],",
      '])(',
      "  'does %s',",
      '  async (_, code) => {',
    ].join('\n')
    expect(citationsIn('a.test.ts', text)).toEqual([
      { id: 'one', file: 'a.test.ts', title: 'a group does something' },
      { id: 'two', file: 'a.test.ts', title: 'a group does something' },
      { id: 'three', file: 'a.test.ts', title: 'does %s' },
    ])
  })

  it('names a case of a table, or the table', () => {
    const text =
      "  // spec: one\n  { name: 'a case', x: 1 },\n  // spec: two\n  mismatch('another', {}),\n// spec: three\nconst all: Case[] = []"
    expect(citationsIn('cases.ts', text).map(({ title }) => title)).toEqual(['a case', 'another', 'all'])
  })

  it('has no title anywhere else', () => {
    expect(citationsIn('a.test.ts', '// spec: one\nconst x = 1\n')).toEqual([
      { id: 'one', file: 'a.test.ts', title: undefined },
    ])
  })
})

describe('the page of coverage', () => {
  it('shows tests of rules that are held, and reasons of others', () => {
    const page: Page = {
      path: 'p',
      sections: { s: { a: must('server', 'Does.'), b: must('client', 'Shows.', notOurs('Shows nothing.')) } },
    }
    const text = writeCoverage([page], [{ id: 'a', file: 'packages/hawser/src/x/a.test.ts', title: 'works | well' }])
    expect(text).toContain('| MUST | 1 | 0 | 1 |')
    expect(text).toContain(
      '/p#s) Does. | MUST | server | [x/a](../../packages/hawser/src/x/a.test.ts): works \\| well |',
    )
    expect(text).toContain('Shows. | MUST | client | *Not ours.* Shows nothing. |')
    const elsewhere = writeCoverage([{ ...page, path: '/docs/p' }], [])
    expect(elsewhere).toContain('(https://modelcontextprotocol.io/docs/p#s)')
  })
})

const rules = rulesOf(PAGES)
const citations = readCitations()

describe('the rules of the specification', () => {
  it('have names of their own', () => {
    const ids = rules.map(({ id }) => id)
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
  })

  it('are proved by tests where they are held', () => {
    const cited = new Set(citations.map(({ id }) => id))
    const unproved = rules.filter(({ id, exemption }) => exemption === undefined && !cited.has(id))
    expect(unproved.map(({ id, text }) => `${id}: ${text}`)).toEqual([])
  })

  it('are cited by their names, right above a test', () => {
    const known = new Set(rules.filter(({ exemption }) => exemption === undefined).map(({ id }) => id))
    const wrong = citations.filter(({ id, title }) => !known.has(id) || title === undefined)
    expect(wrong.map(({ id, file }) => `${file}: ${id}`)).toEqual([])
  })

  it('are shown as they are; after a change: npx node scripts/spec-coverage.ts', () => {
    const page = readFileSync(join(import.meta.dirname, '../docs/spec/coverage.md'), 'utf8')
    expect(page).toBe(writeCoverage(PAGES, citations))
  })
})

/** Writes docs/spec/coverage.md, which tells for each rule of the specification the tests that prove it: `npx node scripts/spec-coverage.ts`. */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import type { Page, Requirement } from '../docs/spec/requirement.ts'
import { PAGES } from '../docs/spec/requirements/index.ts'

const root = join(import.meta.dirname, '..')
const COVERAGE = 'docs/spec/coverage.md'
const SITE = 'https://modelcontextprotocol.io'
const SPECIFICATION = `${SITE}/specification/2026-07-28`

/** One rule with its place. */
export interface Rule extends Requirement {
  readonly id: string
  readonly page: string
  readonly section: string
}

/** A test that says which rules it proves. */
export interface Citation {
  readonly id: string
  /** From the root of the repository, with slashes. */
  readonly file: string
  /** What the test is called; absent when the comment does not stand right above a test. */
  readonly title: string | undefined
}

export function rulesOf(pages: readonly Page[]): readonly Rule[] {
  return pages.flatMap(({ path, sections }) =>
    Object.entries(sections).flatMap(([section, rules]) =>
      Object.entries(rules).map(([id, rule]) => ({ ...rule, id, page: path, section })),
    ),
  )
}

/** `// spec: one-rule, another`, in as many lines as it takes. */
const COMMENT = /^[ \t]*\/\/ spec: (.*)$/gm
/** The call of `it` or `describe` right below, a named case of a table, or a table; comments may come between. */
const BELOW = /^(?:\s*\/\/.*\n)*\s*(?:(?:it|describe)\b|\{?\s*name: '(.*?)'|mismatch\(\s*'(.*?)'|const (\w+): Case\[\])/
/** The first text that is followed by a function, which is the title. */
const TITLE = /\(\s*(['`])((?:\\.|(?!\1)[^\\])*)\1,\s*(?:async )?(?:\(|\w+ =>)/

/** A group of tests; groups of tests for several places are named by other means. */
const GROUP = /^([ \t]*)describe(?:\.\w+\([^'`\n]*\))?\(\s*(['`])((?:\\.|(?!\2)[^\\])*)\2/gm

export function citationsIn(file: string, text: string): readonly Citation[] {
  return [...text.matchAll(COMMENT)].flatMap((comment) => {
    const after = text.slice(comment.index + comment[0].length + 1)
    const below = BELOW.exec(after)
    const title = below === null ? undefined : (below[1] ?? below[2] ?? below[3] ?? titleOf(after, text, comment))
    return (comment[1] ?? '').split(',').map((id) => ({ id: id.trim(), file, title }))
  })
}

/** The sentence that a test makes with the group that it stands in. */
function titleOf(after: string, text: string, { index, 0: comment }: RegExpExecArray): string | undefined {
  const title = TITLE.exec(after)?.[2]
  const indent = comment.search(/\S/)
  const groups = [...text.slice(0, index).matchAll(GROUP)].filter(([, space = '']) => space.length < indent)
  const group = groups.at(-1)?.[3]
  return title === undefined || group === undefined ? title : `${group} ${title}`
}

export function readCitations(): readonly Citation[] {
  return globSync('{packages,examples,docs,conformance,scripts}/**/{*.test.ts,fixtures/*.ts}', { cwd: root })
    .filter((path) => !/node_modules|dist/.test(path) && !path.endsWith('spec-coverage.test.ts'))
    .map((path) => path.replaceAll(sep, '/'))
    .sort()
    .flatMap((path) => citationsIn(path, readFileSync(join(root, path), 'utf8')))
}

/** The page of coverage, as Markdown. */
export function writeCoverage(pages: readonly Page[], citations: readonly Citation[]): string {
  const rules = rulesOf(pages)
  const count = (level: string, status: string): number =>
    rules.filter((rule) => rule.level === level && (rule.exemption?.status ?? 'held') === status).length
  const summary = ['MUST', 'SHOULD'].map(
    (level) => `| ${level} | ${count(level, 'held')} | ${count(level, 'later')} | ${count(level, 'not-applicable')} |`,
  )
  return [
    '# What the specification asks, and the tests that prove it',
    '',
    `Rules of [revision 2026-07-28](${SPECIFICATION})`,
    'that bind a server, a client, a transport or an issuer of tokens, in our own words. Written by `npx node scripts/spec-coverage.ts` from',
    '`docs/spec/requirements` and the comments `// spec: …` of the tests; a test fails when a rule that is held has none.',
    'The last pages are what earlier revisions ask besides.',
    '',
    '| | held | later | not ours |',
    '| --- | --- | --- | --- |',
    ...summary,
    ...pages.flatMap((page) => showPage(page, citations)),
    '',
  ].join('\n')
}

function showPage(page: Page, citations: readonly Citation[]): readonly string[] {
  const rows = rulesOf([page]).map(({ id, level, who, text, section, exemption }) => {
    const anchor = section === 'overview' ? '' : `#${encodeURIComponent(section)}`
    const place = page.path.startsWith('/') ? `${SITE}${page.path}` : `${SPECIFICATION}/${page.path}`
    const link = `[\`${id}\`](${place}${anchor})`
    const proof = exemption === undefined ? showTests(citations.filter((each) => each.id === id)) : exemption.reason
    const status = exemption === undefined ? '' : exemption.status === 'later' ? '*Later.* ' : '*Not ours.* '
    return `| ${link} ${text} | ${level} | ${who} | ${status}${proof} |`
  })
  return ['', `## ${page.path}`, '', '| rule | level | binds | tests |', '| --- | --- | --- | --- |', ...rows]
}

function showTests(citations: readonly Citation[]): string {
  const tests = citations.map(({ file, title = '' }) => {
    const name = file.replace('packages/', '').replace('hawser/src/', '').replace('.test.ts', '')
    return `[${name}](../../${file}): ${title.replaceAll('\\', '').replaceAll('|', '\\|').replaceAll('$', '\\$')}`
  })
  return [...new Set(tests)].join('<br>')
}

if (import.meta.main) {
  writeFileSync(join(root, COVERAGE), writeCoverage(PAGES, readCitations()))
  console.log(`wrote ${COVERAGE}`)
}

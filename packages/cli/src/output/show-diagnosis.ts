import type { Examined, Finding, Verdict } from '../doctor/check.ts'
import type { Diagnosis } from '../doctor/examine.ts'
import type { Output } from './create-output.ts'
import { cleanLine } from './sanitize.ts'
import { type Piece, renderTable, type Row } from './table.ts'
import { wrap } from './wrap.ts'

const MARKS: Readonly<Record<Verdict, string>> = { good: '✔', note: '▲', bad: '✖', skipped: '·' }

/** Most characters of one finding; what a stranger wrote is in some. */
const MAX = 400

/** Below this many columns a finding stands under the title of its check. */
const NARROW = 64

/** What is the matter with a server: a table of checks, each thing that is not right with its cause and what to do. */
export function showDiagnosis({ url, groups, counts }: Diagnosis, output: Output): string {
  const { paint, width } = output
  const titles = widthOfTitles(groups.flatMap(({ checks }) => checks))
  return [
    wrap(paint.bold(cleanLine(url)), width).join('\n'),
    ...groups.map(({ title, checks }) => `${paint.bold(title)}\n${showChecks(checks, output, titles)}`),
    wrap(summarize(counts, paint), width).join('\n'),
  ].join('\n\n')
}

const widthOfTitles = (checks: readonly Examined[]): number => Math.max(...checks.map(({ title }) => title.length))

/** A table of checks, with a row for each finding. */
export function showChecks(checks: readonly Examined[], output: Output, titles = widthOfTitles(checks)): string {
  return renderTable(
    checks.flatMap((check) => showCheck(check, titles, output)),
    output.width,
  )
}

function showCheck({ title, findings }: Examined, titles: number, { paint, width }: Output): readonly Row[] {
  const brush = brushes(paint)
  return findings.map((finding, i): Row => {
    const { verdict } = finding
    const mark = [{ text: MARKS[verdict], paint: brush[verdict] }]
    // Padded, so that the columns of all groups stand under each other.
    const name = { text: (i === 0 ? title : '').padEnd(titles), ...(verdict === 'skipped' && { paint: paint.dim }) }
    const told = showFinding(finding, paint)
    return width < NARROW ? [mark, [...(i === 0 ? [{ ...name, text: title }] : []), ...told]] : [mark, [name], told]
  })
}

function showFinding({ verdict, found, cause, fix }: Finding, paint: Output['paint']): readonly Piece[] {
  const text = cut(found)
  if (verdict === 'skipped') return [{ text, paint: paint.dim }]
  const brush = brushes(paint)[verdict]
  return [
    { text, ...(verdict !== 'good' && { paint: brush }) },
    ...(cause === undefined ? [] : [{ text: cut(cause), paint: paint.dim }]),
    ...(fix === undefined ? [] : [{ text: `→ ${cut(fix)}` }]),
  ]
}

const brushes = ({ green, yellow, red, dim }: Output['paint']) => ({
  good: green,
  note: yellow,
  bad: red,
  skipped: dim,
})

function summarize(
  { good, note, bad, skipped }: Diagnosis['counts'],
  { green, red, yellow, dim }: Output['paint'],
): string {
  const parts = [
    bad === 0 ? green('Nothing is wrong.') : red(bad === 1 ? 'One thing is wrong.' : `${bad} things are wrong.`),
    ...(note === 0 ? [] : [yellow(note === 1 ? 'One is worth knowing.' : `${note} are worth knowing.`)]),
    dim(`${good} good, ${skipped} not looked at.`),
  ]
  return parts.join(' ')
}

const cut = (text: string): string => cleanLine(text.length > MAX ? `${text.slice(0, MAX)}…` : text)

import type { BlamedLines } from '../../examples/git-history/git/blame-lines.ts'
import type { ComparedPoints } from '../../examples/git-history/git/compare-points.ts'
import type { ExplainedCommit } from '../../examples/git-history/git/explain-commit.ts'
import type { FoundChanges } from '../../examples/git-history/git/find-changes.ts'
import type { Paint } from '../../packages/cli/src/output/paint.ts'
import { type Line, pad, paragraph, type Stretch } from './layout.ts'

/** What answers look like to a person. `width` is what a line may take. */
export interface Page {
  readonly paint: Paint
  readonly width: number
  /** Milliseconds since 1970. */
  readonly now: number
}

export function showChanges({ changes, next, note }: FoundChanges, page: Page): readonly Line[] {
  const { paint, now } = page
  const lines = changes.flatMap(({ shortSha, date, author, subject, fileCount }): readonly Line[] => [
    [
      [pad(shortSha, 9), paint.yellow],
      [subject, paint.bold],
    ],
    [[`${' '.repeat(9)}${author}, ${since(date, now)}, ${plural(fileCount, 'file')}`, paint.dim]],
  ])
  const more: readonly Line[] = next === undefined ? [] : [[['… and older ones, by cursor', paint.dim]]]
  return [...lines, ...more, ...remark(note, page)]
}

export function showCommit(
  { commit, files, fileCount, additions, deletions, patch, note }: ExplainedCommit,
  page: Page,
): readonly Line[] {
  const { paint, width, now } = page
  if (commit === undefined) return remark(note, page)
  const named = files
    .slice(0, 4)
    .map((file): Line => [
      [pad(file.change, 10), paint.dim],
      file.path,
      `  `,
      ...counted(file.additions, file.deletions, paint),
    ])
  const rest: readonly Line[] =
    fileCount > named.length ? [[[`… and ${plural(fileCount - named.length, 'file')} more`, paint.dim]]] : []
  return [
    [
      [`${commit.shortSha} `, paint.yellow],
      [commit.subject, paint.bold],
    ],
    [
      [`${commit.author}, ${since(commit.authoredAt, now)}; ${plural(fileCount, 'file')} `, paint.dim],
      ...counted(additions, deletions, paint),
    ],
    ...paragraph(commit.body, width, 4)
      .filter((text) => text !== '')
      .map((text): Line => [text]),
    ...named,
    ...rest,
    ...patch.text
      .split('\n')
      .filter((text) => /^[-+]/.test(text) && !/^(?:---|\+\+\+) /.test(text))
      .slice(0, 5)
      .map((text): Line => [[`  ${text}`, text.startsWith('+') ? paint.green : paint.red]]),
  ]
}

/** Columns that line numbers may take from the words beside them. */
const WIDEST_COLUMN = 24

export function showLines({ groups, startLine, endLine, totalLines, note }: BlamedLines, page: Page): readonly Line[] {
  const { paint, now } = page
  const rows = groups.slice(0, 5).map(({ commit, ranges }) => ({
    commit,
    where: ranges
      .map(({ startLine: first, endLine: last }) => (first === last ? `${first}` : `${first}–${last}`))
      .join(', '),
  }))
  const column = Math.min(Math.max(9, ...rows.map(({ where }) => where.length + 2)), WIDEST_COLUMN)
  const lines = rows.flatMap(({ commit, where }): readonly Line[] => [
    [
      [`${pad(where, column - 2)}  `, paint.cyan],
      [pad(commit.shortSha, 9), paint.yellow],
      [commit.subject, paint.bold],
    ],
    [[`${' '.repeat(column)}${commit.author}, ${since(commit.authoredAt, now)}`, paint.dim]],
  ])
  return [[[`lines ${startLine}–${endLine} of ${totalLines}`, paint.dim]], ...lines, ...remark(note, page)]
}

export function showComparison(compared: ComparedPoints, page: Page): readonly Line[] {
  const { paint } = page
  const { ahead, authors, fileCount, additions, deletions, files } = compared
  const names = authors.slice(0, 4).map(({ author, commits }) => `${author} (${commits})`)
  const biggest = files.toSorted((one, other) => sizeOf(other) - sizeOf(one)).slice(0, 4)
  return [
    [
      [`${plural(ahead, 'commit')}, ${plural(fileCount, 'file')} `, paint.bold],
      ...counted(additions, deletions, paint),
    ],
    ...(names.length > 0 ? [[[`by ${names.join(', ')}${authors.length > 4 ? ' …' : ''}`, paint.dim]] as const] : []),
    ...biggest.map((file): Line => [
      [pad(file.change, 10), paint.dim],
      file.path,
      '  ',
      ...counted(file.additions, file.deletions, paint),
    ]),
  ]
}

/** The beginning of a text; what follows is counted. */
export function showText(text: string, most: number, { paint, width }: Page): readonly Line[] {
  const all = text.trimEnd().split('\n')
  const shown = all.flatMap((line) => (line.trim() === '' ? [] : paragraph(line, width, 2))).slice(0, most)
  const left = all.filter((line) => line.trim() !== '').length - shown.length
  return [
    ...shown.map((line): Line => [line]),
    ...(left > 0 ? [[[`… ${plural(left, 'line')} more`, paint.dim]] as const] : []),
  ]
}

function remark(note: string | undefined, { paint, width }: Page): readonly Line[] {
  return note === undefined ? [] : paragraph(note, width, 3).map((text): Line => [[text, paint.dim]])
}

const sizeOf = ({ additions = 0, deletions = 0 }: { additions?: number; deletions?: number }): number =>
  additions + deletions

function counted(additions = 0, deletions = 0, paint: Paint): readonly Stretch[] {
  return [[`+${additions}`, paint.green], ' ', [`−${deletions}`, paint.red]]
}

export function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`
}

const UNITS = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

const spoken = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/** How long ago, in words. */
export function since(iso: string, now: number): string {
  const seconds = (now - Date.parse(iso)) / 1000
  const [unit, length] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ['minute', 60]
  return Math.abs(seconds) < 60 ? 'just now' : spoken.format(-Math.trunc(seconds / length), unit)
}

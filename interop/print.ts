import { PENDING } from './pending.ts'
import { CHECKS, type Outcome, type RowResult } from './row.ts'

/** Counts of a run, and whether it is as it must be. */
export interface Tally {
  ok: number
  cannot: number
  failed: number
  pending: number
}

const COLUMNS = { peer: 27, transport: 10, revision: 12 } as const

/** Gives the same text the same number, so that a reason stands below the table once. */
export interface Notes {
  readonly mark: (text: string) => number
  readonly lines: () => readonly string[]
}

export function createNotes(): Notes {
  const numbers = new Map<string, number>()
  return {
    mark: (text) => {
      const number = numbers.get(text) ?? numbers.size + 1
      numbers.set(text, number)
      return number
    },
    lines: () => [...numbers].map(([text, number]) => `–${number}  ${text}`),
  }
}

const isPending = ({ row }: RowResult): boolean => row.needs !== undefined && PENDING.includes(row.needs)

/** The names of the columns, below the title of a section. */
export function headLine(title: string): string {
  const { peer, transport, revision } = COLUMNS
  const names = CHECKS.map((check) => check.padEnd(widthOf(check))).join('')
  return `${title}\n${'peer'.padEnd(peer)}${'over'.padEnd(transport)}${'revision'.padEnd(revision)}${names}`.trimEnd()
}

/** One row as a line of at most 100 columns. */
export function rowLine(result: RowResult, notes: Notes): string {
  const { row, cells } = result
  const word = (cell: Outcome): string => {
    if (cell.state === 'cannot') return `–${notes.mark(`the peer ${cell.reason}`)}`
    if (cell.state === 'failed') return isPending(result) ? 'later' : 'FAILED'
    return 'ok'
  }
  const { peer, transport, revision } = COLUMNS
  const words = CHECKS.map((check) => word(cells[check]).padEnd(widthOf(check))).join('')
  return `${row.peer.padEnd(peer)}${row.transport.padEnd(transport)}${row.revision.padEnd(revision)}${words}`.trimEnd()
}

const widthOf = (check: string): number => Math.max(check.length, 6) + 1

const WIDTH = 100

interface Problem {
  readonly label: 'FAILED' | 'later'
  readonly error: string
}

/** What went wrong, each error once, with the rows and cells that met it below. */
export function problemLines(results: readonly RowResult[]): readonly string[] {
  const groups = new Map<string, Problem & { readonly met: string[] }>()
  const add = ({ label, error }: Problem, met: string): void => {
    const group = groups.get(label + error) ?? { label, error, met: [] }
    groups.set(label + error, group)
    group.met.push(met)
  }
  for (const result of results) {
    const { row, cells } = result
    const where = `${row.peer} over ${row.transport}, ${row.revision}`
    const label = isPending(result) ? 'later' : 'FAILED'
    const failed = CHECKS.filter((check) => cells[check].state === 'failed')
    for (const check of failed) {
      const cell = cells[check]
      if (cell.state === 'failed') add({ label, error: cell.error }, `${where}: ${check}`)
    }
    if (label === 'later' && failed.length === 0) {
      add({ label: 'FAILED', error: `works, so take “${row.needs}” out of PENDING (interop/pending.ts)` }, where)
    }
  }
  return [...groups.values()]
    .toSorted((a, b) => a.label.localeCompare(b.label))
    .flatMap(({ label, error, met }) => [...wrap(`${label.padEnd(6)}  ${error}`), ...joinCells(met).flatMap(indent)])
}

/** Puts the cells of one row behind each other. */
function joinCells(met: readonly string[]): readonly string[] {
  const rows = new Map<string, string[]>()
  for (const place of met) {
    const [row = '', cell = ''] = place.split(': ')
    rows.set(row, [...(rows.get(row) ?? []), cell])
  }
  return [...rows].map(([row, cells]) => {
    const names = cells.length === CHECKS.length ? 'everything' : cells.join(' ')
    return names === '' ? row : `${row}: ${names}`
  })
}

const indent = (line: string): readonly string[] => wrap(`        ${line}`)

/** Breaks a line at blanks, its continuations indented. */
function wrap(line: string): readonly string[] {
  if (line.length <= WIDTH) return [line]
  const cut = line.lastIndexOf(' ', WIDTH)
  const end = cut > 16 ? cut : WIDTH
  return [line.slice(0, end), ...wrap(`          ${line.slice(end).trimStart()}`)]
}

/** Adds a row to the counts. */
export function count(tally: Tally, result: RowResult): void {
  const pending = isPending(result)
  const states = CHECKS.map((check) => result.cells[check].state)
  if (pending && !states.includes('failed')) tally.failed++
  for (const state of states) {
    if (state === 'failed' && pending) tally.pending++
    else tally[state]++
  }
}

import { parseArgs } from 'node:util'
import { askedByOthers } from './asked-by-others.ts'
import { askingOthers } from './asking-others.ts'
import { count, createNotes, headLine, problemLines, rowLine, type Tally } from './print.ts'
import { PENDING } from './pending.ts'
import type { Row, RowResult, Section } from './row.ts'
import { runRow } from './run-row.ts'

/** Rows that are tried at the same time: most of a row is waiting for processes to start. */
const LANES = 4

const sections: readonly Section[] = [
  { title: 'HAWSER SERVER, asked by the official clients', rows: askedByOthers },
  { title: 'HAWSER CLIENT, asking servers of others', rows: askingOthers },
]

/** Begins the rows a few at a time, in order; each promise is of one row. */
function startRows(rows: readonly Row[]): readonly Promise<RowResult>[] {
  const waiting = rows.map((row) => ({ row, ...Promise.withResolvers<RowResult>() }))
  const queue = waiting.values()
  const lane = async (): Promise<void> => {
    for (const { row, resolve, reject } of queue) await runRow(row).then(resolve, reject)
  }
  for (let lanes = 0; lanes < LANES; lanes++) void lane()
  return waiting.map(({ promise }) => promise)
}

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } })
const isWanted = ({ peer, transport }: Row): boolean => `${peer} ${transport}`.includes(values.only)

const notes = createNotes()
const tally: Tally = { ok: 0, cannot: 0, failed: 0, pending: 0 }
const results: RowResult[] = []
const started = startRows(sections.flatMap(({ rows }) => rows.filter(isWanted))).values()
for (const { title, rows } of sections) {
  console.log(headLine(title))
  for (const _ of rows.filter(isWanted)) {
    const result = await started.next().value
    if (result === undefined) continue
    console.log(rowLine(result, notes))
    count(tally, result)
    results.push(result)
  }
  console.log()
}
for (const line of [...notes.lines(), '', ...problemLines(results)]) console.log(line)
const pending = tally.pending > 0 ? `, ${tally.pending} pending (${PENDING.join(', ')})` : ''
console.log(`\n${tally.ok} ok, ${tally.cannot} that the peer cannot do, ${tally.failed} failed${pending}`)
process.exitCode = tally.failed === 0 && tally.ok > 0 ? 0 : 1

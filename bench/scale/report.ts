import { mkdirSync, writeFileSync } from 'node:fs'
import { parse, View } from 'vega'
import { compile } from 'vega-lite'
import { short } from '../measure/numbers.ts'
import { facts } from '../report/machine.ts'
import type { Simulation } from './simulate.ts'
import type { ObjectSummary } from './summarise.ts'

/** Requests that one object bears in a second, by the limits of the platform. */
const BEARABLE = 1_000

const columns = (cells: readonly string[], widths: readonly number[]): string =>
  cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ')

const lines = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = head.map((cell, at) => Math.max(cell.length, ...rows.map((row) => row[at]?.length ?? 0)))
  return [head, ...rows].map((row) => columns(row, widths))
}

/** How many operations of this mix a second it takes until the busiest object of a kind has all that it bears. */
const bearable = ({ requests, hottest, used, there }: ObjectSummary, operations: number): string =>
  there === undefined ? 'any' : short((BEARABLE * operations) / (hottest * (requests / (there ?? used))))

/** The result for a terminal. */
export function tableOf({ objects, operations, verdict, disturbances, seconds, options }: Simulation): string {
  const count = operations.reduce((sum, each) => sum + each.count, 0)
  const happened = Object.entries(disturbances).map(([what, times]) => `${times} × ${what}`)
  const checked = Object.entries(verdict.checked).map(([what, times]) => `${times} ${what}`)
  return [
    `${count} operations of ${options.tenants} tenants with ${options.users} people each, ${short(seconds)} s, seed ${options.seed}`,
    `Trouble: ${happened.join(', ') || 'none'}`,
    '',
    ...lines(
      ['objects', 'used', 'requests', 'hottest', 'bears', 'alarms', 'starts', 'written', 'read', 'ms'],
      objects.map((each) => [
        each.kind,
        each.there === undefined ? `${each.used}` : `${each.used} of ${each.there}`,
        `${each.requests}`,
        `${short(each.hottest)}×`,
        bearable(each, count),
        `${each.alarms}`,
        `${each.starts}`,
        short(each.rowsWrittenEach),
        short(each.rowsReadEach),
        short(each.busyEach),
      ]),
    ),
    '',
    ...lines(
      ['operations', 'count', 'failed', 'p50 ms', 'p99 ms'],
      operations.map(({ kind, count: own, failed, p50, p99 }) => [kind, `${own}`, `${failed}`, short(p50), short(p99)]),
    ),
    '',
    `Looked at ${checked.join(', ')}.`,
    ...(verdict.wrong.length === 0 ? ['Nothing was lost, and nothing counted twice.'] : verdict.wrong),
  ].join('\n')
}

/** Writes the result with what it takes to judge it, and a chart of how even the load was. */
export async function saveResult(simulation: Simulation): Promise<void> {
  const folder = new URL('../results/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL('scale.json', folder), `${JSON.stringify({ taken: facts(), ...simulation }, null, 2)}\n`)
  writeFileSync(new URL('scale.svg', folder), await drawEvenness(simulation))
}

const drawEvenness = ({ objects }: Simulation): Promise<string> => {
  const values = objects.filter(({ there = 1 }) => there > 1).map(({ kind, hottest }) => ({ kind, hottest }))
  const { spec } = compile({
    background: 'white',
    padding: 16,
    title: { text: 'Requests of the busiest object, over those of one on average', anchor: 'start' },
    data: { values },
    width: 480,
    height: { step: 22 },
    mark: { type: 'bar', color: '#0b6bcb' },
    encoding: {
      y: { field: 'kind', type: 'nominal', sort: null, title: null },
      x: { field: 'hottest', type: 'quantitative', title: 'times the average' },
    },
  })
  return new View(parse(spec), { renderer: 'none' }).toSVG()
}

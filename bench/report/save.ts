import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rows } from '../rows/index.ts'
import { judge } from './budgets.ts'
import { drawChart } from './chart.ts'
import type { RowResult } from './results.ts'

const folder = new URL('../results/', import.meta.url)
const file = new URL('latest.json', folder)

interface Saved {
  readonly missed: readonly string[]
  readonly rows: readonly RowResult[]
}

const readSaved = (): Saved => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { missed: [], rows: [] })

/**
 * Writes the results, or puts rows in the place of those that were there: each is compared within itself alone, and says when, where
 * and of what it was taken. Returns what to tell.
 */
export const save = async (done: readonly RowResult[], whole: boolean): Promise<string> => {
  mkdirSync(folder, { recursive: true })
  const taken = new Map([...(whole ? [] : readSaved().rows), ...done].map((row) => [row.name, row]))
  const all = rows.flatMap(({ name }) => taken.get(name) ?? [])
  const saved: Saved = { missed: judge(all).missed, rows: all }
  writeFileSync(file, `${JSON.stringify(saved, null, 2)}\n`)
  writeFileSync(new URL('chart.svg', folder), await drawChart(all))
  return `Wrote ${whole ? 'all rows' : done.map(({ name }) => name).join(', ')} to bench/results/latest.json, and chart.svg.`
}

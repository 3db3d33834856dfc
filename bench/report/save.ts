import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { rows } from '../rows/index.ts'
import { judge } from './budgets.ts'
import { drawChart } from './chart.ts'
import type { facts } from './machine.ts'
import type { RowResult } from './results.ts'

const folder = new URL('../results/', import.meta.url)
const file = new URL('latest.json', folder)

type Facts = ReturnType<typeof facts>

interface Saved extends Facts {
  readonly missed: readonly string[]
  readonly rows: readonly RowResult[]
}

/** What both have to have in common; a package that only one of them used does not matter. */
const agree = (saved: Saved, about: Facts): boolean => {
  const versions = new Map(Object.entries(saved.versions))
  const sameMachine = isDeepStrictEqual(saved.machine, JSON.parse(JSON.stringify(about.machine)))
  return (
    sameMachine &&
    Object.entries(about.versions).every(([name, version]) => (versions.get(name) ?? version) === version)
  )
}

/**
 * Writes the results, or puts rows in the place of those that were there: each is compared within itself alone, and says when and
 * of which commit it was taken. Returns what to tell.
 */
export const save = async (done: readonly RowResult[], about: Facts, whole: boolean): Promise<string> => {
  mkdirSync(folder, { recursive: true })
  const saved: Saved | undefined = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
  if (!whole && (saved === undefined || !agree(saved, about)))
    return 'Not written: results/latest.json is of another machine or of other versions. Run all rows.'
  const taken = new Map([...(whole ? [] : (saved?.rows ?? [])), ...done].map((row) => [row.name, row]))
  const all = rows.flatMap(({ name }) => taken.get(name) ?? [])
  const { missed } = judge(all)
  writeFileSync(file, `${JSON.stringify({ ...about, missed, rows: all }, null, 2)}\n`)
  writeFileSync(new URL('chart.svg', folder), await drawChart(all))
  return `Wrote ${whole ? 'all rows' : done.map(({ name }) => name).join(', ')} to bench/results/latest.json, and chart.svg.`
}

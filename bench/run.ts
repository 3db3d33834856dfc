import { mkdirSync, writeFileSync } from 'node:fs'
import { buildAll } from './build.ts'
import { contenders } from './contenders/index.ts'
import { readOptions } from './options.ts'
import { judge } from './report/budgets.ts'
import { drawChart } from './report/chart.ts'
import { facts } from './report/machine.ts'
import { createProgress } from './report/progress.ts'
import { summarise, type RowResult } from './report/results.ts'
import { table } from './report/table.ts'
import { rows } from './rows/index.ts'
import { runRounds } from './rounds.ts'

const results = new URL('./results/', import.meta.url)

/** A quick run that begins no row after so many ms of the process ends within a minute. */
const lastStart = 50_000

const progress = createProgress(performance.now())

const save = async (done: readonly RowResult[], about: ReturnType<typeof facts>, missed: readonly string[]) => {
  mkdirSync(results, { recursive: true })
  writeFileSync(new URL('latest.json', results), `${JSON.stringify({ ...about, missed, rows: done }, null, 2)}\n`)
  writeFileSync(new URL('chart.svg', results), await drawChart(done))
  process.stdout.write('\nWrote bench/results/latest.json and bench/results/chart.svg.\n')
}

const main = async (): Promise<number> => {
  const options = readOptions(process.argv.slice(2))
  progress.step('building')
  const field = contenders.filter(({ name }) => options.contenders.length === 0 || options.contenders.includes(name))
  await buildAll(field.map(({ name }) => name))
  const about = facts()
  const done: RowResult[] = []
  let deadline = performance.now()
  for (const row of rows) {
    if (options.only.length > 0 && !options.only.includes(row.name)) continue
    if (options.quick && performance.now() > lastStart) {
      process.stdout.write(`\n${row.title}: not taken, the time is over\n`)
      continue
    }
    const planned = options.quick ? row.quick : row.full
    const plan = options.contenders.length > 0 ? { ...planned, only: options.contenders } : planned
    deadline += plan.seconds * 1000
    const result = summarise(await runRounds(row, field, plan, deadline, progress.step))
    if (
      Object.keys(result.failures).length === 0 &&
      result.metrics.every(({ figures }) => Object.keys(figures).length === 0)
    )
      continue
    done.push(result)
    progress.clear()
    process.stdout.write(`${table(result)}\n`)
  }
  const { missed, judged, unjudged } = judge(done)
  const whole = !options.quick && options.only.length === 0 && options.contenders.length === 0
  if (whole) await save(done, about, missed)
  const held = judged === 0 ? 'No budget was judged.' : `All ${judged} budgets hold.`
  const verdict = missed.length > 0 ? `${missed.join('\n')}\n${missed.length} of ${judged} budgets missed.` : held
  const rest = unjudged > 0 ? ` ${unjudged} need figures that this run did not take.` : ''
  process.stdout.write(`\n${verdict}${rest}\n`)
  return done.some(({ failures }) => Object.keys(failures).length > 0) ? 1 : 0
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

import { buildAll } from './build.ts'
import { contenders } from './contenders/index.ts'
import { readOptions } from './options.ts'
import { judge } from './report/budgets.ts'
import { facts } from './report/machine.ts'
import { createProgress } from './report/progress.ts'
import { summarise, type RowResult } from './report/results.ts'
import { save } from './report/save.ts'
import { table } from './report/table.ts'
import { rows } from './rows/index.ts'
import { runRounds } from './rounds.ts'

/** A quick run that begins no row after so many ms of the process ends within a minute. */
const lastStart = 50_000

const progress = createProgress(performance.now())

const main = async (): Promise<number> => {
  const options = readOptions(process.argv.slice(2))
  progress.step('building')
  const field = contenders.filter(({ name }) => options.contenders.length === 0 || options.contenders.includes(name))
  await buildAll(field.map(({ name }) => name))
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
    const taken = facts()
    const result = summarise(await runRounds(row, field, plan, deadline, progress.step), taken)
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
  if (!options.quick && options.contenders.length === 0)
    process.stdout.write(`\n${await save(done, options.only.length === 0)}\n`)
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

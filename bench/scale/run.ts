import { parseArgs } from 'node:util'
import { createProgress } from '../report/progress.ts'
import { costPage } from './cost-page.ts'
import { measureCosts } from './costs.ts'
import type { Options } from './plan.ts'
import { saveResult, tableOf } from './report.ts'
import { simulate } from './simulate.ts'
import { startDesk } from './start-desk.ts'

const usage = `npm run bench:scale [-- --tenants 200] [--users 20] [--calls 4000] [--listeners 150] [--minutes 2] [--seed 1]
npm run bench:scale -- --costs     what each operation costs, as docs/scaling.md has it`

const NUMBERS = { tenants: '200', users: '20', calls: '4000', listeners: '150', minutes: '2', seed: '1' } as const

/** @throws Error with the usage for what is no number, or unknown. */
function readOptions(): { readonly costs: boolean; readonly options: Options } {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    options: {
      tenants: text,
      users: text,
      calls: text,
      listeners: text,
      minutes: text,
      seed: text,
      costs: { type: 'boolean' },
    },
  })
  const read = (name: keyof typeof NUMBERS): number => {
    const number = Number(values[name] ?? NUMBERS[name])
    if (number > 0) return number
    throw new Error(`--${name} takes a number above 0.\n${usage}`)
  }
  const [tenants, users, calls] = [read('tenants'), read('users'), read('calls')]
  const options = { tenants, users, calls, listeners: read('listeners'), minutes: read('minutes'), seed: read('seed') }
  return { costs: values.costs === true, options }
}

try {
  const { costs, options } = readOptions()
  const { step, clear } = createProgress(performance.now())
  if (costs) {
    await using desk = await startDesk()
    process.stdout.write(`${costPage(await measureCosts(desk))}\n`)
  } else {
    const simulation = await simulate(options, step)
    clear()
    process.stdout.write(`${tableOf(simulation)}\n`)
    await saveResult(simulation)
    process.exitCode = simulation.verdict.wrong.length > 0 ? 1 : 0
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

import type { Dial } from '../contenders/contract.ts'
import { cpuPerOperation } from '../measure/cpu.ts'
import { answerWithValues } from '../measure/values.ts'

/** What the runner sends once. */
export interface ClientTask {
  readonly module: string
  readonly url: string
  /** CPU time to spend before and while a figure is taken, in ms. */
  readonly warmMs: number
  readonly runMs: number
}

const run = async ({ module, url, warmMs, runMs }: ClientTask) => {
  const { dial }: { dial: Dial } = await import(module)
  const ask = await dial(url)
  const content = JSON.stringify(await ask('knots "and" bends'))
  if (!content.includes(String.raw`knots \"and\" bends`))
    throw new Error(`expected an echo, came ${content.slice(0, 300)}`)
  const operation = () => ask('hello')
  const values: Record<string, number> = {}
  for (const [name, flight] of [
    ['one', 1],
    ['many', 16],
  ] as const) {
    await cpuPerOperation(operation, flight, warmMs)
    values[name] = await cpuPerOperation(operation, flight, runMs)
  }
  return values
}

answerWithValues(run)

import * as z from 'zod'
import type { ListenersTask } from '../child/listeners.ts'
import { hasForm, type Contender } from '../contenders/index.ts'
import { median } from '../measure/numbers.ts'
import { builtPath, programPath, startProgram } from '../measure/program.ts'
import { rssOf } from '../measure/usage.ts'
import type { Effort, Row, Values } from './row.ts'

const moment = z.object({ at: z.number() })

/** Subscriptions that are open at the same time. */
const STREAMS = 1_000

/** Opens many subscriptions, and then takes the time of some changes, one after the other. */
const measure = async ({ name, dialect }: Contender, { calls }: Effort): Promise<Values> => {
  await using server = startProgram(builtPath(name, 'listeners'), 'server')
  const { port } = await server.next(z.object({ port: z.number() }))
  const before = rssOf(server.pid)
  await using load = startProgram(programPath('listeners'), 'load')
  const task: ListenersTask = { port, dialect, count: STREAMS }
  await load.ask(task, z.object({ ready: z.literal(true) }))
  const times: number[] = []
  for (let change = 0; change < calls; change += 1) {
    const reached = load.ask({ wait: true }, moment)
    const { at } = await server.ask({ change: true }, moment)
    times.push((await reached).at - at)
  }
  const rss = rssOf(server.pid)
  return { rss, each: ((rss - before) * 1024) / STREAMS, reach: median(times), worst: Math.max(...times) }
}

export const listeners: Row = {
  name: 'listeners',
  title: '1 000 subscriptions on one Node process',
  metrics: [
    { name: 'rss', title: 'resident memory', unit: 'MiB', better: 'lower' },
    { name: 'each', title: 'of it for each subscription', unit: 'KiB', better: 'lower' },
    { name: 'reach', title: 'until a change has reached all', unit: 'ms', better: 'lower' },
    { name: 'worst', title: 'the same, longest of some changes', unit: 'ms', better: 'lower' },
  ],
  takesPart: (contender) => hasForm(contender, 'listeners'),
  full: { rounds: 5, seconds: 60, calls: 30 },
  quick: { rounds: 1, seconds: 3, calls: 10, only: ['hawser', 'floor'] },
  measure,
}

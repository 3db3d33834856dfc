import * as z from 'zod'
import type { ListenersTask } from '../child/listeners.ts'
import { now } from '../contenders/contract.ts'
import { hasForm, type Contender } from '../contenders/index.ts'
import { median } from '../measure/numbers.ts'
import { programPath, startProgram } from '../measure/program.ts'
import { cpuOf } from '../measure/usage.ts'
import { startWorkerd } from '../measure/workerd.ts'
import { call } from '../wire/dialect.ts'
import { ask } from '../wire/post.ts'
import type { Effort, Row, Values } from './row.ts'

const moment = z.object({ at: z.number() })

/** Subscriptions that are open at the same time. */
const STREAMS = 500

/** Opens many subscriptions, and then takes the time of some changes, each from before the call that makes it. */
const measure = async ({ name, dialect }: Contender, { calls }: Effort): Promise<Values> => {
  await using server = await startWorkerd(name, 'worker-listeners', {
    objects: { binding: 'HAWSER', className: 'HawserObject' },
  })
  const { port, pid } = server
  await using load = startProgram(programPath('listeners'), 'load')
  const task: ListenersTask = { port, dialect, count: STREAMS }
  await load.ask(task, z.object({ ready: z.literal(true) }))
  const target = { fetch, url: `http://127.0.0.1:${port}/mcp`, dialect }
  const times: number[] = []
  const before = cpuOf(pid)
  for (let change = 0; change < calls; change += 1) {
    const reached = load.ask({ wait: true }, moment)
    const at = now()
    const { error } = await ask(target, call('echo', { text: 'hello' }))
    if (error !== undefined) throw new Error(error.message)
    times.push((await reached).at - at)
  }
  return { reach: median(times), worst: Math.max(...times), cpu: (cpuOf(pid) - before) / calls / 1000 }
}

export const workerdListeners: Row = {
  name: 'workerd-listeners',
  title: '500 subscriptions on workerd, told through a Durable Object',
  metrics: [
    { name: 'reach', title: 'until a change has reached all', unit: 'ms', better: 'lower' },
    { name: 'worst', title: 'the same, longest of some changes', unit: 'ms', better: 'lower' },
    { name: 'cpu', title: 'server CPU for each change', unit: 'ms CPU', better: 'lower' },
  ],
  takesPart: (contender) => hasForm(contender, 'worker-listeners'),
  full: { rounds: 5, seconds: 60, calls: 30 },
  quick: { rounds: 1, seconds: 5, calls: 10 },
  measure,
}

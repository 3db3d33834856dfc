import { hasForm, type Contender, type Form } from '../contenders/index.ts'
import { openConnection } from '../load/connection.ts'
import { requestWriter } from '../load/http-request.ts'
import { startWorkerd } from '../measure/workerd.ts'
import { call } from '../wire/dialect.ts'
import type { Row, Values } from './row.ts'

/** Milliseconds from starting workerd to the first answered `tools/call`. */
const timeToAnswer = async (contender: Contender, form: Form): Promise<number> => {
  const begin = performance.now()
  await using server = await startWorkerd(contender.name, form)
  const connection = await openConnection(server.port)
  const write = requestWriter(server.port, contender.dialect, call('echo', { text: 'hello' }))
  const status = await new Promise<number>((resolve) => connection.send(write(), resolve))
  const ms = performance.now() - begin
  connection.close()
  if (status !== 200) throw new Error(`expected HTTP 200 from the first call, came ${status}`)
  return ms
}

const forms = [
  ['worker', 'ms'],
  ['worker-plain', 'plain'],
] as const

const measure = async (contender: Contender): Promise<Values> => {
  const values: Record<string, number> = {}
  for (const [form, name] of forms) if (hasForm(contender, form)) values[name] = await timeToAnswer(contender, form)
  return values
}

export const coldStart: Row = {
  name: 'cold-start',
  title: 'Worker cold start',
  metrics: [
    { name: 'ms', title: 'workerd start to first answer', unit: 'ms', better: 'lower' },
    { name: 'plain', title: 'the same, without the user’s schema library', unit: 'ms', better: 'lower' },
  ],
  takesPart: (contender) => hasForm(contender, 'worker'),
  full: { rounds: 25, seconds: 120 },
  quick: { rounds: 9, seconds: 2, only: ['hawser', 'floor', 'floor-mcp'] },
  measure,
}

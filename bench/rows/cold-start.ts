import { hasForm, type Contender } from '../contenders/index.ts'
import { openConnection } from '../load/connection.ts'
import { requestWriter } from '../load/http-request.ts'
import { call } from '../wire/dialect.ts'
import type { Row, Values } from './row.ts'
import { startWorkerd } from './workerd.ts'

/** Milliseconds from starting workerd to the first answered `tools/call`. */
const measure = async (contender: Contender): Promise<Values> => {
  const begin = performance.now()
  await using server = await startWorkerd(contender.name)
  const connection = await openConnection(server.port)
  const write = requestWriter(server.port, contender.dialect, call('echo', { text: 'hello' }))
  const status = await new Promise<number>((resolve) => connection.send(write(), resolve))
  const ms = performance.now() - begin
  connection.close()
  if (status !== 200) throw new Error(`expected HTTP 200 from the first call, came ${status}`)
  return { ms }
}

export const coldStart: Row = {
  name: 'cold-start',
  title: 'Worker cold start',
  metrics: [{ name: 'ms', title: 'workerd start to first answer', unit: 'ms', better: 'lower' }],
  takesPart: (contender) => hasForm(contender, 'worker'),
  full: { rounds: 15, seconds: 60 },
  quick: { rounds: 9, seconds: 2, only: ['hawser', 'floor', 'floor-mcp'] },
  measure,
}

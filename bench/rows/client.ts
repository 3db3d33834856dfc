import * as z from 'zod'
import type { ClientTask } from '../child/client.ts'
import { hasForm, type Contender } from '../contenders/index.ts'
import { builtPath, programPath, startProgram } from '../measure/program.ts'
import { askForValues } from '../measure/values.ts'
import type { Effort, Row, Values } from './row.ts'

/** All clients call the same server, which is Hawser's, and run in a process of their own. */
const measure = async (contender: Contender, { warmMs, runMs }: Effort): Promise<Values> => {
  await using server = startProgram(builtPath('hawser', 'http'), 'server')
  const { port } = await server.next(z.object({ port: z.number() }))
  await using client = startProgram(programPath('client'), 'load')
  const module = builtPath(contender.name, 'calls')
  const task: ClientTask = { module, url: `http://127.0.0.1:${port}/mcp`, warmMs, runMs }
  return await askForValues(client, task)
}

const unit = 'µs CPU'

export const client: Row = {
  name: 'client',
  title: 'Client over HTTP on Node',
  metrics: [
    { name: 'one', title: 'client CPU per call, one at a time', unit, better: 'lower' },
    { name: 'many', title: 'client CPU per call, 16 at a time', unit, better: 'lower' },
  ],
  takesPart: (contender) => hasForm(contender, 'calls'),
  full: { rounds: 5, seconds: 120, warmMs: 1500, runMs: 1500 },
  quick: { rounds: 1, seconds: 5, warmMs: 400, runMs: 300, only: ['hawser', 'floor', 'sdk'] },
  measure,
}

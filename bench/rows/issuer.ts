import type { IssuerTask } from '../child/issuer.ts'
import { hasForm, type Contender } from '../contenders/index.ts'
import { builtPath, programPath, startProgram } from '../measure/program.ts'
import { askForValues } from '../measure/values.ts'
import type { Effort, Row, Values } from './row.ts'

const measure = async (contender: Contender, { warmMs, runMs }: Effort): Promise<Values> => {
  // On one core with all its threads, so that a rate is that of a core.
  await using program = startProgram(programPath('issuer'), 'server')
  const task: IssuerTask = { module: builtPath(contender.name, 'issuer'), warmMs, runMs }
  return await askForValues(program, task)
}

const unit = 'µs CPU'

export const issuer: Row = {
  name: 'issuer',
  title: 'Authorization server, in process, on one core',
  metrics: [
    { name: 'memory-cpu', title: 'authorization code and its exchange, store in memory', unit, better: 'lower' },
    { name: 'memory-rate', title: 'the same, 16 at a time', unit: '/s', better: 'higher' },
    { name: 'memory-refresh', title: 'refresh, store in memory', unit, better: 'lower' },
    { name: 'disk-cpu', title: 'authorization code and its exchange, SQLite file', unit, better: 'lower' },
    { name: 'disk-rate', title: 'the same, 16 at a time', unit: '/s', better: 'higher' },
    { name: 'disk-refresh', title: 'refresh, SQLite file', unit, better: 'lower' },
  ],
  takesPart: (contender) => hasForm(contender, 'issuer'),
  full: { rounds: 5, seconds: 90, warmMs: 700, runMs: 1500 },
  quick: { rounds: 1, seconds: 10, warmMs: 300, runMs: 500, only: ['hawser', 'workers-oauth-provider'] },
  measure,
}

import * as z from 'zod'
import type { SessionsTask } from '../child/sessions.ts'
import { hasForm, type Contender } from '../contenders/index.ts'
import { builtPath, programPath, startProgram } from '../measure/program.ts'
import type { ToolSet } from '../tools/tool-set.ts'
import type { Effort, Row, Values } from './row.ts'

const result = z.union([
  z.object({ values: z.object({ bytes: z.number(), rate: z.number() }) }),
  z.object({ failure: z.string() }),
])

/** Opens and holds sessions of one server in a fresh process. */
const hold = async ({ name }: Contender, tools: ToolSet, { calls, warmMs }: Effort) => {
  await using program = startProgram(programPath('sessions'), 'free')
  const task: SessionsTask = { module: builtPath(name, 'sessions'), tools, count: calls, warmMs }
  const answer = await program.ask(task, result)
  if ('failure' in answer) throw new Error(answer.failure)
  return answer.values
}

const KIB = 1024

const measure = async (contender: Contender, effort: Effort): Promise<Values> => {
  const one = await hold(contender, 'echo', effort)
  const fifty = await hold(contender, 'rich:50', effort)
  return { heap: one.bytes / KIB, heap50: fifty.bytes / KIB, rate: one.rate, rate50: fifty.rate }
}

export const sessions: Row = {
  name: 'sessions',
  title: 'Idle sessions of clients before 2026-07-28 (5 000, quick 1 000)',
  metrics: [
    { name: 'heap', title: 'heap per idle session, 1 tool', unit: 'KiB', better: 'lower' },
    { name: 'heap50', title: 'heap per idle session, 50 rich tools', unit: 'KiB', better: 'lower' },
    { name: 'rate', title: 'sessions opened, 1 tool', unit: '/s CPU', better: 'higher' },
    { name: 'rate50', title: 'the same with 50 rich tools', unit: '/s CPU', better: 'higher' },
  ],
  takesPart: (contender) => hasForm(contender, 'sessions'),
  full: { rounds: 1, seconds: 200, warmMs: 3000, calls: 5_000 },
  quick: { rounds: 1, seconds: 14, warmMs: 1500, calls: 1_000, only: ['hawser', 'floor'] },
  measure,
}

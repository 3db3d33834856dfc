import type { AuthTask } from '../child/auth.ts'
import { hasForm, type Contender } from '../contenders/index.ts'
import { builtPath, programPath, startProgram } from '../measure/program.ts'
import { askForValues } from '../measure/values.ts'
import { createAccessTokens, type AccessTokens } from '../tools/access-tokens.ts'
import type { Effort, Row, Values } from './row.ts'

let made: Promise<AccessTokens> | undefined

const measure = async (contender: Contender, { warmMs, runMs }: Effort): Promise<Values> => {
  made ??= createAccessTokens()
  await using program = startProgram(programPath('auth'), 'free')
  const { name, dialect } = contender
  const task: AuthTask = { ...(await made), module: builtPath(name, 'guarded'), dialect, warmMs, runMs }
  const answer = await askForValues(program, task)
  const { open = 0, known = 0, ES256 = 0, RS256 = 0 } = answer
  return { open, known: known - open, ES256: ES256 - open, RS256: RS256 - open }
}

const unit = 'µs CPU'

export const auth: Row = {
  name: 'auth',
  title: 'Signed-in tools/call, in process, through fetch',
  metrics: [
    { name: 'open', title: 'the call without any sign-in', unit, better: 'lower' },
    { name: 'known', title: 'what a token that was seen before adds, its scope included', unit, better: 'lower' },
    { name: 'ES256', title: 'what a new token adds, signed with ES256', unit, better: 'lower' },
    { name: 'RS256', title: 'what a new token adds, signed with RS256', unit, better: 'lower' },
  ],
  takesPart: (contender) => hasForm(contender, 'guarded'),
  full: { rounds: 5, seconds: 150, warmMs: 700, runMs: 1000 },
  quick: { rounds: 1, seconds: 12, warmMs: 300, runMs: 300, only: ['hawser', 'floor-mcp', 'sdk'] },
  measure,
}

import { hasForm, type Contender, type Form } from '../contenders/index.ts'
import { exchange, handshake, startStdio, stopStdio } from '../load/stdio.ts'
import { builtPath } from '../measure/program.ts'
import { parseAnswer } from '../wire/answer.ts'
import { frame, list } from '../wire/dialect.ts'
import type { Row, Values } from './row.ts'

/** Milliseconds from starting the process to the whole answer of the first `tools/list`. */
const timeToList = async ({ name, dialect, constant }: Contender, form: Form): Promise<number> => {
  const begin = performance.now()
  const server = startStdio(builtPath(name, form))
  try {
    await handshake(server, dialect)
    const answer = await exchange(server, `${frame(dialect, list()).join('1')}\n`)
    const ms = performance.now() - begin
    if (constant !== true && parseAnswer(answer).result?.tools?.[0]?.name !== 'echo')
      throw new Error(`expected a list with echo, came ${answer.slice(0, 300)}`)
    return ms
  } finally {
    await stopStdio(server)
  }
}

const measure = async (contender: Contender): Promise<Values> => {
  const values: Record<string, number> = {}
  if (hasForm(contender, 'stdio')) values['zod'] = await timeToList(contender, 'stdio')
  if (hasForm(contender, 'stdio-plain')) values['plain'] = await timeToList(contender, 'stdio-plain')
  return values
}

export const start: Row = {
  name: 'start',
  title: 'Process start to first tools/list on stdio',
  metrics: [
    { name: 'zod', title: 'with a zod schema', unit: 'ms', better: 'lower' },
    { name: 'plain', title: 'without a schema library', unit: 'ms', better: 'lower' },
  ],
  takesPart: (contender) => hasForm(contender, 'stdio'),
  full: { rounds: 15, seconds: 90 },
  quick: { rounds: 7, seconds: 3, only: ['hawser', 'floor', 'floor-mcp'] },
  measure,
}

import { hasForm, type Contender, type Form } from '../contenders/index.ts'
import { exchange, handshake, startStdio, stopStdio } from '../load/stdio.ts'
import { builtPath } from '../measure/program.ts'
import { cpuOf } from '../measure/usage.ts'
import { parseAnswer } from '../wire/answer.ts'
import { frame, list } from '../wire/dialect.ts'
import type { Row, Values } from './row.ts'

/** Milliseconds from starting the process to the whole answer of the first `tools/list`, and the CPU time in them. */
const timeToList = async ({ name, dialect, constant }: Contender, form: Form) => {
  const begin = performance.now()
  const server = startStdio(builtPath(name, form))
  try {
    await handshake(server, dialect)
    const answer = await exchange(server, `${frame(dialect, list()).join('1')}\n`)
    const taken = { ms: performance.now() - begin, cpu: cpuOf(server.pid) / 1000 }
    if (constant !== true && parseAnswer(answer).result?.tools?.[0]?.name !== 'echo')
      throw new Error(`expected a list with echo, came ${answer.slice(0, 300)}`)
    return taken
  } finally {
    await stopStdio(server)
  }
}

const forms = [
  ['stdio', 'zod'],
  ['stdio-plain', 'plain'],
  ['stdio-json-schema', 'jsonSchema'],
] as const

const measure = async (contender: Contender): Promise<Values> => {
  const values: Record<string, number> = {}
  for (const [form, name] of forms) {
    if (!hasForm(contender, form)) continue
    const { ms, cpu } = await timeToList(contender, form)
    values[name] = ms
    values[`${name}Cpu`] = cpu
  }
  return values
}

export const start: Row = {
  name: 'start',
  title: 'Process start to first tools/list on stdio',
  metrics: [
    { name: 'zod', title: 'with a zod schema', unit: 'ms', better: 'lower' },
    { name: 'plain', title: 'without a schema library', unit: 'ms', better: 'lower' },
    { name: 'jsonSchema', title: 'with plain JSON Schema and its validator', unit: 'ms', better: 'lower' },
    { name: 'zodCpu', title: 'with a zod schema, CPU', unit: 'ms CPU', better: 'lower' },
    { name: 'plainCpu', title: 'without a schema library, CPU', unit: 'ms CPU', better: 'lower' },
    { name: 'jsonSchemaCpu', title: 'with plain JSON Schema and its validator, CPU', unit: 'ms CPU', better: 'lower' },
  ],
  takesPart: (contender) => hasForm(contender, 'stdio'),
  full: { rounds: 15, seconds: 90 },
  quick: { rounds: 7, seconds: 3, only: ['hawser', 'floor', 'floor-mcp'] },
  measure,
}

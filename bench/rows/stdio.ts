import { hasForm, type Contender } from '../contenders/index.ts'
import { burst, handshake, probeStdio, startStdio, stopStdio } from '../load/stdio.ts'
import { builtPath } from '../measure/program.ts'
import { cpuOf } from '../measure/usage.ts'
import type { Effort, Row, Values } from './row.ts'

const measure = async ({ name, dialect, constant }: Contender, effort: Effort): Promise<Values> => {
  const server = startStdio(builtPath(name, 'stdio'))
  try {
    await handshake(server, dialect)
    if (constant !== true) await probeStdio(server, dialect)
    const run = async (flight: number) => {
      await burst(server, dialect, { flight, calls: effort.warmCalls, until: performance.now() + effort.warmMs })
      const [begin, cpu] = [performance.now(), cpuOf(server.pid)]
      const answers = await burst(server, dialect, { flight, until: begin + effort.runMs })
      const seconds = (performance.now() - begin) / 1000
      return { rate: answers / seconds, cpu: (cpuOf(server.pid) - cpu) / answers }
    }
    const single = await run(1)
    const many = await run(100)
    return { single: single.rate, many: many.rate, singleCpu: single.cpu, manyCpu: many.cpu }
  } finally {
    await stopStdio(server)
  }
}

export const stdio: Row = {
  name: 'stdio',
  title: 'stdio',
  metrics: [
    { name: 'single', title: 'calls per second, one by one', unit: '/s', better: 'higher' },
    { name: 'many', title: 'calls per second, 100 in flight', unit: '/s', better: 'higher' },
    { name: 'singleCpu', title: 'server CPU per call, one by one', unit: 'µs CPU', better: 'lower' },
    { name: 'manyCpu', title: 'server CPU per call, 100 in flight', unit: 'µs CPU', better: 'lower' },
  ],
  takesPart: (contender) => hasForm(contender, 'stdio'),
  full: { rounds: 5, seconds: 240, warmMs: 3000, warmCalls: 30_000, runMs: 2000 },
  quick: { rounds: 3, seconds: 6, warmMs: 800, warmCalls: 15_000, runMs: 400, only: ['hawser', 'floor-mcp'] },
  measure,
}

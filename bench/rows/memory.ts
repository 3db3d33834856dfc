import { hasForm, type Contender } from '../contenders/index.ts'
import { burst, handshake, probeStdio, startStdio, stopStdio } from '../load/stdio.ts'
import { median } from '../measure/numbers.ts'
import { builtPath } from '../measure/program.ts'
import { rssOf } from '../measure/usage.ts'
import type { Effort, Row, Values } from './row.ts'

/** Resident memory while a server on stdio answers many calls, 100 in flight. */
const measure = async ({ name, dialect, constant }: Contender, { calls }: Effort): Promise<Values> => {
  const server = startStdio(builtPath(name, 'stdio'))
  try {
    await handshake(server, dialect)
    if (constant !== true) await probeStdio(server, dialect)
    const samples: number[] = []
    const onProgress = (answers: number) => {
      if (answers >= ((samples.length + 1) * calls) / 40) samples.push(rssOf(server.pid))
    }
    await burst(server, dialect, { flight: 100, calls, onProgress })
    const quarter = (n: number) =>
      median(samples.slice(Math.floor((n * samples.length) / 4), ((n + 1) * samples.length) / 4))
    return { rss: quarter(3), growth: quarter(3) / quarter(1) }
  } finally {
    await stopStdio(server)
  }
}

export const memory: Row = {
  name: 'memory',
  title: 'Memory after many calls on stdio (1 000 000, quick 200 000)',
  metrics: [
    { name: 'rss', title: 'resident memory in the last quarter of the calls', unit: 'MiB', better: 'lower' },
    { name: 'growth', title: 'last quarter over second quarter', unit: '×', better: 'lower' },
  ],
  takesPart: (contender) => hasForm(contender, 'stdio'),
  full: { rounds: 3, seconds: 100, calls: 1_000_000 },
  quick: { rounds: 1, seconds: 3, calls: 200_000, only: ['hawser', 'floor-mcp'] },
  measure,
}

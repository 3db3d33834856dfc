import { openConnection, type Connection } from '../load/connection.ts'
import { requestWriter } from '../load/http-request.ts'
import { quantile } from '../measure/numbers.ts'
import type { Dialect, Question } from '../wire/dialect.ts'

/** A burst ends after so many ms or requests, whichever comes first. */
export interface Burst {
  readonly ms: number
  readonly requests?: number
}

/** What the runner sends first; a `Burst` follows for each measurement. */
export interface LoadTask {
  readonly port: number
  readonly dialect: Dialect
  readonly session?: string | undefined
  /** An access token to send along. */
  readonly token?: string | undefined
  readonly question: Question
  readonly connections: number
}

/** Keeps every connection busy, then lets the open requests finish. */
const burst = async (
  connections: readonly Connection[],
  write: () => string,
  { ms, requests = Number.POSITIVE_INFINITY }: Burst,
) => {
  const latencies: number[] = []
  let failures = 0
  const begin = performance.now()
  const end = begin + ms
  const drive = (connection: Connection) =>
    new Promise<void>((resolve) => {
      const fire = () => {
        const sent = performance.now()
        connection.send(write(), (status) => {
          const now = performance.now()
          latencies.push(now - sent)
          if (status !== 200) failures += 1
          if (now < end && latencies.length < requests && status !== 0) fire()
          else resolve()
        })
      }
      fire()
    })
  await Promise.all(connections.map(drive))
  return {
    requests: latencies.length,
    failures,
    seconds: (performance.now() - begin) / 1000,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  }
}

const serve = async (task: LoadTask) => {
  const connections = await Promise.all(Array.from({ length: task.connections }, () => openConnection(task.port)))
  const write = requestWriter(task.port, task.dialect, task.question, task)
  process.on('message', (wanted: Burst) => {
    void burst(connections, write, wanted).then((result) => process.send?.(result))
  })
  process.send?.({ ready: true })
}

process.once('message', (task: LoadTask) => void serve(task))
process.on('disconnect', () => process.exit(0))

import { ConnectionError, ProtocolError, retryAfterOf } from '../../call/index.ts'

/** How often a client looks after a task, and how long it goes on. */
export interface Pace {
  /** Takes over what the server wants, within bounds. */
  readonly heed: (pollIntervalMs: number | undefined) => void
  /** Waits until the next look. Rejects when the call is given up, and with ConnectionError `timeout` when it took too long. */
  readonly wait: () => Promise<void>
  /** Tries again when the server cannot be reached for a while: the task does not depend on the connection. */
  readonly persist: <T>(attempt: () => Promise<T>) => Promise<T>
}

/** A server can neither make a client spin nor sleep for ever. (milliseconds) */
const SHORTEST = 50
const LONGEST = 60_000
const DEFAULT = 1_000
/** Attempts that may fail in a row. */
const MAX_FAILURES = 5

export function createPace(signal: AbortSignal, maxWait: number, pollIntervalMs: number | undefined): Pace {
  const until = Date.now() + maxWait
  let pause = toPause(pollIntervalMs)

  const sleep = async (ms: number): Promise<void> => {
    const left = until - Date.now()
    if (left <= 0) throw new ConnectionError('timeout', `The task was not done within ${maxWait / 1000} s.`)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const stop = (): void => reject(signal.reason as Error)
    const timer = setTimeout(resolve, Math.min(ms, left))
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    try {
      await promise
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    }
  }

  return {
    heed: (wanted) => {
      pause = toPause(wanted)
    },
    wait: () => sleep(pause),
    persist: async (attempt) => {
      for (let failures = 1; ; failures++) {
        try {
          return await attempt()
        } catch (error) {
          if (!isPassing(error) || failures >= MAX_FAILURES || signal.aborted) throw error
          await sleep(Math.max(Math.min(pause * 2 ** failures, LONGEST), retryAfterOf(error) ?? 0))
        }
      }
    },
  }
}

const PASSING: ReadonlySet<string> = new Set(['disconnected', 'timeout', 'unavailable'])

/** A server that cannot answer now still works on the task. */
function isPassing(error: unknown): boolean {
  return error instanceof ProtocolError
    ? error.code === 'too_many_requests'
    : error instanceof ConnectionError && PASSING.has(error.code)
}

function toPause(wanted: number = DEFAULT): number {
  return Math.min(Math.max(wanted, SHORTEST), LONGEST)
}

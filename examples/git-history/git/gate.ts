import { GitProblem } from './git-problem.ts'

export type Gate = <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T>

/** Lets `limit` pieces of work run at once and `maxWaiting` wait; more than that is refused with `busy`. */
export function createGate(limit: number, maxWaiting: number): Gate {
  let running = 0
  const waiting = new Set<() => void>()

  function leave(): void {
    running -= 1
    const [next] = waiting
    if (next === undefined) return
    waiting.delete(next)
    next()
  }

  function enter(signal: AbortSignal | undefined): Promise<void> {
    if (running < limit) {
      running += 1
      return Promise.resolve()
    }
    if (waiting.size >= maxWaiting) {
      throw new GitProblem('busy', 'Too many git questions are waiting. Ask again in a moment.')
    }
    return new Promise((resolve, reject) => {
      const start = (): void => {
        signal?.removeEventListener('abort', giveUp)
        running += 1
        resolve()
      }
      const giveUp = (): void => {
        waiting.delete(start)
        reject(signal?.reason)
      }
      waiting.add(start)
      signal?.addEventListener('abort', giveUp, { once: true })
    })
  }

  return async (work, signal) => {
    signal?.throwIfAborted()
    await enter(signal)
    try {
      return await work()
    } finally {
      leave()
    }
  }
}

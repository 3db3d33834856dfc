import { setTimeout as pause } from 'node:timers/promises'
import type { Neighbour } from './task.ts'

/** Milliseconds between two calls of the neighbour. */
const EVERY_MS = 25

/** Goes on calling until it is stopped; an attack on somebody else must not show. */
export function startNeighbour(call: () => Promise<unknown>): {
  readonly met: () => Neighbour
  readonly stop: () => Promise<Neighbour>
} {
  const failures: string[] = []
  let calls = 0
  let worstMs = 0
  const stopping = new AbortController()
  const work = (async () => {
    while (!stopping.signal.aborted) {
      const start = performance.now()
      try {
        await call()
      } catch (error) {
        failures.push(String(error))
      }
      calls++
      worstMs = Math.max(worstMs, performance.now() - start)
      await pause(EVERY_MS)
    }
  })()
  const met = (): Neighbour => ({ calls, failures, worstMs })
  return {
    met,
    stop: async () => {
      stopping.abort()
      await work
      return met()
    },
  }
}

import { untilAborted } from '../../call/index.ts'

/** Who may work at a time. */
export interface Turns<T> {
  /** Those at work, the first to come first. */
  readonly working: ReadonlySet<T>
  /** From now on one at a time. */
  readonly serialise: () => void
  /** Waits until there is a place; rejects when the signal aborts first. */
  readonly enter: (worker: T, signal: AbortSignal) => Promise<void>
  readonly leave: (worker: T) => void
}

/** Lets workers in side by side until they must be told apart, and then one by one. */
export function createTurns<T>(): Turns<T> {
  const working = new Set<T>()
  const queue: { readonly worker: T; readonly admit: () => void }[] = []
  let oneByOne = false

  const leave = (worker: T): void => {
    const isWorking = working.delete(worker)
    const place = queue.findIndex((each) => each.worker === worker)
    if (place !== -1) queue.splice(place, 1)
    if (!isWorking || working.size > 0) return
    const next = queue.shift()
    if (next === undefined) return
    working.add(next.worker)
    next.admit()
  }

  return {
    working,
    serialise: () => {
      oneByOne = true
    },
    enter: async (worker, signal) => {
      if (!oneByOne || working.size === 0) {
        working.add(worker)
        return
      }
      const { promise, resolve } = Promise.withResolvers<void>()
      queue.push({ worker, admit: resolve })
      try {
        await untilAborted(signal, promise)
      } catch (error) {
        leave(worker)
        throw error
      }
    },
    leave,
  }
}

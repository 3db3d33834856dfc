import { toAbortError } from '../call/index.ts'
import { createCounter } from './counter.ts'

/** How many there are. */
export interface PlacesOptions {
  readonly places: number
  readonly placesPerKey: number
  readonly waiting: number
  readonly waitingPerKey: number
}

/** Places that are taken and given back. */
export interface Places {
  /**
   * Resolves, when there is a place, to the function that gives it back; at once to nothing when there is not even a place to
   * wait in.
   *
   * @throws ConnectionError `aborted` or `timeout` when the signal fires while waiting.
   */
  readonly enter: (key: string, signal: AbortSignal) => Promise<(() => void) | undefined>
}

interface Waiting {
  readonly key: string
  readonly admit: () => void
}

export function createPlaces({ places, placesPerKey, waiting, waitingPerKey }: PlacesOptions): Places {
  const taken = createCounter()
  const queued = createCounter()
  const queue = new Set<Waiting>()

  const isFree = (key: string): boolean => taken.total() < places && taken.of(key) < placesPerKey

  const take = (key: string): (() => void) => {
    taken.add(key, 1)
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      taken.add(key, -1)
      for (const next of queue) {
        if (taken.total() >= places) return
        if (isFree(next.key)) next.admit()
      }
    }
  }

  const wait = (key: string, signal: AbortSignal): Promise<() => void> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        queue.delete(entry)
        queued.add(key, -1)
        signal.removeEventListener('abort', giveUp)
      }
      const giveUp = (): void => {
        leave()
        reject(toAbortError(signal.reason))
      }
      const entry: Waiting = {
        key,
        admit: () => {
          leave()
          resolve(take(key))
        },
      }
      queue.add(entry)
      queued.add(key, 1)
      signal.addEventListener('abort', giveUp)
    })

  return {
    enter: async (key, signal) => {
      if (signal.aborted) throw toAbortError(signal.reason)
      // Whoever waits already, and could be let in, has been.
      if (isFree(key)) return take(key)
      if (queued.total() >= waiting || queued.of(key) >= waitingPerKey) return undefined
      return wait(key, signal)
    },
  }
}

/** Something that a mounted server told, and how long it holds. */
export interface Told<T> {
  readonly value: T
  readonly ttlMs: number
  readonly cacheScope: 'public' | 'private'
}

/** Counts what was told, so that what is made of it can be kept as long as nothing new was. */
export interface Snapshot<T> extends Told<T> {
  readonly id: number
  readonly at: number
  /** The server could not be asked: this is what it told before, or nothing. */
  readonly isMissing: boolean
}

/**
 * How new an answer has to be: `fresh` by the server's own word, `known` at all, or `renewed` because something was not
 * found in it.
 */
export type Need = 'fresh' | 'known' | 'renewed'

/** Keeps what a mounted server told for as long as it said. */
export interface Cached<T> {
  /** Never rejects: a server that cannot be asked is missing, and its neighbours are not to suffer. */
  readonly get: (need: Need) => Promise<Snapshot<T>>
  readonly invalidate: () => void
}

/** Milliseconds before a server that failed is asked again, and before what was told is asked again for what is not in it. */
const PAUSE = 5_000

/**
 * Milliseconds after which an answer that others asked for is not waited for any more. On Workers what a request began ends
 * with it, and nobody hears of that.
 */
const LOST = 15_000

let lastId = 0

export function createCached<T>(
  ask: () => Promise<Told<T>>,
  nothing: T,
  onFailure: (error: unknown) => void,
): Cached<T> {
  let last: Snapshot<T> | undefined
  let pending: Promise<Snapshot<T>> | undefined
  let askedAt = 0
  let isStale = false

  const read = async (): Promise<Snapshot<T>> => {
    const now = (askedAt = Date.now())
    // A server that mounts itself asks here again before it answers, and is to find that it is being asked.
    await Promise.resolve()
    isStale = false
    try {
      last = { ...(await ask()), id: ++lastId, at: Date.now(), isMissing: false }
    } catch (error) {
      if (last?.isMissing !== true) onFailure(error)
      const value = last?.value ?? nothing
      last = { value, ttlMs: 0, cacheScope: 'private', id: last?.id ?? ++lastId, at: Date.now(), isMissing: true }
    } finally {
      if (askedAt === now) pending = undefined
    }
    return last
  }

  const isGood = ({ at, ttlMs, isMissing }: Snapshot<T>, need: Need): boolean => {
    const age = Date.now() - at
    if (isMissing) return age < PAUSE
    if (need === 'known') return true
    return need === 'renewed' ? age < PAUSE && !isStale : age < ttlMs && !isStale
  }

  return {
    get: async (need) => {
      if (Date.now() - askedAt > LOST) pending = undefined
      if (last !== undefined && isGood(last, need)) return last
      // Who looks at a list does not wait again for a server that did not answer: it is asked meanwhile.
      if (last?.isMissing === true && need !== 'renewed') {
        pending ??= read()
        return last
      }
      // What is being asked may be what changed meanwhile.
      if (pending !== undefined && isStale) await pending
      return (pending ??= read())
    },
    invalidate: () => {
      isStale = true
    },
  }
}

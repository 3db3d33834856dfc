import { guardLog, type Log, tooManyRequests } from '../../call/index.ts'
import type { SessionOptions } from '../../http/index.ts'
import { createCounter } from '../../interceptors/counter.ts'

/** Places that many owners share. */
interface SharedPlaces {
  /**
   * Takes places and returns the function that gives them back, to be called once.
   *
   * @throws ProtocolError `too_many_requests`
   */
  readonly take: (owner: string, count: number) => () => void
}

/** What all sessions of one endpoint may have under way together, since each of them alone may have much. */
export interface Workload {
  readonly calls: SharedPlaces
  readonly questions: SharedPlaces
}

/** @throws RangeError when a number is below 1. */
export function createWorkload({ maxCalls = 10_000, maxQuestions = 10_000 }: SessionOptions, log: Log): Workload {
  const guarded = guardLog(log)
  return {
    calls: createSharedPlaces('maxCalls', maxCalls, 'calls are under way', guarded),
    questions: createSharedPlaces('maxQuestions', maxQuestions, 'questions are open', guarded),
  }
}

/** Milliseconds between two lines of the log that tell of refusals: strangers decide how many there are. */
const QUIET_MS = 60_000

/**
 * An owner may have as many places as it leaves free. So one alone gets half of them, two get a third each, and whoever has
 * none finds one until as many owners as there are places have theirs.
 */
function createSharedPlaces(option: keyof SessionOptions, max: number, what: string, log: Log): SharedPlaces {
  if (!(max >= 1)) throw new RangeError(`sessions.${option} must be at least 1; it is ${max}.`)
  const refusal = `Too many ${what}. Try again later.`
  const taken = createCounter()
  let lastTold = Number.NEGATIVE_INFINITY

  const refuse = (owner: string): Error => {
    if (Date.now() - lastTold >= QUIET_MS) {
      lastTold = Date.now()
      const details = { [option]: max, all: taken.total(), ofThisCaller: taken.of(owner) }
      log({ level: 'warn', message: `Refused by sessions.${option}: ${refusal}`, details })
    }
    return tooManyRequests(refusal)
  }

  return {
    take: (owner, count) => {
      if (taken.of(owner) + count > max - taken.total()) throw refuse(owner)
      taken.add(owner, count)
      return () => taken.add(owner, -count)
    },
  }
}

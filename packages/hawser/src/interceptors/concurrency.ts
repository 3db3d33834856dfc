import { type Call, type Interceptor, tooManyRequests } from '../call/index.ts'
import { createPlaces } from './places.ts'
import { callerOf } from './target.ts'

/** How much there may be at once. */
export interface ConcurrencyOptions {
  /** Calls under way; 100 when left out. */
  readonly calls?: number | undefined
  /** Of these, calls of one caller; all of them when left out. Callers that nobody has proven count as one. */
  readonly callsPerCaller?: number | undefined
  /** Calls that wait for a place, in the order in which they came, before others are refused; 100 when left out. */
  readonly waiting?: number | undefined
  /** Of these, calls of one caller; all of them when left out. */
  readonly waitingPerCaller?: number | undefined
  /** Subscriptions, which have places of their own, since they stay; 1000 when left out. None waits. */
  readonly subscriptions?: number | undefined
  /** Of these, subscriptions of one caller; all of them when left out. */
  readonly subscriptionsPerCaller?: number | undefined
}

/**
 * Caps what is done at once. Calls beyond the cap wait their turn, and those beyond the places to wait in are refused with
 * `too_many_requests`, HTTP 429. A caller that has all its places keeps nobody else from theirs.
 *
 * @example
 * const server = notes.server({ tools: { search }, use: [concurrency({ calls: 50, callsPerCaller: 5, subscriptionsPerCaller: 10 })] })
 * @throws RangeError for a number below 1, of `waiting` below 0. Calls reject with ProtocolError `too_many_requests`.
 */
export function concurrency(options: ConcurrencyOptions = {}): Interceptor {
  const { calls = 100, waiting = 100, subscriptions = 1000 } = options
  const { callsPerCaller = calls, waitingPerCaller = waiting, subscriptionsPerCaller = subscriptions } = options
  const atLeastOne = { calls, callsPerCaller, subscriptions, subscriptionsPerCaller }
  for (const [name, value] of Object.entries({ ...atLeastOne, waiting, waitingPerCaller })) {
    const least = name in atLeastOne ? 1 : 0
    if (!(value >= least)) throw new RangeError(`concurrency takes at least ${least} for ${name}; it got ${value}.`)
  }
  const forCalls = createPlaces({
    places: calls,
    placesPerKey: callsPerCaller,
    waiting,
    waitingPerKey: waitingPerCaller,
  })
  const forSubscriptions = createPlaces({
    places: subscriptions,
    placesPerKey: subscriptionsPerCaller,
    waiting: 0,
    waitingPerKey: 0,
  })

  return (next) => async (call) => {
    const places = call.method === 'subscriptions/listen' ? forSubscriptions : forCalls
    const leave = await places.enter(callerOf(call.principal), call.signal)
    if (leave === undefined) throw tooManyRequests(messageFor(call))
    try {
      return await next(call)
    } finally {
      leave()
    }
  }
}

function messageFor({ method }: Call): string {
  return method === 'subscriptions/listen'
    ? 'Too many subscriptions are open. Close one, or try again later.'
    : 'Too many calls are under way. Try again later.'
}

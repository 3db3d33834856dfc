import { type Call, type Interceptor, tooManyRequests } from '../call/index.ts'
import { memoryRateLimiter, type Rate, type RateLimiter } from './rate-limiter.ts'
import { callerOf, targetOf } from './target.ts'

/** How many calls there may be, and which of them are counted together. */
export interface RateLimitOptions {
  readonly calls: number
  /** Milliseconds in which there may be so many; a minute when left out. */
  readonly per?: number | undefined
  /** Most calls at once, after a time without any; as many as `calls` when left out. */
  readonly burst?: number | undefined
  /**
   * What calls are counted together: those of one caller when left out. With `name` each tool, prompt and resource is
   * counted by itself. Callers that nobody has proven count as one.
   */
  readonly by?: readonly ('caller' | 'method' | 'name')[] | undefined
  /** Which calls count; all when left out. */
  readonly only?: ((call: Call) => boolean) | undefined
  /** Counts for several processes; this process alone when left out. */
  readonly limiter?: RateLimiter | undefined
}

/** Characters of a method, and of a name, that tell one bucket from another: both are chosen by strangers. */
const MAX_KEY = 256

let lastRule = 0

/**
 * Refuses calls that come too often, with `too_many_requests` and the time after which it is worth another try; over HTTP that
 * is a 429 with `Retry-After`. Use it several times for several rules: a call that one of them refuses still counts for those
 * before it.
 *
 * @example
 * const rare = rateLimit({ calls: 5, by: ['caller', 'name'], only: (call) => isCallOf(call, 'tools/call') && call.params.name === 'send' })
 * const server = notes.server({ tools: { search, send }, use: [rateLimit({ calls: 600 }), rare] })
 * @throws RangeError unless all numbers are more than 0. Calls reject with ProtocolError `too_many_requests`.
 */
export function rateLimit(options: RateLimitOptions): Interceptor {
  const { calls, per = 60_000, burst = calls, by = ['caller'], only, limiter = memoryRateLimiter() } = options
  for (const [name, value] of Object.entries({ calls, per, burst })) {
    if (!(value > 0)) throw new RangeError(`rateLimit takes more than 0 for ${name}; it got ${value}.`)
  }
  const rate: Rate = { calls, per, burst: Math.max(1, burst) }
  // Two rules that share a limiter must not share buckets.
  const rule = `${++lastRule}`

  const keyOf = (call: Call): string =>
    JSON.stringify([
      rule,
      by.includes('caller') ? callerOf(call.principal) : '',
      by.includes('method') ? call.method.slice(0, MAX_KEY) : '',
      by.includes('name') ? (targetOf(call) ?? '').slice(0, MAX_KEY) : '',
    ])

  return (next) => async (call) => {
    if (only !== undefined && !only(call)) return next(call)
    const wait = await limiter.take(keyOf(call), rate)
    if (wait > 0) throw tooManyRequests('Too many calls. Try again later.', wait)
    return next(call)
  }
}

import type { RateLimiter } from '../../interceptors/index.ts'
import { type BindingKind, findBinding, hasMethods, notGiven } from '../find-binding.ts'
import { hash } from '../hash.ts'
import { openObjects } from '../objects.ts'
import { unavailable } from '../unavailable.ts'
import type { LimitsMethods } from './limits-role.ts'

/** Where calls are counted. */
export interface DurableRateLimiterOptions {
  /** The binding of `HawserObject`. */
  readonly binding: string
  /**
   * A rate limit binding that stands in front: what it refuses does not reach an object. It counts for each location by itself and is not
   * exact, so let it take several times as much.
   */
  readonly door?: string | undefined
}

/** Objects among which keys are spread. */
const SHARDS = 64
/** Milliseconds that callers are told to wait whom the door refuses: the shortest period that it knows. */
const DOOR_WAIT = 10_000

interface Door {
  limit(options: { readonly key: string }): Promise<{ readonly success: boolean }>
}

/**
 * A `RateLimiter` that counts for all instances of a Worker, exactly. A call that is let through is one call of an object and two
 * rows written; one that is refused writes nothing.
 *
 * @throws TypeError when a binding is missing or of another kind. Its calls reject with ProtocolError `unavailable` when nobody can count.
 * @example
 * const limiter = durableRateLimiter({ binding: 'HAWSER', door: 'DOOR' })
 * const server = notes.server({ tools: { search }, use: [rateLimit({ calls: 600, per: 60_000, limiter })] })
 * @see https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/
 */
export function durableRateLimiter({ binding, door }: DurableRateLimiterOptions): RateLimiter {
  // A call that is counted twice takes one more from its caller; nobody is let through who should not be.
  const objects = openObjects<LimitsMethods>(binding, 'limits', 'durableRateLimiter', ['take'])
  const guard = door === undefined ? undefined : findBinding(door, DOOR)
  return {
    take: async (key, rate) => {
      try {
        // A door that is named is not left open where it is missing.
        if (door !== undefined && guard === undefined) throw notGiven(door, DOOR)
        if (guard !== undefined && !(await guard.limit({ key })).success) return DOOR_WAIT
        return await objects.call(`${hash(key) % SHARDS}`, 'take', key, rate)
      } catch (cause) {
        throw unavailable('Nobody can count calls now. Try again later.', cause)
      }
    },
  }
}

const DOOR: BindingKind<Door> = {
  user: 'durableRateLimiter',
  option: 'door',
  what: 'a rate limit',
  isIt: (value): value is Door => hasMethods(value, ['limit']),
  describe: (name) => `wrangler.jsonc needs this line:

  "ratelimits": [{ "name": "${name}", "namespace_id": "1001", "simple": { "limit": 1000, "period": 60 } }],
`,
}

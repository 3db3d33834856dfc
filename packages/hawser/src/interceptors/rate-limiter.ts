import { type Bucket, type Rate, takeCall } from './bucket.ts'

export type { Rate }

/** Counts calls, for one process or for many. */
export interface RateLimiter {
  /**
   * Takes one call out of the bucket of a key: 0 when there was one, else the milliseconds until there will be. Atomic: of
   * two calls at the same time for the last one, one gets it.
   */
  readonly take: (key: string, rate: Rate) => number | Promise<number>
}

/**
 * A `RateLimiter` within one process. When it holds too many buckets, the one that was longest out of use is forgotten, which
 * is as good as full.
 *
 * @example
 * const limiter = memoryRateLimiter({ maxKeys: 100_000 })
 * const use = [rateLimit({ calls: 600, per: 60_000, limiter })]
 */
export function memoryRateLimiter({ maxKeys = 10_000 }: { readonly maxKeys?: number } = {}): RateLimiter {
  const buckets = new Map<string, Bucket>()

  return {
    take: (key, rate) => {
      const { bucket, wait } = takeCall(buckets.get(key), rate, performance.now())
      // A map remembers the order of insertion, so the first is the one that was longest out of use.
      buckets.delete(key)
      buckets.set(key, bucket)
      const [oldest] = buckets.keys()
      if (buckets.size > maxKeys && oldest !== undefined) buckets.delete(oldest)
      return wait
    },
  }
}

/** So many calls in a time, evenly refilled: a bucket that holds `burst` and gains `calls` in every `per`. */
export interface Rate {
  readonly calls: number
  /** Milliseconds. */
  readonly per: number
  /** Most calls at once, after a time without any. */
  readonly burst: number
}

/** Counts calls, for one process or for many. */
export interface RateLimiter {
  /**
   * Takes one call out of the bucket of a key: 0 when there was one, else the milliseconds until there will be. Atomic: of
   * two calls at the same time for the last one, one gets it.
   */
  readonly take: (key: string, rate: Rate) => number | Promise<number>
}

interface Bucket {
  calls: number
  filledAt: number
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

  const open = (key: string, { calls, per, burst }: Rate, now: number): Bucket => {
    const bucket = buckets.get(key) ?? { calls: burst, filledAt: now }
    bucket.calls = Math.min(burst, bucket.calls + ((now - bucket.filledAt) * calls) / per)
    bucket.filledAt = now
    // A map remembers the order of insertion, so the first is the one that was longest out of use.
    buckets.delete(key)
    buckets.set(key, bucket)
    const [oldest] = buckets.keys()
    if (buckets.size > maxKeys && oldest !== undefined) buckets.delete(oldest)
    return bucket
  }

  return {
    take: (key, rate) => {
      const bucket = open(key, rate, performance.now())
      if (bucket.calls < 1) return Math.max(1, ((1 - bucket.calls) * rate.per) / rate.calls)
      bucket.calls--
      return 0
    },
  }
}

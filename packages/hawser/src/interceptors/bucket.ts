/** So many calls in a time, evenly refilled: a bucket that holds `burst` and gains `calls` in every `per`. */
export interface Rate {
  readonly calls: number
  /** Milliseconds. */
  readonly per: number
  /** Most calls at once, after a time without any. */
  readonly burst: number
}

/** What is left for one key. */
export interface Bucket {
  readonly calls: number
  /** Milliseconds, by whatever clock is used for all of them. */
  readonly filledAt: number
}

/** What a call finds: the bucket without it, or the milliseconds until there will be one. */
export interface Taken {
  readonly bucket: Bucket
  readonly wait: number
}

/** Takes one call out of a bucket; one that is not known is full. */
export function takeCall(known: Bucket | undefined, { calls, per, burst }: Rate, now: number): Taken {
  const gained = known === undefined ? burst : known.calls + ((now - known.filledAt) * calls) / per
  const left = Math.min(burst, gained)
  if (left < 1) return { bucket: { calls: left, filledAt: now }, wait: Math.max(1, ((1 - left) * per) / calls) }
  return { bucket: { calls: left - 1, filledAt: now }, wait: 0 }
}

/** When a bucket is full again, so that it may be forgotten. */
export function fullAt({ calls, filledAt }: Bucket, rate: Rate): number {
  return filledAt + (Math.max(0, rate.burst - calls) * rate.per) / rate.calls
}

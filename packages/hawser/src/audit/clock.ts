/** When something was put down, and the id that it was given then. */
export interface Stamp {
  /** A UUID of version 7. */
  readonly id: string
  /** As a log writes it. */
  readonly ts: string
}

/** Ids of one millisecond: they count up behind the time, before bits that are drawn for it. */
let last = { at: Number.NaN, ts: '', prefix: '', suffix: '', count: 0 }

/** Numbers of 12 bits, in hexadecimal, each written when it is first needed. */
const COUNTS = 4_096
const counts: string[] = []

/**
 * Stamps a record. The id has the time in its first 48 bits, then a counter, so that ids sort as they were made, then 62 random bits.
 * (RFC 9562 §5.7, §6.2 method 1)
 *
 * @param now In milliseconds since 1970. Many records share one.
 */
export function createStamp(now = Date.now()): Stamp {
  if (now !== last.at || last.count >= COUNTS) last = begin(now)
  const { prefix, suffix, ts, count } = last
  last.count = count + 1
  return { id: prefix + (counts[count] ??= count.toString(16).padStart(3, '0')) + suffix, ts }
}

function begin(at: number): typeof last {
  const time = at.toString(16).padStart(12, '0')
  const prefix = `${time.slice(0, 8)}-${time.slice(8)}-7`
  return { at, ts: new Date(at).toISOString(), prefix, suffix: crypto.randomUUID().slice(18), count: 0 }
}

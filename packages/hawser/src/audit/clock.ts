/** Ids of one millisecond: they count up behind the time, before bits that are drawn for it. */
let last = { at: Number.NaN, ts: '', prefix: '', suffix: '', count: 0 }

/** Numbers of 12 bits, in hexadecimal, each written when it is first needed. */
const COUNTS = 4_096
const counts: string[] = []

/** The time as a log writes it. Many calls share a millisecond. */
export function timestamp(now = Date.now()): string {
  return tick(now).ts
}

/**
 * A UUID of version 7: the time in its first 48 bits, then a counter, so that ids sort as they were made, then 62 random bits. (RFC 9562
 * §5.7, §6.2 method 1)
 */
export function createId(now = Date.now()): string {
  const { prefix, suffix, count } = tick(now)
  last.count = count + 1
  return prefix + (counts[count] ??= count.toString(16).padStart(3, '0')) + suffix
}

function tick(now: number): typeof last {
  if (now === last.at && last.count < COUNTS) return last
  const time = now.toString(16).padStart(12, '0')
  const prefix = `${time.slice(0, 8)}-${time.slice(8)}-7`
  return (last = { at: now, ts: new Date(now).toISOString(), prefix, suffix: crypto.randomUUID().slice(18), count: 0 })
}

/** The time as a log writes it, and what ids made in it begin with: many calls share a millisecond. */
let last = { at: Number.NaN, ts: '', prefix: '' }

function tick(now: number): typeof last {
  if (now === last.at) return last
  const time = now.toString(16).padStart(12, '0')
  return (last = { at: now, ts: new Date(now).toISOString(), prefix: `${time.slice(0, 8)}-${time.slice(8)}-7` })
}

export function timestamp(now = Date.now()): string {
  return tick(now).ts
}

/** A UUID of version 7: the time in its first 48 bits, the rest random. (RFC 9562 §5.7) */
export function createId(now = Date.now()): string {
  return tick(now).prefix + crypto.randomUUID().slice(15)
}

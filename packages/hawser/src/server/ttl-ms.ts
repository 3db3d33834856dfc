/** How long a result may be kept: an integer from 0 that JSON can carry, whatever was configured. (server/utilities/caching#time-to-live-ttl-field) */
export function toTtlMs(ms: number): number {
  return ms > 0 ? Math.min(Math.trunc(ms), Number.MAX_SAFE_INTEGER) : 0
}

import type { createDuplex } from './duplex.ts'
import type { createSseFallback } from './http-sse.ts'

/** What serves clients whose whole session goes over one connection, stdio or HTTP+SSE, where a runtime can hold one. */
export interface OneConnection {
  readonly createDuplex?: typeof createDuplex
  readonly createSseFallback?: typeof createSseFallback
}

import { createHttpFallback } from './http-fallback.ts'
import type { OneConnection } from './one-connection.ts'

export { routeSession } from './route-session.ts'

/** What makes a server serve clients of earlier revisions as well, wherever it is served. */
export const serveEarlierClients = ({ createDuplex, createSseFallback }: OneConnection) =>
  ({ httpFallback: createHttpFallback(createSseFallback), lineFallback: createDuplex }) as const

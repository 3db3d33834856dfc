import { createDuplex } from './duplex.ts'
import { createHttpFallback } from './http-fallback.ts'

export { routeSession } from './route-session.ts'

/** What makes a server serve clients of earlier revisions as well, wherever it is served. */
export const earlierClients = { httpFallback: createHttpFallback, lineFallback: createDuplex } as const

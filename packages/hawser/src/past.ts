/** All that the front door takes from the room of earlier revisions, so that removing the room breaks this file alone. */
import { oneConnection } from '#one-connection'
import { serveEarlierClients } from './legacy/index.ts'

export { connectLink, connectUrl, routeSession } from './legacy/index.ts'

export const earlierClients = /* @__PURE__ */ serveEarlierClients(oneConnection)

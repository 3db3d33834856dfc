/** All that the front door takes from the room of earlier revisions, so that removing the room breaks this file alone. */
export { connectLink, connectUrl, earlierClients, routeSession } from './legacy/index.ts'

export { connectLink, connectUrl } from './client/index.ts'
export { routeSession, serveEarlierClients } from './server/index.ts'

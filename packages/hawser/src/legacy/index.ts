export { connectLink, connectUrl } from './client/index.ts'
export { earlierClients, routeSession } from './server/index.ts'

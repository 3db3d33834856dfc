export { connectLink, connectUrl } from './client/index.ts'
export { earlierClients } from './server/index.ts'

export { serveEachCall } from './serve-each-call.ts'
export type { SdkAuthInfo, SdkContext, SdkServer } from './shapes.ts'
export { shareServer } from './share-server.ts'

export { connectHttp, type ConnectHttpOptions } from './connect.ts'
export type { EventQueue } from './event-queue.ts'
export {
  createExchange,
  type Exchange,
  type HttpFallback,
  type HttpFallbackOptions,
  type HttpOptions,
  type HttpService,
} from './exchange.ts'
export { createFetchHandler } from './fetch.ts'
export type { IndexEntry, IndexPage, Landing } from './landing.ts'
export type { HttpHeaders, HttpReply, HttpRequest } from './message.ts'
export { LOOPBACK_HOSTS } from './origin.ts'
export type { Body } from './read-body.ts'
export { refuse } from './refusals.ts'
export type { EventStore, KeptEvent, SessionKeeper, SessionOptions } from './sessions.ts'

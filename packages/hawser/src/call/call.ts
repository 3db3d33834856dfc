import type {
  ClientCapabilities,
  Implementation,
  InputRequired,
  Method,
  Notification,
  Params,
  Result,
} from '../protocol/index.ts'
import type { Principal } from './principal.ts'
import type { Values } from './values.ts'

/** One request and all that is needed to answer it. Nothing is inferred from earlier calls. */
export interface Call<M extends Method = Method> {
  readonly method: M
  readonly params: Params<M>
  readonly protocolVersion: string
  readonly clientInfo?: Implementation
  readonly clientCapabilities: ClientCapabilities
  /** Proven by the transport; on stdio the local user. */
  readonly principal?: Principal
  /** Typed data that interceptors and transports hand on. */
  readonly values: Values
  /** Aborts when the caller goes away or a deadline passes. */
  readonly signal: AbortSignal
  /** Sends a notification that belongs to this call; after the reply it does nothing. */
  readonly notify: (notification: Notification) => void
}

/** The result of a method, or questions that have to be answered first. (basic/patterns/mrtr) */
export type Reply<M extends Method = Method> = Result<M> | InputRequired

/**
 * Answers a call. A server is a `Handle`; so is a client's connection to one.
 *
 * @example
 * const counted: Handle = (call) => { calls++; return server.handle(call) }
 */
export type Handle = (call: Call) => Promise<Reply>

/**
 * Wraps a `Handle`, on either side.
 *
 * @example
 * const timed: Interceptor = (next) => async (call) => {
 *   const start = performance.now()
 *   try { return await next(call) } finally { console.error(call.method, performance.now() - start) }
 * }
 */
export type Interceptor = (next: Handle) => Handle

/** Puts interceptors around a handle; the first is the outermost. */
export function intercept(handle: Handle, interceptors: readonly Interceptor[]): Handle {
  return interceptors.reduceRight((next, interceptor) => interceptor(next), handle)
}

/**
 * Narrows a call to one method, so that `params` has its type.
 *
 * @example
 * const named: Interceptor = (next) => (call) => { if (isCallOf(call, 'tools/call')) count(call.params.name); return next(call) }
 */
export function isCallOf<M extends Method>(call: Call, method: M): call is Call<M> {
  return call.method === method
}

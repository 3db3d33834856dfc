import type { Principal } from '../call/index.ts'
import type { EventQueue } from './event-queue.ts'

/** What is known of a request before its body is read; the same whatever serves it. */
export interface HttpRequest {
  readonly method: string
  /** Absolute, where the runtime gives one. */
  readonly url?: string
  /** Path and query, where a transport serves more than one path. */
  readonly target?: string
  /** By lower-case name. Several lines of one name arrive joined with `, `. (RFC 9110 §5.3) */
  header(name: string): string | undefined
  /** Calls back once when the caller goes away, at once when it has gone already. */
  onDisconnect(callback: () => void): void
  /** Who sent it: set by whoever serves it, or found out while it is admitted. */
  principal?: Principal | undefined
  /** What the runtime hands to a request; Worker bindings on Cloudflare. */
  readonly env?: unknown
}

/** Names are lower-case. The objects are shared by many replies and never changed. */
export type HttpHeaders = Readonly<Record<string, string>>

/** An answer for a transport to write: a body, a stream of events, or neither. */
export interface HttpReply {
  readonly status: number
  readonly headers: HttpHeaders
  readonly body?: string
  readonly stream?: EventQueue
}

export const JSON_HEADERS: HttpHeaders = { 'content-type': 'application/json' }

/** Proxies must hand events on at once and keep none. (streamable-http#receiving-messages) */
export const EVENT_HEADERS: HttpHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
}

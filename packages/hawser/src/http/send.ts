import type { ByteStream } from '../wire/chunks.ts'
import type { Principal } from '../call/index.ts'
import type { HttpHeaders } from './message.ts'

/** A request on its way out. */
export interface SentRequest {
  readonly method: string
  /** Names are lower-case. */
  readonly headers: HttpHeaders
  readonly body?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Stops the time of the call while a person is asked; what it returns lets the time go on. */
  readonly hold?: (() => () => void) | undefined
  /** Whom it is sent for, for who answers within this process; it never travels. */
  readonly principal?: Principal | undefined
}

/** What comes back; a `Response` is one. */
export interface Received {
  readonly ok: boolean
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly body: ByteStream | null
}

/**
 * Sends one request over HTTP and resolves when the head of its answer is there. Redirects are answers like others; an
 * abort ends the answer as well. Rejects when nobody answers.
 */
export type Send = (url: string, request: SentRequest) => Promise<Received>

/** Sends with a function that has the shape of `fetch` and takes requests only, such as a handler. */
export const sendWith =
  (fetch: (request: Request) => Promise<Response>): Send =>
  (url, request) =>
    fetch(new Request(url, { ...request, redirect: 'manual' }))

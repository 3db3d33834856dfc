import type { Handle, Link } from './call/index.ts'
import { type Client, type ClientOptions, createClient } from './client/index.ts'
import type { ConnectHttpOptions } from './http/index.ts'
import { connectLink, connectUrl } from './legacy/client/index.ts'
import { isObject } from './protocol/index.ts'
import { createLoopback, isLocal, type Local, type LoopbackOptions } from './wire/loopback.ts'

/** `as` and `env` are for a server in this process, `http` is for a URL. */
export interface ConnectOptions extends ClientOptions, LoopbackOptions {
  /** Headers, `fetch` and limits. */
  readonly http?: ConnectHttpOptions | undefined
}

/**
 * Makes a client of a server in this process, a URL, a link such as a child process, or a handle. Nothing is sent until
 * something is asked of the client; `client.agreed()` tells who is there and what is spoken. Closing the client closes a
 * link; a server in this process stays.
 *
 * Servers of every revision since 2024-11-05 are spoken to in their own way: what an earlier one asks in the middle of a
 * call is answered by `answers` as well, and what it lacks is refused as the present revision refuses it.
 *
 * @throws TypeError when the target is none of these; RangeError when a time is not more than 0.
 * @example
 * await using notes = await connect<typeof server>('https://notes.example.com/mcp')
 * const { hits } = await notes.tools.search({ query: 'tide tables' })
 * @see basic/transports
 */
export function connect<S extends Local>(server: S, options?: ConnectOptions): Promise<Client<S>>
export function connect<S = unknown>(
  target: Local | URL | string | Link | Handle,
  options?: ConnectOptions,
): Promise<Client<S>>
export async function connect(
  target: Local | URL | string | Link | Handle,
  { as, env, http, ...options }: ConnectOptions = {},
): Promise<Client> {
  if (isLocal(target)) return createClient(createLoopback(target, { as, env }), options)
  const remote = typeof target === 'string' || target instanceof URL
  if (remote) return createClient(connectUrl(target, http), options)
  return createClient(isLink(target) ? connectLink(target) : target, options)
}

/** A link belongs to this client, and is closed with it. */
const isLink = (target: unknown): target is Link => isObject(target) && typeof target['handle'] === 'function'

import { type Client, type ClientOptions, createClient } from './client/index.ts'
import { reach } from './reach.ts'
import type { ReachOptions, Target } from './reach-present.ts'
import type { Local } from './wire/loopback.ts'

/** `as` and `env` are for a server in this process, `http` is for a URL. */
export interface ConnectOptions extends ClientOptions, ReachOptions {}

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
export function connect<S = unknown>(target: Target, options?: ConnectOptions): Promise<Client<S>>
export async function connect(target: Target, { as, env, http, ...options }: ConnectOptions = {}): Promise<Client> {
  return createClient(reach(target, { as, env, http }), options)
}

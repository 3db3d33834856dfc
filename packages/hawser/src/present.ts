/**
 * The front door without the past: the same names, for servers and clients that only meet revision 2026-07-28 of the protocol
 * and whose bundle counts. A server of it refuses an older client with a sentence that names the revision, and a client of it
 * does not try older ones.
 *
 * @example
 * import { connect, mcp } from 'hawser/present'
 */
import { type Client, createClient } from './client/index.ts'
import type { connect as connectAny, ConnectOptions } from './connect.ts'
import { createKit, type Kit } from './kit.ts'
import { reachPresent, type Target } from './reach-present.ts'
import type { ServerOptions } from './server/index.ts'

export * from './index.ts'

/**
 * As `mcp` of `hawser`, for clients of the present revision only.
 *
 * @example
 * import { mcp } from 'hawser/present'
 * const notes = mcp({ name: 'notes', version: '1.0.0' })
 */
export function mcp<const Scope extends string = never, Context extends object = {}>(
  options: ServerOptions<Scope, Context>,
): Kit<Context, Scope> {
  return createKit(options)
}

/**
 * As `connect` of `hawser`, for servers of the present revision only.
 *
 * @example
 * import { connect } from 'hawser/present'
 * await using notes = await connect('https://notes.example.com/mcp')
 */
export const connect: typeof connectAny = async <S = unknown>(
  target: Target,
  { as, env, http, ...options }: ConnectOptions = {},
): Promise<Client<S>> => createClient<S>(reachPresent(target, { as, env, http }), options)

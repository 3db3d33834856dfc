import { createKit, type Kit } from './kit.ts'
import { earlierClients } from './past.ts'
import type { ServerOptions } from './server/index.ts'

/**
 * Starts a server: who it is, which permissions it knows, and what its handlers are given. It checks nothing by itself:
 * `.server({ … })` throws a DefinitionError when the definition cannot work, and leaves nothing to fail at the first request.
 *
 * @example
 * const notes = mcp({ name: 'notes', version: '1.0.0' })
 * const hello = notes.tool({ description: 'Say hello.', effect: 'read', run: () => 'hello' })
 * export default notes.server({ tools: { hello } })
 * @see basic, server/discover
 */
export function mcp<const Scope extends string = never, Context extends object = {}>(
  options: ServerOptions<Scope, Context>,
): Kit<Context, Scope> {
  return createKit(options, earlierClients)
}

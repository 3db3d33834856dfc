import type { Link } from '../../call/index.ts'
import { GreetingFailed } from './errors.ts'
import { probeLink } from './probe-link.ts'

/** Clients that share a link share what is known of its server. */
const known = new WeakMap<Link, Link>()

/**
 * Reaches a server of any revision over a link. It is asked what it speaks before anything else, and greeted by the
 * handshake unless it knows the present revision. (basic/transports/stdio#backward-compatibility)
 *
 * @example const link = connectLink(command('npx', ['-y', 'github-mcp']))
 */
export function connectLink(link: Link): Link {
  const { takeLines } = link
  if (takeLines === undefined) return link
  const existing = known.get(link)
  if (existing !== undefined) return existing
  const sessions = probeLink(link, takeLines)
  const both: Link = {
    handle: async (call) => {
      try {
        return await sessions.handle(call)
      } catch (error) {
        throw error instanceof GreetingFailed ? error.cause : error
      }
    },
    agreed: () => sessions.agreed,
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  }
  known.set(link, both)
  return both
}

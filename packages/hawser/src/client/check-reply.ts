import { ConnectionError, type Reply } from '../call/index.ts'
import { isObject, type Method, type Result } from '../protocol/index.ts'

type Fields = { readonly [name: string]: unknown }
type Check = (reply: Fields) => boolean

const list =
  (field: string): Check =>
  (reply) =>
    Array.isArray(reply[field])

/** What callers rely on; anything else in a reply is passed through. */
const CHECKS: { readonly [M in Method]?: Check } = {
  'server/discover': (reply) => list('supportedVersions')(reply) && isObject(reply['capabilities']),
  'tools/list': list('tools'),
  'tools/call': list('content'),
  'resources/list': list('resources'),
  'resources/templates/list': list('resourceTemplates'),
  'resources/read': list('contents'),
  'prompts/list': list('prompts'),
  'prompts/get': list('messages'),
  'completion/complete': ({ completion }) => isObject(completion) && list('values')(completion),
}

/**
 * Makes sure that a reply has the shape of its method's result.
 *
 * @throws ConnectionError `bad_reply`.
 */
export function checkReply<M extends Method>(method: M, reply: Reply): Result<M> {
  const fields: unknown = reply
  if (!isObject(fields) || CHECKS[method]?.(fields) === false) {
    throw new ConnectionError('bad_reply', `The server answered ${method} with something that is not its result.`)
  }
  return reply
}

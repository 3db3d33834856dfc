import { badReply, type Reply } from '../call/index.ts'
import { isObject, type Method, type Result } from '../protocol/index.ts'

/** The field of a result that holds a list. */
export const LISTS = {
  'server/discover': 'supportedVersions',
  'tools/list': 'tools',
  'tools/call': 'content',
  'resources/list': 'resources',
  'resources/templates/list': 'resourceTemplates',
  'resources/read': 'contents',
  'prompts/list': 'prompts',
  'prompts/get': 'messages',
} as const satisfies { readonly [M in Method]?: string }

/** What callers rely on; anything else in a reply is passed through. */
function isResult(method: Method, reply: { readonly [name: string]: unknown }): boolean {
  const { completion, capabilities, resultType = 'complete' } = reply
  if (resultType !== 'complete') return false
  if (method === 'completion/complete') return isObject(completion) && Array.isArray(completion['values'])
  if (method === 'server/discover' && !isObject(capabilities)) return false
  return !Object.hasOwn(LISTS, method) || Array.isArray(reply[LISTS[method as keyof typeof LISTS]])
}

/**
 * Makes sure that a reply has the shape of its method's result.
 *
 * @throws ConnectionError `bad_reply`.
 */
export function checkReply<M extends Method>(method: M, reply: Reply): Result<M> {
  const fields: unknown = reply
  if (!isObject(fields) || !isResult(method, fields)) {
    throw badReply(`The server answered ${method} with something that is not its result.`)
  }
  return reply
}

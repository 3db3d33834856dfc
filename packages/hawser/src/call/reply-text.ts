import type { Reply } from './call.ts'

/** Replies that never change are serialised once; whoever changes one makes a new object, which is then not found here. */
const texts = new WeakMap<object, string>()

/** Freezes a reply and remembers its JSON, so that sending it again costs no serialisation. */
export function precompute<R extends Reply>(reply: R): R {
  texts.set(Object.freeze(reply), write(reply))
  return reply
}

/**
 * The JSON of a reply as it travels: `resultType` is written in front of the reply's own fields. (basic#resulttype)
 *
 * @throws TypeError when the reply holds a BigInt or a cycle, or writes itself as something other than an object.
 */
export function replyText(reply: Reply): string {
  return texts.get(reply) ?? write(reply)
}

function write(reply: Reply): string {
  const text = JSON.stringify(reply)
  if (!text.startsWith('{')) throw new TypeError('A reply is an object, also as JSON.')
  if ('resultType' in reply) return text
  return text === '{}' ? '{"resultType":"complete"}' : `{"resultType":"complete",${text.slice(1)}`
}

import type { Reply } from './call.ts'

/** Replies that never change are serialised once; whoever changes one makes a new object, which is then not found here. */
const texts = new WeakMap<object, string>()

/** Freezes a reply and remembers its JSON, so that sending it again costs no serialisation. */
export function precompute<R extends Reply>(reply: R): R {
  texts.set(Object.freeze(reply), JSON.stringify(reply))
  return reply
}

/** The JSON of a reply. Throws the `TypeError` of `JSON.stringify` for BigInt and cycles. */
export function replyText(reply: Reply): string {
  return texts.get(reply) ?? JSON.stringify(reply)
}

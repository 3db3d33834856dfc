import { badReply, type Reply, UNDERSTOOD, type Values } from '../call/index.ts'
import { META, type Notification, type RequestId } from '../protocol/index.ts'

/** Marks everything on a subscription with the id of the request that opened it. (basic/patterns/subscriptions) */
export function tagWithSubscription<T extends { readonly _meta?: object }>(value: T, id: RequestId): T {
  return { ...value, _meta: { ...value._meta, [META.subscriptionId]: id } }
}

type Fields = { readonly [name: string]: unknown }

/** Results that did not say what they are. */
const bare = new WeakSet<object>()

/** Whether the result that a reply was read from said what it is, as it must. */
export const isTyped = (reply: Reply): boolean => !bare.has(reply)

/**
 * Reads the result of a request. An absent `resultType` means complete; one that the caller does not understand is invalid. (basic#resulttype)
 *
 * @throws ConnectionError `bad_reply`.
 */
export function decodeReply(result: Fields, values: Values): Reply {
  const { resultType, ...rest } = result
  if (resultType === 'complete') return rest
  if (resultType === undefined) {
    bare.add(rest)
    return rest
  }
  if (resultType === 'input_required') return result
  if (typeof resultType === 'string' && values.get(UNDERSTOOD).has(resultType)) return result
  throw badReply(`The server answered with an unknown resultType ${JSON.stringify(resultType).slice(0, 64)}.`)
}

const NOTIFICATION =
  /^notifications\/(?:progress|message|cancelled|subscriptions\/acknowledged|resources\/updated|(?:tools|prompts|resources)\/list_changed)$/

/** A notification that this revision or the caller knows; others are ignored. */
export function decodeNotification(method: string, params: Fields, values?: Values): Notification | undefined {
  return NOTIFICATION.test(method) || values?.get(UNDERSTOOD).has(method)
    ? ({ method, params } as unknown as Notification)
    : undefined
}

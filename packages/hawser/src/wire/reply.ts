import { badReply, fromWireError, type Reply, replyText, type WireError } from '../call/index.ts'
import { isObject, META, type Notification, type NotificationMethod, type RequestId } from '../protocol/index.ts'

/**
 * The JSON of a result as it travels: `resultType` is written in front of the reply's own fields. (basic#resulttype)
 *
 * @throws TypeError when the reply holds a BigInt or a cycle.
 */
export function encodeReply(reply: Reply): string {
  const text = replyText(reply)
  if ('resultType' in reply) return text
  return text === '{}' ? '{"resultType":"complete"}' : `{"resultType":"complete",${text.slice(1)}`
}

/** Marks everything on a subscription with the id of the request that opened it. (basic/patterns/subscriptions) */
export function tagWithSubscription<T extends { readonly _meta?: object }>(value: T, id: RequestId): T {
  return { ...value, _meta: { ...value._meta, [META.subscriptionId]: id } }
}

/**
 * Reads the result of a request. An absent `resultType` means complete; one that nobody declared is invalid. (basic#resulttype)
 *
 * @throws ConnectionError `bad_reply`.
 */
export function decodeReply(result: unknown): Reply {
  if (!isObject(result)) throw badReply('The server answered with a result that is not an object.')
  const { resultType = 'complete', ...rest } = result
  if (resultType === 'complete') return rest
  if (resultType === 'input_required') return result
  throw badReply(`The server answered with an unknown resultType ${JSON.stringify(resultType).slice(0, 64)}.`)
}

/** Reads an error that the server sent. */
export function decodeFailure(error: unknown): Error {
  if (isObject(error) && typeof error['code'] === 'number' && typeof error['message'] === 'string') {
    return fromWireError(error as unknown as WireError)
  }
  return badReply('The server answered with an error that has no code and message.')
}

const NOTIFICATIONS: ReadonlySet<string> = new Set<NotificationMethod>([
  'notifications/progress',
  'notifications/message',
  'notifications/cancelled',
  'notifications/subscriptions/acknowledged',
  'notifications/resources/updated',
  'notifications/resources/list_changed',
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
])

/** A notification that this revision knows; others are ignored. */
export function decodeNotification(method: string, params: unknown): Notification | undefined {
  if (!NOTIFICATIONS.has(method) || (params !== undefined && !isObject(params))) return undefined
  return { method, params } as unknown as Notification
}

import { ConnectionError, type Service } from '../../call/index.ts'
import type { Notification, SubscriptionFilter } from '../../protocol/index.ts'
import { encodeNotification } from '../../wire/json-rpc.ts'
import type { OldClient } from './read-client.ts'
import { type Caller, translateCall } from './translate-call.ts'

/** One `subscriptions/listen` that is open. */
export interface Listening {
  /** What the server keeps of the wishes; it is told from then on. Rejects when there is no place for it. */
  readonly kept: Promise<SubscriptionFilter>
  readonly end: () => void
}

/** Who wants to be told of what, and how. */
export interface Wish {
  readonly client: OldClient
  readonly caller: Caller
  readonly notifications: SubscriptionFilter
  readonly tell: (json: string) => void
}

export type Listen = (wish: Wish) => Listening

/** Opens a subscription; `onEnd` is called when it is over, whoever ended it. */
export function openListening(
  service: Service,
  { client, caller, notifications, tell }: Wish,
  onEnd = (): void => {},
): Listening {
  const controller = new AbortController()
  const { signal } = controller
  const { promise: kept, resolve, reject } = Promise.withResolvers<SubscriptionFilter>()
  const notify = ({ method, params }: Notification): void => {
    if (method === 'notifications/subscriptions/acknowledged') resolve(params?.notifications ?? {})
    else if (!signal.aborted) tell(encodeNotification(method, params))
  }
  const circumstances = { ...caller, client, logLevel: undefined, signal, notify }
  service
    .handle(translateCall('subscriptions/listen', { notifications }, circumstances))
    .then(() => resolve({}), reject)
    .finally(onEnd)
  return { kept, end: () => controller.abort(new ConnectionError('aborted', 'Nobody listens any more.')) }
}

interface Shared {
  readonly listening: Listening
  readonly tells: Set<Wish['tell']>
}

/**
 * Opens one subscription for all wishes that are word for word the same, since a server has places for few: those for the
 * lists alone of clients that describe themselves alike, of callers that nobody has proven.
 */
export function createSharedListen(service: Service): Listen {
  const open = new Map<OldClient, Shared>()

  const begin = (wish: Wish): Shared => {
    const tells: Shared['tells'] = new Set()
    const forget = (): void => {
      if (open.get(wish.client) === shared) open.delete(wish.client)
    }
    const tell: Wish['tell'] = (json) => {
      for (const each of tells) each(json)
    }
    const listening = openListening(service, { ...wish, tell }, forget)
    const shared = { listening, tells }
    open.set(wish.client, shared)
    return shared
  }

  return (wish) => {
    const { caller, client, notifications } = wish
    const isCommon = caller.principal === undefined && caller.env === undefined
    if (!isCommon || notifications.resourceSubscriptions !== undefined) return openListening(service, wish)
    const { listening, tells } = open.get(client) ?? begin(wish)
    // A session may join anew before it leaves.
    const tell: Wish['tell'] = (json) => wish.tell(json)
    tells.add(tell)
    const end = (): void => {
      tells.delete(tell)
      if (tells.size > 0) return
      if (open.get(client)?.tells === tells) open.delete(client)
      listening.end()
    }
    return { kept: listening.kept, end }
  }
}

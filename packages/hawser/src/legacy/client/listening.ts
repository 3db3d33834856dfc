import { type Call, ConnectionError, ProtocolError, type Reply, toAbortError, untilAborted } from '../../call/index.ts'
import type { Notification, SubscriptionFilter } from '../../protocol/index.ts'
import { decodeNotification } from '../../wire/reply.ts'
import type { Conversation, Fields } from './conversation.ts'
import type { Greeting } from './handshake.ts'

/** Makes subscriptions of what these servers tell a whole session. */
export interface Listening {
  /** Answers `subscriptions/listen`: acknowledges what the server can tell, and goes on until the signal aborts. */
  readonly listen: (call: Call<'subscriptions/listen'>, greeting: Greeting) => Promise<Reply>
  /** Hands a notification on to whoever subscribed to it. */
  readonly hear: (method: string, params: Fields) => void
  /** Ends every subscription, since changes may have gone unnoticed. */
  readonly miss: (error: Error) => void
}

interface Listener {
  readonly call: Call
  readonly filter: SubscriptionFilter
  readonly fail: (error: Error) => void
}

const LIST_FIELDS: ReadonlyMap<string, keyof SubscriptionFilter> = new Map([
  ['notifications/tools/list_changed', 'toolsListChanged'],
  ['notifications/prompts/list_changed', 'promptsListChanged'],
  ['notifications/resources/list_changed', 'resourcesListChanged'],
])

/** @param isAlwaysHeard Whether the server is listened to also without subscriptions. */
export function createListening(conversation: Conversation, isAlwaysHeard: boolean): Listening {
  let open = 0
  const listeners = new Set<Listener>()
  /** How many subscriptions want the updates of a resource. */
  const wanted = new Map<string, number>()

  const subscribe = async (uri: string, signal: AbortSignal): Promise<boolean> => {
    const others = wanted.get(uri) ?? 0
    wanted.set(uri, others + 1)
    if (others > 0) return true
    try {
      await untilAborted(signal, conversation.start('resources/subscribe', { uri }).result)
      return true
    } catch (error) {
      release(uri, error instanceof ProtocolError)
      // The server may agree to less than was asked for. (basic/patterns/subscriptions#acknowledgment)
      if (error instanceof ProtocolError) return false
      throw error
    }
  }

  const release = (uri: string, isSilent = false): void => {
    const others = (wanted.get(uri) ?? 1) - 1
    if (others > 0) {
      wanted.set(uri, others)
      return
    }
    wanted.delete(uri)
    if (!isSilent && conversation.ended === undefined) conversation.start('resources/unsubscribe', { uri })
  }

  const listen: Listening['listen'] = async (call, { capabilities }) => {
    const { signal } = call
    const { tools, prompts, resources } = capabilities
    const asked = call.params.notifications
    const uris: string[] = []
    open++
    try {
      const hasWay = await untilAborted(signal, conversation.channel.listen())
      if (hasWay && resources?.subscribe === true) {
        for (const uri of new Set(asked.resourceSubscriptions)) if (await subscribe(uri, signal)) uris.push(uri)
      }
      const lists = {
        toolsListChanged: asked.toolsListChanged && tools?.listChanged,
        promptsListChanged: asked.promptsListChanged && prompts?.listChanged,
        resourcesListChanged: asked.resourcesListChanged && resources?.listChanged,
      }
      const agreed = Object.fromEntries(Object.entries(lists).filter(([, isAgreed]) => hasWay && isAgreed === true))
      const filter: SubscriptionFilter = { ...agreed, ...(uris.length > 0 && { resourceSubscriptions: uris }) }
      return await follow(call, filter)
    } finally {
      for (const uri of uris) release(uri)
      if (--open === 0 && !isAlwaysHeard) conversation.channel.stopListening()
    }
  }

  const follow = (call: Call, filter: SubscriptionFilter): Promise<Reply> => {
    const { signal, notify } = call
    return new Promise<Reply>((_, reject) => {
      const leave = (error: Error): void => {
        if (!listeners.delete(listener)) return
        letGo()
        signal.removeEventListener('abort', abort)
        reject(error)
      }
      const abort = (): void => leave(toAbortError(signal.reason))
      const listener = { call, filter, fail: leave }
      const letGo = conversation.hold()
      listeners.add(listener)
      if (conversation.ended !== undefined) return leave(conversation.ended)
      if (signal.aborted) return abort()
      signal.addEventListener('abort', abort, { once: true })
      notify({ method: 'notifications/subscriptions/acknowledged', params: { notifications: filter } })
    })
  }

  const hear: Listening['hear'] = (method, params) => {
    const notification = decodeNotification(method, params)
    if (notification === undefined) return
    for (const { call, filter, fail } of listeners) {
      if (!concerns(notification, filter)) continue
      try {
        call.notify(notification)
      } catch (cause) {
        fail(new ConnectionError('aborted', 'Whoever was told of a change threw.', { cause }))
      }
    }
  }

  return {
    listen,
    hear,
    miss: (error) => {
      for (const { fail } of listeners) fail(error)
    },
  }
}

/** An update may be of a part of what was subscribed to. (2025-11-25 schema#resourceupdatednotification) */
function concerns({ method, params }: Notification, filter: SubscriptionFilter): boolean {
  const field = LIST_FIELDS.get(method)
  if (field !== undefined) return filter[field] === true
  if (method !== 'notifications/resources/updated') return false
  const uri: unknown = params?.uri
  return typeof uri === 'string' && (filter.resourceSubscriptions ?? []).some((prefix) => uri.startsWith(prefix))
}

import { type Call, ProtocolError, type Reply } from '../call/index.ts'
import type { Notification, ServerCapabilities, SubscriptionFilter } from '../protocol/index.ts'
import type { Change, Changes } from './changes.ts'
import type { ServerFrame } from './frame.ts'

/** Subscriptions that one server instance holds open at once, and URIs that one may name. */
const MAX_LISTENERS = 1024
const MAX_URIS = 1000

export interface Listening {
  readonly listen: (call: Call<'subscriptions/listen'>) => Promise<Reply<'subscriptions/listen'>>
  /** Ends every open subscription with a result. (basic/patterns/subscriptions#graceful-closure) */
  readonly close: () => void
}

/** Answers `subscriptions/listen`: acknowledged first, then open until the client leaves or the server closes. */
export function createListening(
  changes: Changes | undefined,
  capabilities: ServerCapabilities,
  frame: ServerFrame,
): Listening {
  const open = new Set<() => void>()
  const done: Reply<'subscriptions/listen'> = { _meta: frame.resultMeta }

  const listen: Listening['listen'] = async (call) => {
    const filter = honour(call.params.notifications, capabilities)
    const acknowledge = (): void =>
      call.notify({ method: 'notifications/subscriptions/acknowledged', params: { notifications: filter } })
    if (changes === undefined || Object.keys(filter).length === 0) {
      // Nothing can ever arrive, so nothing is held open for it.
      acknowledge()
      return done
    }
    if (open.size >= MAX_LISTENERS)
      throw new ProtocolError(
        'internal_error',
        `This server holds ${MAX_LISTENERS} subscriptions, as many as it can. Try again later.`,
      )
    const uris = new Set(filter.resourceSubscriptions)
    const ended = Promise.withResolvers<void>()
    open.add(ended.resolve)
    call.signal.addEventListener('abort', () => ended.resolve(), { once: true })
    if (call.signal.aborted) ended.resolve()
    const early: Change[] = []
    let deliver = (change: Change): void => void early.push(change)
    const stop = await changes.subscribe((change) => deliver(change))
    try {
      acknowledge()
      deliver = (change) => {
        const notification = describe(change, filter, uris)
        if (notification !== undefined) call.notify(notification)
      }
      for (const change of early) deliver(change)
      await ended.promise
    } finally {
      open.delete(ended.resolve)
      stop()
    }
    return done
  }
  return {
    listen,
    close: () => {
      for (const end of open) end()
    },
  }
}

/** The part of the filter that this server can keep. (basic/patterns/subscriptions#acknowledgment) */
function honour(wanted: SubscriptionFilter, { tools, prompts, resources }: ServerCapabilities): SubscriptionFilter {
  const uris = wanted.resourceSubscriptions ?? []
  if (uris.length > MAX_URIS)
    throw new ProtocolError(
      'invalid_params',
      `One subscription may name ${MAX_URIS} resources; this one names ${uris.length}.`,
    )
  return {
    ...(wanted.toolsListChanged === true && tools?.listChanged === true && { toolsListChanged: true }),
    ...(wanted.promptsListChanged === true && prompts?.listChanged === true && { promptsListChanged: true }),
    ...(wanted.resourcesListChanged === true && resources?.listChanged === true && { resourcesListChanged: true }),
    ...(uris.length > 0 && resources?.subscribe === true && { resourceSubscriptions: uris }),
  }
}

function describe(change: Change, filter: SubscriptionFilter, uris: ReadonlySet<string>): Notification | undefined {
  switch (change.kind) {
    case 'tools':
      return filter.toolsListChanged === true ? { method: 'notifications/tools/list_changed' } : undefined
    case 'prompts':
      return filter.promptsListChanged === true ? { method: 'notifications/prompts/list_changed' } : undefined
    case 'resources':
      return filter.resourcesListChanged === true ? { method: 'notifications/resources/list_changed' } : undefined
    case 'resource':
      return uris.has(change.uri)
        ? { method: 'notifications/resources/updated', params: { uri: change.uri } }
        : undefined
  }
}

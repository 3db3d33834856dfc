import { AuthorizationError, type Call, ProtocolError, type Reply, reportInternal } from '../call/index.ts'
import type { Notification, ServerCapabilities, SubscriptionFilter } from '../protocol/index.ts'
import type { Access } from './access.ts'
import { andThen } from './and-then.ts'
import { type Change, type Changes, concerns, toAudience } from './changes.ts'
import type { Sync } from './definitions.ts'
import type { ServerFrame } from './frame.ts'
import { createListeners } from './listeners.ts'
import type { Found } from './read-resource.ts'
import { unknownResource } from './unknown.ts'

/** URIs that one subscription may name. */
const MAX_URIS = 1000
/** UTF-16 units of the params of one subscription, which are held as long as it lasts. */
const MAX_PARAMS = 131_072

/** What there is to read. */
export interface Readable {
  readonly find: (uri: string) => Found | undefined
  /** Some of it is hidden from some callers: then what does not exist must look like that, and is left out as well. */
  readonly hides: boolean
}

export interface Listening {
  readonly listen: (call: Call<'subscriptions/listen'>) => Promise<Reply<'subscriptions/listen'>>
  /** Ends every open subscription with a result. (basic/patterns/subscriptions#graceful-closure) */
  readonly close: () => void
}

/**
 * Answers `subscriptions/listen`: acknowledged first, then open until the client leaves or the server closes. Resources that
 * the caller may not read are left out.
 */
export function createListening(
  changes: Changes | undefined,
  capabilities: ServerCapabilities,
  resources: Readable,
  frame: ServerFrame,
): Listening {
  const listeners = createListeners(frame.grants)
  const done: Reply<'subscriptions/listen'> = { _meta: frame.resultMeta }
  const report = (error: unknown): void => void reportInternal(error, frame.log, { method: 'subscriptions/listen' })

  const listen: Listening['listen'] = async (call) => {
    const honoured = honour(readFilter(call), capabilities, (uris) => findReadable(uris, resources, call))
    const filter = honoured instanceof Promise ? await honoured : honoured
    const acknowledge = (): void =>
      call.notify({ method: 'notifications/subscriptions/acknowledged', params: { notifications: filter } })
    if (changes === undefined || Object.keys(filter).length === 0) {
      // Nothing can ever arrive, so nothing is held open for it.
      acknowledge()
      return done
    }
    const { ended, end, check, release } = listeners.take(call)
    const uris = new Set(filter.resourceSubscriptions)
    const kinds = KINDS.filter((kind) => filter[`${kind}ListChanged`] === true)
    const wanted = { kinds, uris: [...uris], audience: toAudience(call.principal) }
    const early: Change[] = []
    let deliver = (change: Change): void => void early.push(change)
    const subscribed = (async () => changes.subscribe((change) => deliver(change), wanted))()
    try {
      // Subscribing may take long; the caller can leave meanwhile.
      const isOpen = (await Promise.race([subscribed, ended])) !== undefined
      if (check !== undefined) await check()
      acknowledge()
      if (!isOpen) return done
      deliver = (change) => {
        if (!concerns(change, call.principal)) return
        const notification = describe(change, filter, uris)
        if (notification === undefined) return
        try {
          call.notify(notification)
        } catch (error) {
          // The fault of this listener, not of who made the change nor of the listeners after it.
          report(error)
          end()
        }
      }
      for (const change of early) deliver(change)
      await ended
    } finally {
      release()
      subscribed
        .then(
          (stop) => stop(),
          () => {},
        )
        .catch(report)
    }
    return done
  }
  return { listen, close: listeners.close }
}

/** What a caller wants to be told, within bounds. */
export function readFilter({ params }: Call<'subscriptions/listen'>): SubscriptionFilter {
  const { notifications } = params
  const { length } = notifications.resourceSubscriptions ?? []
  if (length > MAX_URIS || JSON.stringify(params).length > MAX_PARAMS) {
    const message = `A subscription may name ${MAX_URIS} resources in ${MAX_PARAMS} characters; this one names ${length}.`
    throw new ProtocolError('invalid_params', message)
  }
  return notifications
}

const KINDS = ['tools', 'prompts', 'resources'] as const

/** The part of the filter that this server can keep. (basic/patterns/subscriptions#acknowledgment) */
function honour(
  wanted: SubscriptionFilter,
  capabilities: ServerCapabilities,
  readable: (uris: readonly string[]) => Sync<readonly string[]>,
): Sync<SubscriptionFilter> {
  const kinds = KINDS.filter(
    (kind) => wanted[`${kind}ListChanged`] === true && capabilities[kind]?.listChanged === true,
  )
  const isKept = capabilities.resources?.subscribe === true
  return andThen(isKept ? readable(wanted.resourceSubscriptions ?? []) : [], (uris) => ({
    ...Object.fromEntries(kinds.map((kind) => [`${kind}ListChanged`, true])),
    ...(uris.length > 0 && { resourceSubscriptions: uris }),
  }))
}

/**
 * Those that the caller may read, at once where nothing is waited for: what changes in the same turn is not to be missed. What takes
 * the same is let in together, so that whoever keeps account, or knows of grants, is not told or asked a thousand times.
 */
function findReadable(uris: readonly string[], { find, hides }: Readable, call: Call): Sync<readonly string[]> {
  const refused = new Set<string>()
  const admitted = new Map<Access, Map<string, Sync<boolean>>>()
  const pending: Promise<unknown>[] = []
  const admit = (uri: string, { resource: { access }, variables }: Found): Sync<boolean> => {
    const known = getOrMake(admitted, access, () => new Map<string, Sync<boolean>>())
    return getOrMake(known, access.scopesFor(variables).join(' '), () => isAdmitted(access, uri, variables, call))
  }
  const readable = uris.filter((uri) => {
    const found = find(uri)
    if (found === undefined) return !hides
    if (!found.resource.access.permits(call.principal, found.variables)) return false
    const isIn = admit(uri, found)
    if (isIn instanceof Promise) {
      const settled = isIn.then((holds) => holds || refused.add(uri))
      // Nobody waits for it any more when a later one throws.
      settled.catch(() => {})
      pending.push(settled)
    }
    return isIn !== false
  })
  if (pending.length === 0) return readable
  return Promise.all(pending).then(() => readable.filter((uri) => !refused.has(uri)))
}

/** Whether a call is let in that holds what it takes: a grant may be revoked all the same. */
function isAdmitted(access: Access, uri: string, variables: Found['variables'], call: Call): Sync<boolean> {
  return (
    access
      .admit(call, () => unknownResource(uri), variables)
      ?.then(
        () => true,
        (error: unknown) => {
          if (error instanceof AuthorizationError) return false
          throw error
        },
      ) ?? true
  )
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

function describe(change: Change, filter: SubscriptionFilter, uris: ReadonlySet<string>): Notification | undefined {
  if (change.kind !== 'resource') {
    const isWanted = filter[`${change.kind}ListChanged`] === true
    return isWanted ? { method: `notifications/${change.kind}/list_changed` } : undefined
  }
  return uris.has(change.uri) ? { method: 'notifications/resources/updated', params: { uri: change.uri } } : undefined
}

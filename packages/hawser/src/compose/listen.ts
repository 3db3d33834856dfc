import { type Call, type Reply, reportInternal } from '../call/index.ts'
import type { Notification, SubscriptionFilter } from '../protocol/index.ts'
import type { Change } from '../server/changes.ts'
import { readFilter } from '../server/listen.ts'
import { createListeners } from '../server/listeners.ts'
import type { Own } from '../server/mounts.ts'
import type { Gate } from './gate.ts'
import type { MountPoint } from './mount-point.ts'
import { isEmpty, toFilter, type Watching } from './watch.ts'

/** Notifications that come while the mounted servers are asked. */
const MAX_EARLY = 1000

export interface Listening {
  readonly listen: (call: Call<'subscriptions/listen'>) => Promise<Reply>
  readonly close: () => void
}

/** Finds the mount that answers a URI. */
export type FindOwner = (uri: string, call: Call) => Promise<MountPoint | undefined>

/** Answers `subscriptions/listen` with what this server and the mounted ones agree to tell. (basic/patterns/subscriptions) */
export function createListening(gates: readonly Gate[], own: Own, findOwner: FindOwner): Listening {
  const listeners = createListeners(own.frame.grants)
  const done: Reply = { _meta: own.frame.resultMeta }

  const listen = async (call: Call<'subscriptions/listen'>): Promise<Reply> => {
    const wanted = readFilter(call)
    const { ended, end, check, release } = listeners.take(call)
    let early: Notification[] | undefined = []
    const tell = (notification: Notification): void => {
      if (early === undefined) return call.notify(notification)
      if (early.length < MAX_EARLY) early.push(notification)
    }
    const watchings: Watching[] = []
    try {
      if (check !== undefined) await check()
      const { ours, theirs } = await assign(wanted.resourceSubscriptions ?? [], call, findOwner)
      const agreed = await listenToOwn(call, { ...wanted, resourceSubscriptions: ours }, own, tell)
      const shares = await shareOut(wanted, theirs, call, gates)
      const asked = shares.map(async ({ gate, filter }) => {
        const uris = new Set(filter.resourceSubscriptions)
        const onChange = (change: Change): void => {
          const notification = describe(change, filter, uris)
          try {
            if (notification !== undefined) tell(notification)
          } catch (error) {
            // The fault of this listener, not of the subscription that others share.
            reportInternal(error, own.frame.log, { method: call.method })
            end()
          }
        }
        watchings.push(await gate.remoteFor(call).watch.add(filter, onChange))
      })
      await Promise.all(asked)
      const filters = [agreed.filter, ...watchings.map(({ filter }) => filter)]
      const uris = filters.flatMap(({ resourceSubscriptions = [] }) => resourceSubscriptions)
      const filter = toFilter((kind) => filters.some((each) => each[`${kind}ListChanged`] === true), uris)
      call.notify({ method: 'notifications/subscriptions/acknowledged', params: { notifications: filter } })
      const waiting = early
      early = undefined
      for (const notification of waiting) call.notify(notification)
      if (isEmpty(filter)) return done
      // This server's own part is over at once when it has nothing to tell; it fails when it fails.
      await Promise.race([ended, agreed.over.then(() => (isEmpty(agreed.filter) ? ended : undefined))])
      return done
    } finally {
      release()
      for (const { stop } of watchings) stop()
    }
  }
  return { listen, close: listeners.close }
}

/** Opens the part of this server itself, and waits until it says what it agrees to. */
async function listenToOwn(
  call: Call<'subscriptions/listen'>,
  notifications: SubscriptionFilter,
  own: Own,
  tell: (notification: Notification) => void,
): Promise<{ readonly filter: SubscriptionFilter; readonly over: Promise<unknown> }> {
  const acknowledged = Promise.withResolvers<SubscriptionFilter>()
  const notify = (notification: Notification): void => {
    if (notification.method !== 'notifications/subscriptions/acknowledged') return tell(notification)
    acknowledged.resolve(notification.params?.notifications ?? {})
  }
  const over = own.handle({ ...call, params: { ...call.params, notifications }, notify })
  over.catch((error: Error) => acknowledged.reject(error))
  return { filter: await acknowledged.promise, over }
}

type Owned = readonly { readonly uri: string; readonly owner: MountPoint }[]

/** Who is asked to tell of a URI: the mount that answers it, else this server. */
async function assign(
  uris: readonly string[],
  call: Call,
  findOwner: FindOwner,
): Promise<{ readonly ours: readonly string[]; readonly theirs: Owned }> {
  const owners = await Promise.all(uris.map(async (uri) => ({ uri, owner: await findOwner(uri, call) })))
  return {
    ours: owners.flatMap(({ uri, owner }) => (owner === undefined ? [uri] : [])),
    theirs: owners.flatMap(({ uri, owner }) => (owner === undefined ? [] : [{ uri, owner }])),
  }
}

/** Which mount is asked for what: all that tell of it for the lists, its owner for a URI. */
async function shareOut(
  wanted: SubscriptionFilter,
  owned: Owned,
  call: Call,
  gates: readonly Gate[],
): Promise<readonly { readonly gate: Gate; readonly filter: SubscriptionFilter }[]> {
  const shares = await Promise.all(
    gates
      .filter(({ point }) => point.access.permits(call.principal))
      .map(async (gate) => {
        const { value } = await gate.remoteFor(call).discovered.get('known')
        // A server that cannot be asked now may have something to tell later.
        const can = value?.capabilities
        const theirs = owned.filter(({ owner }) => owner === gate.point).map(({ uri }) => uri)
        const filter = toFilter(
          (kind) => wanted[`${kind}ListChanged`] === true && (can === undefined || can[kind]?.listChanged === true),
          can === undefined || can.resources?.subscribe === true ? theirs : [],
        )
        return { gate, filter }
      }),
  )
  return shares.filter(({ filter }) => !isEmpty(filter))
}

function describe(change: Change, filter: SubscriptionFilter, uris: ReadonlySet<string>): Notification | undefined {
  if (change.kind === 'resource') {
    return uris.has(change.uri) ? { method: 'notifications/resources/updated', params: { uri: change.uri } } : undefined
  }
  return filter[`${change.kind}ListChanged`] === true
    ? { method: `notifications/${change.kind}/list_changed` }
    : undefined
}

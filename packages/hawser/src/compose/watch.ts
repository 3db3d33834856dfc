import { after, type Log } from '../call/index.ts'
import type { Client } from '../client/client-types.ts'
import type { Subscription } from '../client/listen.ts'
import type { SubscriptionFilter } from '../protocol/index.ts'
import type { Change } from '../server/changes.ts'

/** One listener's part in what a mounted server tells. */
export interface Watching {
  /** What the mounted server agreed to tell; what was wanted while it cannot be asked. */
  readonly filter: SubscriptionFilter
  readonly stop: () => void
}

/** One subscription to a mounted server, shared by everybody who listens. */
export interface Watch {
  readonly add: (filter: SubscriptionFilter, onChange: (change: Change) => void) => Promise<Watching>
  readonly close: () => void
}

interface Listener {
  readonly filter: SubscriptionFilter
  readonly onChange: (change: Change) => void
}

interface Opened {
  readonly wanted: SubscriptionFilter
  readonly subscription: Promise<Subscription>
}

const KINDS = ['tools', 'prompts', 'resources'] as const

/** First and longest wait, in milliseconds, before a lost subscription is opened again, and the longest for it to open. */
const FIRST_PAUSE = 500
const LONGEST_PAUSE = 60_000
const OPENING = 5_000

/** Follows a mounted server for as long as somebody listens; `onAny` hears of each change first. */
export function createWatch(
  client: Pick<Client, 'listen'>,
  name: string,
  log: Log,
  onAny: (change: Change) => void,
): Watch {
  const listeners = new Set<Listener>()
  let current: Opened | undefined
  /** More than one only while a wider one opens, so that nothing is missed between them. */
  const alive = new Set<Promise<Subscription>>()
  let stopWaiting = (): void => {}
  let pause = FIRST_PAUSE

  const emit = (change: Change): void => {
    onAny(change)
    for (const { onChange } of listeners) onChange(change)
  }

  const closeAllBut = (kept?: Promise<Subscription>): void => {
    for (const each of alive) {
      if (each === kept) continue
      alive.delete(each)
      each.then(
        (subscription) => subscription.close(),
        () => {},
      )
    }
  }

  const close = (): void => {
    stopWaiting()
    current = undefined
    closeAllBut()
  }

  const retry = async (): Promise<void> => {
    if (listeners.size === 0) return
    await open()
    pause = FIRST_PAUSE
    for (const change of everything(union(listeners))) emit(change)
  }

  /** Opens the subscription again after a while; whatever changed in the gap is not known. */
  const reopen = (cause: unknown): void => {
    log({ level: 'warn', message: `The subscription to the server mounted as "${name}" was lost.`, cause })
    const wait = pause * (0.5 + Math.random())
    pause = Math.min(pause * 2, LONGEST_PAUSE)
    stopWaiting()
    stopWaiting = after(wait, () => void retry().catch(() => {}))
  }

  const follow = async (opened: Opened): Promise<void> => {
    let filter = opened.wanted
    let cause: unknown
    try {
      const subscription = await opened.subscription
      if (current === opened) closeAllBut(opened.subscription)
      filter = subscription.filter
      await subscription.ended
    } catch (error) {
      cause = error
    }
    alive.delete(opened.subscription)
    // A server that agreed to nothing has nothing to tell later either.
    if (current === opened && listeners.size > 0 && !isEmpty(filter)) reopen(cause)
  }

  const open = (): Promise<Subscription> => {
    const wanted = union(listeners)
    const subscription = client.listen(wanted, { timeout: OPENING, onChange: emit })
    current = { wanted, subscription }
    alive.add(subscription)
    void follow(current)
    return subscription
  }

  return {
    add: async (filter, onChange) => {
      const listener: Listener = { filter, onChange }
      listeners.add(listener)
      const stop = (): void => {
        listeners.delete(listener)
        if (listeners.size === 0) close()
      }
      const subscription = current !== undefined && covers(current.wanted, filter) ? current.subscription : open()
      const agreed = await subscription.then(
        (opened) => opened.filter,
        () => filter,
      )
      return { filter: intersect(filter, agreed), stop }
    },
    close: () => {
      listeners.clear()
      close()
    },
  }
}

function union(listeners: ReadonlySet<Listener>): SubscriptionFilter {
  const filters = [...listeners].map(({ filter }) => filter)
  const uris = new Set(filters.flatMap(({ resourceSubscriptions = [] }) => resourceSubscriptions))
  return toFilter((kind) => filters.some((filter) => filter[`${kind}ListChanged`] === true), [...uris])
}

function intersect(wanted: SubscriptionFilter, agreed: SubscriptionFilter): SubscriptionFilter {
  // What was agreed to is a stranger's word.
  const { resourceSubscriptions: told } = agreed
  const uris = new Set(Array.isArray(told) ? told : [])
  return toFilter(
    (kind) => wanted[`${kind}ListChanged`] === true && agreed[`${kind}ListChanged`] === true,
    wanted.resourceSubscriptions?.filter((uri) => uris.has(uri)) ?? [],
  )
}

/** A filter that holds nothing but what is wanted. */
export function toFilter(
  isWanted: (kind: (typeof KINDS)[number]) => boolean,
  uris: readonly string[],
): SubscriptionFilter {
  return {
    ...Object.fromEntries(KINDS.filter(isWanted).map((kind) => [`${kind}ListChanged`, true])),
    ...(uris.length > 0 && { resourceSubscriptions: uris }),
  }
}

function covers(filter: SubscriptionFilter, wanted: SubscriptionFilter): boolean {
  const uris = new Set(filter.resourceSubscriptions)
  return (
    KINDS.every((kind) => wanted[`${kind}ListChanged`] !== true || filter[`${kind}ListChanged`] === true) &&
    (wanted.resourceSubscriptions ?? []).every((uri) => uris.has(uri))
  )
}

export const isEmpty = (filter: SubscriptionFilter): boolean => Object.keys(filter).length === 0

function everything(filter: SubscriptionFilter): readonly Change[] {
  const { resourceSubscriptions = [] } = filter
  return [
    ...KINDS.filter((kind) => filter[`${kind}ListChanged`] === true).map((kind): Change => ({ kind })),
    ...resourceSubscriptions.map((uri): Change => ({ kind: 'resource', uri })),
  ]
}

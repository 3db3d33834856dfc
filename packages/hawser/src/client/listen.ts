import { after, badReply, ConnectionError, createLinkedController, type Ending, toAbortError } from '../call/index.ts'
import type { Notification, SubscriptionFilter } from '../protocol/index.ts'
import { type Change, createChangeQueue } from './change-queue.ts'
import { keepTrying } from './keep-trying.ts'
import type { Request } from './request.ts'

export interface ListenOptions {
  /** Milliseconds until the server must have acknowledged; as the client was made when left out. */
  readonly timeout?: number
  /** Ends the subscription. */
  readonly signal?: AbortSignal
  readonly onChange?: (change: Change) => void
  /**
   * Attempts in a row to open the subscription again when the connection is lost, each after twice the time, a minute at
   * most; without end when left out, none with 0. What the server refuses is not tried again.
   */
  readonly reconnect?: number
}

/**
 * An open subscription: iterate over it, or give `onChange`. A change that is still waiting to be read is not repeated.
 * Iterating ends when the subscription is closed from either side, and throws when it is lost for good.
 *
 * A lost connection is opened again by itself. Nobody knows what changed meanwhile, so everything that is listened to is then
 * reported as changed, with `gap`.
 */
export interface Subscription extends AsyncIterable<Change>, AsyncDisposable {
  /** What the server agreed to tell, the last time that it did; it may be less than was asked for. */
  readonly filter: SubscriptionFilter
  /** Settles when the subscription is over; rejects when that was not by agreement. */
  readonly ended: Promise<void>
  readonly close: () => void
}

/**
 * Opens a subscription; resolves when the server has acknowledged it. (basic/patterns/subscriptions)
 *
 * @param leaving Signals by which this side ends it.
 */
export async function listen(
  request: Request,
  wanted: SubscriptionFilter,
  options: Pick<ListenOptions, 'onChange' | 'reconnect'> & { readonly timeout: number },
  leaving: readonly (Ending | undefined)[],
): Promise<Subscription> {
  const { timeout, onChange, reconnect = Infinity } = options
  const { controller, release } = createLinkedController(leaving)
  const { signal } = controller
  const acknowledged = Promise.withResolvers<void>()
  const changes = createChangeQueue()
  let filter: SubscriptionFilter | undefined

  const report = (change: Change): void => {
    changes.add(change)
    onChange?.(change)
  }

  const agree = (agreed: SubscriptionFilter): void => {
    const before = filter
    filter = agreed
    acknowledged.resolve()
    if (before !== undefined) for (const change of gapOf(before, agreed)) report(change)
  }

  /** One request, from its beginning to its end. */
  const open = async (onOpen: () => void): Promise<void> => {
    const attempt = createLinkedController([signal])
    let isAgreed = false
    const stopWaiting = after(timeout, () => attempt.controller.abort(unacknowledged(timeout)))
    const onNotification = (notification: Notification): void => {
      if (notification.method === 'notifications/subscriptions/acknowledged') {
        isAgreed = true
        stopWaiting()
        onOpen()
        return agree(notification.params?.notifications ?? {})
      }
      // Nothing counts before the acknowledgment. (basic/patterns/subscriptions#acknowledgment)
      const change = isAgreed ? readChange(notification) : undefined
      if (change !== undefined) report(change)
    }
    try {
      const params = { notifications: wanted }
      await request('subscriptions/listen', params, {
        signal: attempt.controller.signal,
        endless: true,
        onNotification,
      })
      if (!isAgreed) throw badReply('The server ended the subscription without acknowledging it.')
    } finally {
      stopWaiting()
      attempt.release()
    }
  }

  const follow = async (): Promise<void> => {
    try {
      await keepTrying(open, { attempts: reconnect, signal })
    } catch (error) {
      // Leaving is not an error for the one who leaves.
      if (!(filter !== undefined && signal.aborted)) throw error
    } finally {
      release()
    }
  }
  const ended = follow()
  ended.then(
    () => changes.end(),
    (error: Error) => {
      changes.end(error)
      acknowledged.reject(error)
    },
  )
  const close = (): void => controller.abort(toAbortError(undefined))
  await acknowledged.promise
  return {
    get filter() {
      return filter ?? {}
    },
    ended,
    close,
    [Symbol.asyncIterator]: changes.read,
    [Symbol.asyncDispose]: async () => {
      close()
      await ended.catch(() => {})
    },
  }
}

function unacknowledged(timeout: number): ConnectionError {
  return new ConnectionError('timeout', `The server did not acknowledge the subscription within ${timeout / 1000} s.`)
}

function readChange({ method, params }: Notification): Change | undefined {
  if (method === 'notifications/resources/updated') {
    return typeof params?.uri === 'string' ? { kind: 'resource', uri: params.uri } : undefined
  }
  const kind = KINDS.find((each) => method === `notifications/${each}/list_changed`)
  return kind && { kind }
}

const KINDS = ['tools', 'prompts', 'resources'] as const

/** All that may have changed between two connections. */
function gapOf(before: SubscriptionFilter, now: SubscriptionFilter): readonly Change[] {
  const filters = [before, now]
  const kinds = KINDS.filter((kind) => filters.some((filter) => filter[`${kind}ListChanged`] === true))
  const uris = new Set(filters.flatMap(({ resourceSubscriptions = [] }) => resourceSubscriptions))
  return [
    ...kinds.map((kind) => ({ kind, gap: true }) as const),
    ...[...uris].map((uri) => ({ kind: 'resource', uri, gap: true }) as const),
  ]
}

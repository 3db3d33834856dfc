import { after, badReply, ConnectionError, createLinkedController, toAbortError } from '../call/index.ts'
import type { Notification, SubscriptionFilter } from '../protocol/index.ts'
import { type Change, createChangeQueue } from './change-queue.ts'
import type { Request } from './request.ts'

export interface ListenOptions {
  /** Milliseconds until the server must have acknowledged; as the client was made when left out. */
  readonly timeout?: number
  /** Ends the subscription. */
  readonly signal?: AbortSignal
  readonly onChange?: (change: Change) => void
}

/**
 * An open subscription: iterate over it, or give `onChange`. A change that is still waiting to be read is not repeated.
 * Iterating ends when the subscription is closed from either side, and throws when the connection is lost.
 */
export interface Subscription extends AsyncIterable<Change>, AsyncDisposable {
  /** What the server agreed to tell; it may be less than was asked for. */
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
  filter: SubscriptionFilter,
  { timeout, onChange }: { readonly timeout: number; readonly onChange?: ListenOptions['onChange'] },
  leaving: readonly (AbortSignal | undefined)[],
): Promise<Subscription> {
  const { controller, release } = createLinkedController(leaving)
  const acknowledged = Promise.withResolvers<SubscriptionFilter>()
  const changes = createChangeQueue()
  let agreed = false
  const stopWaiting = after(timeout, () =>
    controller.abort(
      new ConnectionError('timeout', `The server did not acknowledge the subscription within ${timeout / 1000} s.`),
    ),
  )

  const onNotification = (notification: Notification): void => {
    if (notification.method === 'notifications/subscriptions/acknowledged') {
      agreed = true
      stopWaiting()
      return acknowledged.resolve(notification.params?.notifications ?? {})
    }
    // Nothing counts before the acknowledgment. (basic/patterns/subscriptions#acknowledgment)
    const change = agreed ? readChange(notification) : undefined
    if (change === undefined) return
    changes.add(change)
    onChange?.(change)
  }

  const follow = async (): Promise<void> => {
    try {
      await request(
        'subscriptions/listen',
        { notifications: filter },
        { signal: controller.signal, endless: true, onNotification },
      )
      if (!agreed) throw badReply('The server ended the subscription without acknowledging it.')
    } catch (error) {
      // Leaving is not an error for the one who leaves.
      if (!(agreed && controller.signal.aborted)) throw error
    } finally {
      stopWaiting()
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
  return {
    filter: await acknowledged.promise,
    ended,
    close,
    [Symbol.asyncIterator]: changes.read,
    [Symbol.asyncDispose]: async () => {
      close()
      await ended.catch(() => {})
    },
  }
}

function readChange({ method, params }: Notification): Change | undefined {
  if (method === 'notifications/resources/updated') {
    return typeof params?.uri === 'string' ? { kind: 'resource', uri: params.uri } : undefined
  }
  const kind = /^notifications\/(tools|prompts|resources)\/list_changed$/.exec(method)?.[1]
  return kind === undefined ? undefined : { kind: kind as 'tools' | 'prompts' | 'resources' }
}

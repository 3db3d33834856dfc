import {
  ConnectionError,
  lateReplyOf,
  type Reply,
  reportInternal,
  type Service,
  toWireError,
  replyText,
} from '../call/index.ts'
import type { Notification, Notifications, RequestId } from '../protocol/index.ts'
import { encodeFailure, encodeNotification, encodeResult, type ParsedRequest } from '../wire/json-rpc.ts'
import { tagWithSubscription } from '../wire/reply.ts'
import type { Outbox } from './outbox.ts'

/** The line that carries an error. */
export function failureLine(error: unknown, service: Service, id: RequestId | undefined, place?: Place): string {
  try {
    return encodeFailure(id, toWireError(error, service.log, place).error)
  } catch (cause) {
    // Its data cannot be JSON.
    return encodeFailure(id, toWireError(cause, service.log, place).error)
  }
}

interface Place {
  readonly method: string
  readonly name?: string
}

function placeOf({ method, params }: ParsedRequest): Place {
  const name = Object.hasOwn(params, 'name') ? params['name'] : undefined
  return typeof name === 'string' ? { method, name: name.slice(0, 128) } : { method }
}

/**
 * A request that is being answered, from its arrival to its answer. At most one answer leaves, and nothing after it or after
 * a cancellation. `onDone` is called when it is in flight no more.
 */
export class OpenRequest {
  readonly listens: boolean
  readonly #message: ParsedRequest
  readonly #service: Service
  readonly #outbox: Outbox
  readonly #onDone: (message: ParsedRequest) => void
  readonly #controller = new AbortController()
  #done = false
  #acknowledged = false

  constructor(message: ParsedRequest, service: Service, outbox: Outbox, onDone: (message: ParsedRequest) => void) {
    this.listens = message.method === 'subscriptions/listen'
    this.#message = message
    this.#service = service
    this.#outbox = outbox
    this.#onDone = onDone
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  notify(notification: Notification): void {
    if (this.#done) return
    const { method, params } = notification
    let line: string
    try {
      line = encodeNotification(method, this.listens ? tagWithSubscription(params ?? {}, this.#message.id) : params)
    } catch (error) {
      reportInternal(error, this.#service.log, { method })
      return
    }
    if (!this.listens) return this.#outbox.offer(line)
    if (method !== 'notifications/subscriptions/acknowledged') return this.#outbox.announce(line)
    this.#acknowledged = true
    this.#outbox.send(line)
  }

  succeed(reply: Reply): void {
    if (!this.#finish()) return
    const { id } = this.#message
    let line: string
    try {
      line = encodeResult(id, replyText(this.listens ? tagWithSubscription(reply, id) : reply))
    } catch (error) {
      line = this.#failure(error)
    }
    this.#answer(line)
  }

  fail(error: unknown): void {
    const late = lateReplyOf(error)
    if (late !== undefined) return this.succeed(late)
    if (this.#finish()) this.#answer(this.#failure(error))
  }

  /** Stops the work; nothing more is sent. */
  abort(reason: string): void {
    this.#finish()
    this.#controller.abort(new ConnectionError('aborted', reason))
  }

  /** Ends it from this side: a subscription is answered, anything else is aborted. */
  tearDown(): void {
    if (this.listens) this.succeed({})
    this.abort('The connection is closing.')
  }

  #finish(): boolean {
    if (this.#done) return false
    this.#done = true
    this.#onDone(this.#message)
    return true
  }

  #failure(error: unknown): string {
    return failureLine(error, this.#service, this.#message.id, placeOf(this.#message))
  }

  #answer(line: string): void {
    // Ending a subscription from this side takes a cancellation, then the answer. (basic/patterns/cancellation)
    if (this.#acknowledged) {
      const requestId = this.#message.id
      const ending: Notifications['notifications/cancelled'] = { requestId }
      this.#outbox.send(encodeNotification('notifications/cancelled', tagWithSubscription(ending, requestId)))
    }
    this.#outbox.send(line)
  }
}

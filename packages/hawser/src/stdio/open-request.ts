import { ConnectionError, type Reply, reportInternal, type Service, toWireError } from '../call/index.ts'
import type { Notification, Notifications, RequestId } from '../protocol/index.ts'
import { encodeFailure, encodeNotification, encodeResult, type ParsedRequest } from '../wire/json-rpc.ts'
import { encodeReply, tagWithSubscription } from '../wire/reply.ts'
import type { Outbox } from './outbox.ts'

/** A request that is being answered. At most one answer leaves, and nothing after it or after a cancellation. */
export interface OpenRequest {
  readonly listens: boolean
  readonly signal: AbortSignal
  readonly notify: (notification: Notification) => void
  readonly succeed: (reply: Reply) => void
  readonly fail: (error: unknown) => void
  /** Stops the work; nothing more is sent. */
  readonly abort: (reason: string) => void
  /** Ends it from this side: a subscription is answered, anything else is aborted. */
  readonly tearDown: () => void
}

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

/** Follows one request from its arrival to its answer; `onDone` is called when it is in flight no more. */
export function openRequest(message: ParsedRequest, service: Service, outbox: Outbox, onDone: () => void): OpenRequest {
  const { id, method } = message
  const listens = method === 'subscriptions/listen'
  const controller = new AbortController()
  let done = false
  let acknowledged = false

  const finish = (): boolean => {
    if (done) return false
    done = true
    onDone()
    return true
  }

  const answer = (line: string): void => {
    // Ending a subscription from this side takes a cancellation, then the answer. (basic/patterns/cancellation)
    if (acknowledged) {
      const ending: Notifications['notifications/cancelled'] = { requestId: id }
      outbox.send(encodeNotification('notifications/cancelled', tagWithSubscription(ending, id)))
    }
    outbox.send(line)
  }

  const notify = (notification: Notification): void => {
    if (done) return
    const { method: name, params } = notification
    let line: string
    try {
      line = encodeNotification(name, listens ? tagWithSubscription(params ?? {}, id) : params)
    } catch (error) {
      reportInternal(error, service.log, { method: name })
      return
    }
    if (!listens) return outbox.offer(line)
    if (name !== 'notifications/subscriptions/acknowledged') return outbox.announce(line)
    acknowledged = true
    outbox.send(line)
  }

  const succeed = (reply: Reply): void => {
    if (!finish()) return
    let line: string
    try {
      line = encodeResult(id, encodeReply(listens ? tagWithSubscription(reply, id) : reply))
    } catch (error) {
      line = failureLine(error, service, id, placeOf(message))
    }
    answer(line)
  }

  const fail = (error: unknown): void => {
    if (finish()) answer(failureLine(error, service, id, placeOf(message)))
  }

  const abort = (reason: string): void => {
    finish()
    controller.abort(new ConnectionError('aborted', reason))
  }

  const tearDown = (): void => {
    if (listens) succeed({})
    abort('The connection is closing.')
  }

  return { listens, signal: controller.signal, notify, succeed, fail, abort, tearDown }
}

import {
  AuthorizationError,
  type Call,
  Cancellation,
  ConnectionError,
  ENV,
  lateReplyOf,
  ProtocolError,
  type Reply,
  type Respond,
  reportInternal,
  retryAfterOf,
  type Service,
  toWireError,
  Values,
  replyText,
} from '../call/index.ts'
import { type Notification, type RequestId } from '../protocol/index.ts'
import { encodeEvent } from '../wire/events.ts'
import { encodeFailure, encodeNotification, encodeResult, type ParsedRequest } from '../wire/json-rpc.ts'
import { tagWithSubscription } from '../wire/reply.ts'
import { decodeRequest, describedVersion } from '../wire/request.ts'
import { formatChallenge } from './challenge.ts'
import { checkParamHeaders, checkStandardHeaders, checkVersionHeader } from './check-headers.ts'
import { createEventQueue, type EventQueue, type EventQueueOptions } from './event-queue.ts'
import { EVENT_HEADERS, type HttpHeaders, type HttpReply, type HttpRequest, JSON_HEADERS } from './message.ts'

export interface AnswerOptions extends EventQueueOptions {
  readonly nameFields: ReadonlyMap<string, string>
  readonly respond: Respond
}

/**
 * Answers one request: with JSON when the reply is all there is to say, with a stream from the first notification on.
 * Never throws and never rejects. (streamable-http#sending-messages)
 */
export function answerRequest(
  service: Service,
  request: HttpRequest,
  message: ParsedRequest,
  options: AnswerOptions,
): HttpReply | Promise<HttpReply> {
  const { id, method, params } = message
  const isSubscription = method === 'subscriptions/listen'
  const gone = new Cancellation()
  let isOpen = true
  let stream: EventQueue | undefined
  let answer: HttpReply | undefined
  let onAnswer: ((reply: HttpReply) => void) | undefined

  /** Closing the connection cancels the call; nothing is said to it any more. (streamable-http#cancellation) */
  const leave = (): void => {
    if (!isOpen) return
    isOpen = false
    gone.abort(new ConnectionError('aborted', 'The caller went away.'))
    stream?.cancel()
  }

  const settle = (reply: HttpReply): void => {
    answer = reply
    onAnswer?.(reply)
  }

  const openStream = (): EventQueue => {
    const queue = createEventQueue(options)
    queue.onBreak(leave)
    settle({ status: 200, headers: EVENT_HEADERS, stream: queue })
    return queue
  }

  /** The event that a subscription was told last, if it had no params of its own: most often the next one is the same. */
  let told = ''
  let toldEvent = ''
  const subscriptionEvent = (notification: Notification): string => {
    const isPlain = notification.params === undefined
    if (isPlain && notification.method === told) return toldEvent
    const event = encodeEvent(notificationText(notification, id))
    if (isPlain) {
      told = notification.method
      toldEvent = event
    }
    return event
  }

  const notify = (notification: Notification): void => {
    if (!isOpen) return
    let event: string
    try {
      event = isSubscription ? subscriptionEvent(notification) : encodeEvent(notificationText(notification, undefined))
    } catch (error) {
      reportInternal(error, service.log, { method: notification.method })
      return
    }
    stream ??= openStream()
    stream.push(event, progressKey(notification))
  }

  const close = (reply: HttpReply & { readonly body: string }): void => {
    isOpen = false
    if (stream === undefined) settle(reply)
    else stream.end(encodeEvent(reply.body))
  }

  const succeed = (reply: Reply): void => {
    const result = replyText(isSubscription ? tagWithSubscription(reply, id) : reply)
    close({ status: 200, headers: JSON_HEADERS, body: encodeResult(id, result) })
  }

  const fail = (error: unknown): void => {
    const late = stream === undefined ? undefined : lateReplyOf(error)
    if (late !== undefined) return succeed(late)
    // A call that stopped because its caller left is no fault to report.
    const isEcho = gone.aborted && isAbort(error)
    close(failureReply(id, isEcho ? new ProtocolError('internal_error', 'Aborted') : error, service, message))
  }

  try {
    const version = describedVersion(params)
    if (version !== undefined) checkVersionHeader(request, version)
    const values = new Values()
    if (request.env !== undefined) values.set(ENV, request.env)
    const { principal } = request
    const call: Call = decodeRequest(method, params, { principal, values, signal: gone, notify })
    checkStandardHeaders(request, method, params, options.nameFields)
    if (method === 'tools/call') {
      const fields = service.headerFields(params['name'] as string, principal)
      if (fields.length > 0) checkParamHeaders(request, params['arguments'], fields)
    }
    const reply = options.respond(call)
    if (reply instanceof Promise) {
      // Only an answer that takes time can be left: on Workers it is dear to watch for that.
      request.onDisconnect(leave)
      reply.then(succeed).catch(fail)
    } else succeed(reply)
  } catch (error) {
    fail(error)
  }
  return answer ?? new Promise((resolve) => (onAnswer = resolve))
}

function isAbort(error: unknown): boolean {
  return (
    (error instanceof ConnectionError && error.code === 'aborted') ||
    (error instanceof Error && error.name === 'AbortError')
  )
}

function notificationText(notification: Notification, subscription: RequestId | undefined): string {
  const { method, params } = notification
  return encodeNotification(
    method,
    subscription === undefined ? params : tagWithSubscription<{ readonly _meta?: object }>(params ?? {}, subscription),
  )
}

function progressKey(notification: Notification): string | number | undefined {
  return notification.method === 'notifications/progress' ? notification.params?.progressToken : undefined
}

/** An error as an answer; an error that cannot be written either becomes an internal one. */
export function failureReply(
  id: RequestId | undefined,
  error: unknown,
  { log, auth }: Pick<Service, 'log' | 'auth'>,
  { method, params }: Partial<Pick<ParsedRequest, 'method' | 'params'>>,
): HttpReply & { readonly body: string } {
  const name = params?.['name'] ?? params?.['uri']
  const place = { method, name: typeof name === 'string' ? name : undefined }
  const { error: wire, status } = toWireError(error, log, place)
  let body: string
  try {
    body = encodeFailure(id, wire)
  } catch (cause) {
    const internal = toWireError(cause, log, place)
    return { status: internal.status, headers: JSON_HEADERS, body: encodeFailure(id, internal.error) }
  }
  return { status, headers: headersOf(error, status, auth), body }
}

/** Only what was known for a refusal is looked at again: anything can be thrown, also what throws when it is looked at. */
function headersOf(error: unknown, status: number, auth: Service['auth']): HttpHeaders {
  const isRefusal = (status === 401 || status === 403) && error instanceof AuthorizationError
  if (isRefusal) return { ...JSON_HEADERS, 'www-authenticate': formatChallenge(error, auth?.challenge) }
  const wait = status === 429 || status === 503 ? retryAfterOf(error) : undefined
  // Whole seconds, never too few. (RFC 9110 §10.2.3)
  return wait === undefined ? JSON_HEADERS : { ...JSON_HEADERS, 'retry-after': String(Math.ceil(wait / 1000)) }
}

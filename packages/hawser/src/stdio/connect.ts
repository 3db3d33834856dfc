import {
  badReply,
  type Call,
  ConnectionError,
  fromWireError,
  type Handle,
  type LineTaker,
  type Reply,
  type TakenLines,
  toAbortError,
} from '../call/index.ts'
import { isObject, LOGGING_LEVELS, META, type Notification, type ProgressToken } from '../protocol/index.ts'
import {
  encodeNotification,
  encodeRequest,
  MAX_REPLY_VALUES,
  type ParsedNotification,
  parseMessage,
} from '../wire/json-rpc.ts'
import { createLineReader } from '../wire/lines.ts'
import { decodeNotification, decodeReply } from '../wire/reply.ts'
import { encodeParams } from '../wire/request.ts'
import { createIdTable, isRequestId } from './id-table.ts'
import { createOutbox, type OutboxOptions } from './outbox.ts'

export interface ConnectLinesOptions extends Omit<OutboxOptions, 'isLull'> {
  /** Longest line that is read, in bytes; 64 MiB by default. */
  readonly maxLineBytes?: number
  /** Most values in one line, counting every item and member; 1 000 000 by default. */
  readonly maxValues?: number
  /** Told when the first call goes in flight, and when the last one is over. */
  readonly onBusy?: (busy: boolean) => void
}

/** What came in that is no message. */
export interface StrayLines {
  readonly count: number
  /** The beginning of the first one. */
  readonly first: string
}

/** Reaches a server at the other end of one stream of lines. */
export interface LineClient {
  readonly handle: Handle
  /** Takes the next bytes of input. */
  readonly push: (chunk: Uint8Array) => void
  /** Rejects every call that is in flight, and every later one. */
  readonly end: (error: Error) => void
  /** Hands every message that comes from now on to the taker. */
  readonly take: (taker: LineTaker) => TakenLines
  readonly stray: StrayLines
}

interface Waiting {
  readonly call: Call
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: unknown) => void
}

const listens = ({ call }: Waiting): boolean => call.method === 'subscriptions/listen'

/**
 * Connects to a server over a pair of byte streams, one message per line. Requests get ids and progress tokens of their
 * own, so that clients which share the streams cannot take each other's answers.
 *
 * A log message does not say which request it belongs to: it goes to every call in flight that asked for its level.
 *
 * @example
 * const lines = connectLines({ write: (text) => void socket.write(text) })
 * socket.on('data', lines.push).on('close', () => lines.end(new ConnectionError('disconnected', 'The socket closed.')))
 * @see basic/transports/stdio
 */
export function connectLines(options: ConnectLinesOptions): LineClient {
  const { maxLineBytes = 64 * 1024 * 1024, maxValues = MAX_REPLY_VALUES, onBusy } = options
  const outbox = createOutbox(options)
  const waiting = createIdTable<Waiting>()
  let lastId = 0
  let ended: Error | undefined
  let taker: LineTaker | undefined
  let isTaken = false
  let strayCount = 0
  let firstStray = ''

  const handle: Handle = (call) =>
    new Promise<Reply>((resolve, reject) => {
      const { signal } = call
      if (ended !== undefined) throw ended
      if (signal.aborted) throw toAbortError(signal.reason)
      const id = ++lastId
      const line = encodeRequest(id, call.method, withToken(encodeParams(call), id))
      const leave = (): void => {
        signal.removeEventListener('abort', abort)
        waiting.remove(id)
        if (waiting.size === 0) onBusy?.(false)
      }
      // (basic/transports/stdio#cancellation)
      const abort = (): void => {
        leave()
        outbox.send(encodeNotification('notifications/cancelled', { requestId: id, reason: reasonOf(signal) }))
        reject(toAbortError(signal.reason))
      }
      signal.addEventListener('abort', abort)
      waiting.add(id, {
        call,
        resolve: (reply) => {
          leave()
          resolve(reply)
        },
        reject: (error) => {
          leave()
          reject(error)
        },
      })
      if (waiting.size === 1) onBusy?.(true)
      outbox.send(line)
    })

  const deliver = (request: Waiting, notification: Notification): void => {
    try {
      request.call.notify(notification)
    } catch (error) {
      // The caller's own error belongs to the caller, not to whoever reads the stream.
      request.reject(error)
    }
  }

  const route = ({ method, params }: ParsedNotification): void => {
    if (method === 'notifications/cancelled') return endSubscription(params['requestId'])
    if (method === 'notifications/progress') return report(params)
    const meta = params['_meta']
    const subscription = isObject(meta) ? meta[META.subscriptionId] : undefined
    const request = isRequestId(subscription) ? waiting.get(subscription) : undefined
    const notification = decodeNotification(method, params, request?.call.values)
    if (notification === undefined) return
    if (request !== undefined && listens(request)) return deliver(request, notification)
    if (method === 'notifications/message') {
      for (const each of waiting.values()) if (wantsLog(each.call, params['level'])) deliver(each, notification)
    }
  }

  // A server cancels nothing but subscriptions, and with it ends them on purpose. (basic/patterns/cancellation)
  const endSubscription = (id: unknown): void => {
    const request = isRequestId(id) ? waiting.get(id) : undefined
    if (request !== undefined && listens(request)) request.resolve({})
  }

  const report = (params: ParsedNotification['params']): void => {
    const { progressToken: id, progress } = params
    const request = isRequestId(id) ? waiting.get(id) : undefined
    const progressToken = request?.call.params._meta?.progressToken
    if (request === undefined || progressToken === undefined || typeof progress !== 'number') return
    deliver(request, { method: 'notifications/progress', params: { ...params, progressToken, progress } })
  }

  const noteStray = (line: string): void => {
    if (strayCount++ === 0) firstStray = copyStart(line, 200)
  }

  /** Something is lost that may have been the answer to any of them. */
  const failRequests = (error: unknown): void => {
    for (const request of waiting.values()) if (!listens(request)) request.reject(error)
  }

  const take = (next: LineTaker): TakenLines => {
    if (ended !== undefined) throw ended
    taker?.end(new ConnectionError('disconnected', 'Somebody else has taken over the connection.'))
    taker = next
    isTaken = true
    return {
      send: outbox.send,
      nextId: () => ++lastId,
      hold: (busy) => onBusy?.(busy),
      giveBack: () => {
        if (taker === next) isTaken = false
      },
    }
  }

  const receive = (line: string): void => {
    if (isTaken) {
      if (taker?.receive(line) === false) noteStray(line)
      return
    }
    const message = parseMessage(line, maxValues)
    switch (message.kind) {
      case 'response':
        return accept(waiting.get(message.id), message.result)
      case 'failure':
        if (message.id !== undefined) return waiting.get(message.id)?.reject(fromWireError(message.error))
        // An error without an id answers what could not be read; with one request in flight, it is that one.
        if (waiting.values().filter((each) => !listens(each)).length === 1) failRequests(fromWireError(message.error))
        return
      case 'notification':
        return route(message)
      case 'invalid':
        if (message.isExcessive) failRequests(badReply(message.message))
        else if (message.id !== undefined) waiting.get(message.id)?.reject(badReply(message.message))
        return noteStray(line)
      case 'request':
        return noteStray(line)
    }
  }

  const accept = (request: Waiting | undefined, result: Parameters<typeof decodeReply>[0]): void => {
    if (request === undefined) return
    let reply: Reply
    try {
      reply = decodeReply(result, request.call.values)
    } catch (error) {
      return request.reject(error)
    }
    request.resolve(reply)
  }

  const reader = createLineReader({
    maxBytes: maxLineBytes,
    onLine: receive,
    onTooLong: () => {
      const error = badReply(`The server sent a line of more than ${maxLineBytes} bytes.`)
      if (isTaken) taker?.lose(error)
      else failRequests(error)
    },
    onInvalidUtf8: () => noteStray('(bytes that are not UTF-8)'),
  })

  return {
    handle,
    push: reader.push,
    take,
    end: (error) => {
      if (ended !== undefined) return
      ended = error
      taker?.end(error)
      for (const request of waiting.values()) request.reject(error)
    },
    get stray() {
      return { count: strayCount, first: firstStray }
    },
  }
}

/** Engines let a part of a string keep the whole of it in memory, unless the part is put together anew. */
const copyStart = (text: string, length: number): string => text.slice(0, length).split('').join('')

type Fields = ReturnType<typeof encodeParams>

/** Callers choose tokens without knowing of each other; the id is unique. (basic/patterns/progress#progress-flow) */
function withToken(params: Fields, id: ProgressToken): Fields {
  const meta = params['_meta']
  if (!isObject(meta) || meta['progressToken'] === undefined) return params
  return { ...params, _meta: { ...meta, progressToken: id } }
}

/** Tells the server why only where that says more than that the caller left. */
function reasonOf({ reason }: AbortSignal): string | undefined {
  if (typeof reason === 'string') return reason
  const error = toAbortError(reason)
  return error.code === 'timeout' ? error.message : undefined
}

/** Whether a call asked for log messages of a level. (server/utilities/logging) */
export function wantsLog(call: Call, level: unknown): boolean {
  const wanted = call.params._meta?.[META.logLevel]
  const rank = LOGGING_LEVELS.findIndex((each) => each === level)
  return wanted !== undefined && rank !== -1 && rank >= LOGGING_LEVELS.indexOf(wanted)
}

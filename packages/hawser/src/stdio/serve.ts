import {
  type Call,
  ENV,
  guardLog,
  type Principal,
  ProtocolError,
  type ProtocolErrorCode,
  type Reply,
  respondBy,
  type Service,
  Values,
} from '../call/index.ts'
import { MAX_VALUES, type Parsed, type ParsedNotification, type ParsedRequest, parseMessage } from '../wire/json-rpc.ts'
import { createLineReader } from '../wire/lines.ts'
import { decodeRequest, describedVersion } from '../wire/request.ts'
import { failureLine, OpenRequest } from './open-request.ts'
import { createIdTable, isRequestId } from './id-table.ts'
import { createOutbox, type Outbox, type OutboxOptions } from './outbox.ts'

/** Takes over what does not describe itself. */
export interface LineFallback {
  /** Takes a message that names no revision, or returns false to have it refused or ignored like any other. */
  readonly receive: (message: Parsed, line: string) => boolean
  /** Nothing more is wanted but the answers to what is under way: resolves when they are given, or it is closed. */
  readonly end: () => Promise<void>
  /** Gives up what is still under way. */
  readonly close: () => void
}

/** What a fallback may know of the stream that it serves. */
export interface LineFallbackOptions extends Pick<Outbox, 'send' | 'offer' | 'announce'> {
  readonly principal: Principal
  readonly env: unknown
  readonly maxValues: number
  readonly maxInFlight: number
}

/** A service that may bring its own fallback, which is given the service that is really served. */
export interface LineService extends Service {
  readonly lineFallback?: ((service: Service, options: LineFallbackOptions) => LineFallback) | undefined
}

export interface ServeLinesOptions extends Omit<OutboxOptions, 'isLull'> {
  /** Who is at the other end; by default `local` with every scope that the service has. */
  readonly principal?: Principal | undefined
  /** Handed to every request as `ENV`. */
  readonly env?: unknown
  /** Longest line that is read, in bytes; 4 MiB by default. */
  readonly maxLineBytes?: number | undefined
  /** Most values in one line, counting every item and member; 100 000 by default. */
  readonly maxValues?: number | undefined
  /** Most requests that run at once, cancelled ones that have not stopped included; 1024 by default. */
  readonly maxInFlight?: number | undefined
  /** How long requests may go on after the end of input, in milliseconds; 1000 by default. */
  readonly graceMs?: number | undefined
  /** The service has no other transport, so it is closed at the end of input. */
  readonly closeService?: boolean | undefined
}

/** Answers what arrives on one stream of lines. */
export interface LineServer {
  /** Takes the next bytes of input. */
  readonly push: (chunk: Uint8Array) => void
  /**
   * Takes the end of input. Resolves when the requests in flight are answered or `graceMs` is over, subscriptions are
   * ended and everything is handed to `write`.
   */
  readonly end: () => Promise<void>
  readonly inFlight: number
}

/** Time that aborted work gets to clean up, in milliseconds. */
const cleanupMs = 250

/**
 * Serves a service over a pair of byte streams, one message per line. It works for the standard streams of a process as
 * for a socket. Bad lines are answered with an error and harm nothing else.
 *
 * @example
 * const lines = serveLines(server, { write: (text) => void socket.write(text) })
 * socket.on('data', lines.push).on('end', lines.end)
 * @see basic/transports/stdio
 */
export function serveLines(service: LineService, options: ServeLinesOptions): LineServer {
  const { maxLineBytes = 4 * 1024 * 1024, maxValues = MAX_VALUES, maxInFlight = 1024, graceMs = 1000, env } = options
  const principal = options.principal ?? { subject: 'local', scopes: new Set(service.scopes) }
  const respond = respondBy(service)
  const log = guardLog(service.log)
  const open = createIdTable<OpenRequest>()
  const outbox = createOutbox({ ...options, isLull: () => open.size === 0 })
  const place = { ...outbox, principal, env, maxValues, maxInFlight }
  const fallback = service.lineFallback?.(service, place)
  const close = (message: ParsedRequest): void => open.remove(message.id)
  let running = 0
  let onChange: (() => void) | undefined
  let ended: Promise<void> | undefined

  const refuse = (code: ProtocolErrorCode, text: string, message?: ParsedRequest): void =>
    outbox.send(failureLine(new ProtocolError(code, text), service, message?.id))

  const start = (message: ParsedRequest, line: string): void => {
    const { id, method, params } = message
    if (fallback !== undefined && describedVersion(params) === undefined && fallback.receive(message, line)) return
    if (open.get(id) !== undefined)
      return refuse('invalid_request', 'The id belongs to a request that is still in flight.', message)
    if (running >= maxInFlight) {
      return refuse('invalid_request', `Too many requests in flight: at most ${maxInFlight} at once.`, message)
    }
    const request = new OpenRequest(message, service, outbox, close)
    open.add(id, request)
    const values = new Values()
    if (env !== undefined) values.set(ENV, env)
    let call: Call
    try {
      call = decodeRequest(method, params, {
        principal,
        values,
        signal: request.signal,
        notify: (news) => request.notify(news),
      })
    } catch (error) {
      return request.fail(error)
    }
    run(call, request)
  }

  const run = (call: Call, request: OpenRequest): void => {
    try {
      const reply = respond(call)
      if (reply instanceof Promise) void wait(reply, request)
      else request.succeed(reply)
    } catch (error) {
      request.fail(error)
    }
  }

  const wait = async (reply: Promise<Reply>, request: OpenRequest): Promise<void> => {
    running++
    try {
      request.succeed(await reply)
    } catch (error) {
      request.fail(error)
    }
    running--
    onChange?.()
  }

  // Cancelling what is unknown or answered already is no mistake. (basic/patterns/cancellation#error-handling)
  const note = (message: ParsedNotification, line: string): void => {
    const { requestId, reason } = message.params
    const cancels = message.method === 'notifications/cancelled' && isRequestId(requestId)
    const request = cancels ? open.get(requestId) : undefined
    if (request === undefined) return void fallback?.receive(message, line)
    const why = typeof reason === 'string' ? reason.slice(0, 256) : undefined
    if (why !== undefined) log({ level: 'info', message: `A request was cancelled by the client: ${why}` })
    request.abort(why ?? 'The client cancelled the request.')
    onChange?.()
  }

  const receive = (line: string): void => {
    const message = parseMessage(line, maxValues)
    switch (message.kind) {
      case 'request':
        return start(message, line)
      case 'notification':
        return note(message, line)
      case 'response':
      case 'failure':
        // Nothing was asked of the client, so there is nothing that this answers.
        return void fallback?.receive(message, line)
      case 'invalid':
        if (fallback?.receive(message, line) === true) return
        // A notification is never answered, not even a bad one. (JSON-RPC 2.0 §4.1)
        if (message.code === 'invalid_params' && message.id === undefined) return
        return outbox.send(failureLine(new ProtocolError(message.code, message.message), service, message.id))
    }
  }

  const reader = createLineReader({
    maxBytes: maxLineBytes,
    onLine: receive,
    onTooLong: () => refuse('invalid_request', `The line is too long: at most ${maxLineBytes} bytes are read.`),
    onInvalidUtf8: () => refuse('parse_error', 'The line is not UTF-8.'),
  })

  /** Resolves when `condition` holds or the time is over. */
  const until = (condition: () => boolean, ms: number): Promise<void> =>
    new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer)
        onChange = undefined
        resolve()
      }
      const timer = setTimeout(finish, ms)
      onChange = () => {
        if (condition()) finish()
      }
      onChange()
    })

  const finish = async (): Promise<void> => {
    reader.end()
    let isClosed = options.closeService !== true
    if (options.closeService) {
      const closeService = async (): Promise<void> => {
        await service.close().catch((cause: unknown) => log({ level: 'error', message: 'Closing failed.', cause }))
        isClosed = true
        onChange?.()
      }
      void closeService()
    } else {
      for (const request of open.values()) if (request.listens) request.tearDown()
    }
    let isAnswered = false
    const endFallback = async (): Promise<void> => {
      await fallback?.end()
      isAnswered = true
      onChange?.()
    }
    void endFallback()
    await until(() => open.size === 0 && isAnswered, graceMs)
    for (const request of open.values()) request.tearDown()
    fallback?.close()
    // What the service keeps of the calls that have just ended is written, too.
    await until(() => running === 0 && isClosed, cleanupMs)
    await outbox.drain()
  }

  return {
    push: (chunk) => {
      if (ended !== undefined) return
      outbox.cork()
      try {
        reader.push(chunk)
      } finally {
        outbox.uncork()
      }
    },
    end: () => (ended ??= finish()),
    get inFlight() {
      return open.size
    },
  }
}

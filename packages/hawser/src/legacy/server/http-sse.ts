import { after, callerId, type Service } from '../../call/index.ts'
import { createEventQueue, type EventQueue } from '../../http/event-queue.ts'
import type { HttpFallback, HttpFallbackOptions, HttpRequest } from '../../http/index.ts'
import { EVENT_HEADERS } from '../../http/message.ts'
import { ACCEPTED } from '../../http/refusals.ts'
import type { LineFallback } from '../../stdio/serve.ts'
import { encodeEvent } from '../../wire/events.ts'
import type { Shared } from './conversation.ts'
import { createDuplex } from './duplex.ts'
import { refuseOld } from './refuse-old.ts'
import { MAX_CALLS } from './session-frame.ts'
import type { Caller } from './translate-call.ts'

interface Connection {
  readonly owner: string | undefined
  readonly duplex: LineFallback
  readonly queue: EventQueue
  /** Whoever sent the message that is being read: the rights of a caller may change while the stream is open. */
  caller: Caller
}

/** Most streams that are open at once. */
const MAX_OPEN = 1_000

/** Milliseconds that calls may go on after their reader has left. */
const GRACE_MS = 1_000

const QUERY = 'session='

export interface SseFallback extends HttpFallback {
  /** Whether a request is to the path where streams are opened. */
  readonly isAt: (request: HttpRequest) => boolean
  /** Whether a request belongs to this transport. */
  readonly takes: (request: HttpRequest) => boolean
}

/**
 * Serves the transport of the first revision: whatever the client posts is answered on the stream that it opened before.
 * (2024-11-05 basic/transports#http-with-sse)
 */
export function createSseFallback(
  service: Service,
  path: string,
  options: HttpFallbackOptions,
  shared: Shared,
): SseFallback {
  const { maxEvents, maxLength, keepAliveMs, maxValues } = options
  const open = new Map<string, Connection>()

  const connect: HttpFallback['answer'] = ({ principal, env }) => {
    if (open.size >= MAX_OPEN) return refuseOld('tooManySessions')
    const id = crypto.randomUUID()
    const queue = createEventQueue({ maxEvents, maxLength, keepAliveMs })
    const send = (json: string): void => queue.push(encodeEvent(json))
    const duplex: LineFallback = createDuplex(service, {
      callerOf: () => connection.caller,
      send,
      offer: send,
      announce: send,
      principal,
      env,
      maxValues,
      maxInFlight: MAX_CALLS,
      shared,
      owner: callerId(principal) ?? id,
    })
    const connection: Connection = { owner: callerId(principal), duplex, queue, caller: { principal, env } }
    open.set(id, connection)
    queue.onBreak(() => {
      open.delete(id)
      void abandon(duplex)
    })
    queue.push(`event: endpoint\n${encodeEvent(`${path}?${QUERY}${id}`)}`)
    return { status: 200, headers: EVENT_HEADERS, stream: queue }
  }

  const receive: HttpFallback['answer'] = (request, body, message) => {
    const connection = open.get(readId(request) ?? '')
    if (connection === undefined || connection.owner !== callerId(request.principal)) return refuseOld('unknownSession')
    if (message === undefined) return undefined
    connection.caller = { principal: request.principal, env: request.env }
    const isTaken = connection.duplex.receive(message, body)
    return isTaken ? ACCEPTED : refuseOld('noMessage')
  }

  const isAt: SseFallback['isAt'] = ({ target = '' }) => target.split('?')[0] === path

  return {
    isAt,
    takes: (request) => {
      if (!isAt(request)) return false
      if (request.method !== 'GET') return readId(request) !== undefined
      // At the path of both transports, a stream of a session belongs to the other.
      return request.header('mcp-session-id') === undefined
    },
    answer: (...given) => (given[0].method === 'GET' ? connect(...given) : receive(...given)),
    // Answers to what is under way go out on the same streams.
    release: () => {
      for (const { queue, duplex } of open.values()) void duplex.end().then(() => queue.end(''))
    },
    close: () => {
      for (const { queue, duplex } of open.values()) {
        duplex.close()
        queue.cancel()
      }
    },
  }
}

async function abandon({ end, close }: LineFallback): Promise<void> {
  const stop = after(GRACE_MS, close)
  await end()
  stop()
  close()
}

function readId({ target = '' }: HttpRequest): string | undefined {
  const query = target.slice(target.indexOf('?') + 1)
  return query.startsWith(QUERY) ? query.slice(QUERY.length) : undefined
}

import { badReply, type Call, ConnectionError, fromWireError, type Reply } from '../call/index.ts'
import type { RequestId } from '../protocol/index.ts'
import type { ByteStream } from '../wire/chunks.ts'
import { readEvents } from '../wire/events.ts'
import { type Parsed, type ParsedNotification, parseMessage } from '../wire/json-rpc.ts'
import { decodeNotification, decodeReply } from '../wire/reply.ts'
import { readRefusal } from './challenge.ts'
import { mediaType } from './media-type.ts'
import { readBody } from './read-body.ts'
import { readRetryAfter } from './retry-after.ts'
import type { Received } from './send.ts'

/** How much of an answer is read. */
export interface ReplyLimits {
  /** Most bytes of a body, or of one event. */
  readonly maxBytes: number
  /** Most values in one message. */
  readonly maxValues: number
}

/**
 * Reads the answer to one call, handing its notifications on as they come.
 *
 * @throws ProtocolError when the server refuses, AuthorizationError for 401 and 403, ConnectionError `bad_reply` for what
 * is no answer and `unavailable` for a
 * status that passes, and `disconnected` when it ends too early. (streamable-http#receiving-messages)
 */
export async function readReply(response: Received, id: RequestId, call: Call, limits: ReplyLimits): Promise<Reply> {
  const { ok, status, headers, body } = response
  const type = mediaType(headers.get('content-type'))
  if (ok && body !== null && type === 'text/event-stream') return readStream(body, id, call, limits)
  const message = type === 'application/json' ? await readMessage(body, limits) : undefined
  if (message === undefined) body?.cancel().catch(() => {})
  const hasFailed = message?.kind === 'failure'
  if ((status === 401 || status === 403) && !(hasFailed && message.error.code <= 0)) {
    throw readRefusal(status, headers.get('www-authenticate'))
  }
  if (hasFailed || (ok && message?.kind === 'response')) return settle(message, id, call, !ok)
  if (PASSING.has(status)) {
    const retryAfterMs = readRetryAfter(headers.get('retry-after'), Date.now())
    throw new ConnectionError('unavailable', `The server cannot answer now (HTTP ${status}).`, { retryAfterMs })
  }
  const location = headers.get('location')
  throw badReply(
    location === null
      ? `Expected an answer in JSON or events, got HTTP ${status}, ${type.slice(0, 100) || 'no content type'}. ${message?.kind === 'invalid' ? message.message : ''}`
      : `The server redirects to ${location.slice(0, 200)} (HTTP ${status}). Connect to that URL instead.`,
  )
}

/** Too many requests, a bad gateway, overload, a gateway that waited in vain: all of them pass. (RFC 9110 §15.6, RFC 6585 §4) */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** Only an error that came with an error status may leave out the id. (streamable-http#security--endpoint) */
function settle(message: Exclude<Parsed, ParsedNotification>, id: RequestId, call: Call, mayLackId: boolean): Reply {
  if (message.kind === 'invalid') throw badReply(`Expected an answer. ${message.message}`)
  if (message.kind === 'request')
    throw badReply('Expected an answer, got a request, which this revision does not allow.')
  if (message.id !== id && !(mayLackId && message.id === undefined)) {
    throw badReply('The server answered with the id of another request.')
  }
  if (message.kind === 'failure') throw fromWireError(message.error)
  return decodeReply(message.result, call.values)
}

async function readMessage(stream: ByteStream | null, { maxBytes, maxValues }: ReplyLimits): Promise<Parsed> {
  const { text, problem } = await readBody(stream, maxBytes)
  if (problem === undefined) return parseMessage(text, maxValues)
  throw badReply(`Expected an answer in UTF-8 of at most ${maxBytes} bytes, got one that is ${PROBLEMS[problem]}.`)
}

const PROBLEMS = { too_large: 'larger', not_utf8: 'not UTF-8' } as const

async function readStream(
  stream: ByteStream,
  id: RequestId,
  call: Call,
  { maxBytes, maxValues }: ReplyLimits,
): Promise<Reply> {
  for await (const data of readEvents(stream, { maxEventBytes: maxBytes })) {
    const message = parseMessage(data, maxValues)
    if (message.kind !== 'notification') return settle(message, id, call, false)
    const notification = decodeNotification(message.method, message.params, call.values)
    if (notification !== undefined) call.notify(notification)
  }
  throw new ConnectionError('disconnected', 'The server ended the stream without an answer.')
}

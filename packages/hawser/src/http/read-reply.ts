import { type Call, ConnectionError, type Reply } from '../call/index.ts'
import type { RequestId } from '../protocol/index.ts'
import { EventStreamError, readEvents } from '../wire/events.ts'
import { type ParsedFailure, type ParsedResponse, parseMessage } from '../wire/json-rpc.ts'
import { decodeFailure, decodeNotification, decodeReply } from '../wire/reply.ts'
import { readRefusal } from './challenge.ts'
import { mediaType } from './media-type.ts'
import { readBody } from './read-body.ts'

const badReply = (message: string, cause?: unknown): ConnectionError =>
  new ConnectionError('bad_reply', message, { cause })

const brokenOff = (cause: unknown): ConnectionError =>
  new ConnectionError('disconnected', 'The connection broke off before the server had answered.', { cause })

/**
 * Reads the answer to one call, handing its notifications on as they come.
 *
 * @throws ProtocolError when the server refuses, AuthorizationError for 401 and 403, ConnectionError `bad_reply` for what
 * is no answer and `disconnected` when it ends too early. (streamable-http#receiving-messages)
 */
export async function readReply(response: Response, id: RequestId, call: Call, maxBytes: number): Promise<Reply> {
  const type = mediaType(response.headers.get('content-type'))
  if (response.ok && type === 'text/event-stream') return readStream(response, id, call, maxBytes)
  const message = type === 'application/json' ? await readMessage(response, maxBytes) : undefined
  if (message === undefined) response.body?.cancel().catch(() => {})
  const { status } = response
  const failed = message?.kind === 'failure' ? message : undefined
  if ((status === 401 || status === 403) && (failed === undefined || failed.error.code > 0)) {
    throw readRefusal(status, response.headers.get('www-authenticate'))
  }
  if (failed !== undefined) return settle(failed, id, !response.ok)
  if (status >= 300 && status < 400) {
    const location = response.headers.get('location')?.slice(0, 200) ?? 'an unknown place'
    throw badReply(`The server redirects to ${location} (HTTP ${status}). Connect to that URL instead.`)
  }
  if (response.ok && message?.kind === 'response') return settle(message, id, false)
  const what = message?.kind === 'invalid' ? message.message : `Its content type is ${type.slice(0, 100) || 'missing'}.`
  throw badReply(`Expected an answer in JSON or a stream of events, got another one (HTTP ${status}). ${what}`)
}

/** Only an error that came with an error status may leave out the id. (streamable-http#security--endpoint) */
function settle(message: ParsedResponse | ParsedFailure, id: RequestId, mayLackId: boolean): Reply {
  if (message.id !== id && !(mayLackId && message.id === undefined)) {
    throw badReply('The server answered with the id of another request.')
  }
  if (message.kind === 'failure') throw decodeFailure(message.error)
  return decodeReply(message.result)
}

async function readMessage(response: Response, maxBytes: number): Promise<ReturnType<typeof parseMessage>> {
  const body = await readBody(response.body, maxBytes).catch((cause: unknown) => {
    throw brokenOff(cause)
  })
  if (body.problem === undefined) return parseMessage(body.text)
  throw badReply(
    body.problem === 'too_large'
      ? `Expected an answer of at most ${maxBytes} bytes, got a larger one.`
      : 'Expected an answer in UTF-8, got other bytes.',
  )
}

async function readStream(response: Response, id: RequestId, call: Call, maxBytes: number): Promise<Reply> {
  if (response.body === null) throw badReply('Expected a stream of events, got no body.')
  for await (const data of readBounded(response.body, maxBytes)) {
    const message = parseMessage(data)
    switch (message.kind) {
      case 'notification': {
        const notification = decodeNotification(message.method, message.params)
        if (notification !== undefined) call.notify(notification)
        break
      }
      case 'response':
      case 'failure':
        return settle(message, id, false)
      case 'request':
        throw badReply('The server sent a request of its own, which this revision does not allow.')
      case 'invalid':
        throw badReply(`The server sent an event that is no message. ${message.message}`)
    }
  }
  throw new ConnectionError('disconnected', 'The server ended the stream without an answer.')
}

/** Tells failures of the stream from those of whoever reads it. */
async function* readBounded(stream: ReadableStream<Uint8Array>, maxEventBytes: number): AsyncGenerator<string, void> {
  try {
    yield* readEvents(stream, { maxEventBytes })
  } catch (error) {
    throw error instanceof EventStreamError ? badReply(error.message, error) : brokenOff(error)
  }
}

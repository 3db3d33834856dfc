import { fromWireError } from '../../call/index.ts'
import { asConnectionError } from '../../http/connect.ts'
import { readRefusal } from '../../http/challenge.ts'
import { mediaType } from '../../http/media-type.ts'
import type { HttpHeaders } from '../../http/message.ts'
import { readBody } from '../../http/read-body.ts'
import type { Received, Send, SentRequest } from '../../http/send.ts'
import type { ByteStream } from '../../wire/chunks.ts'
import type { RequestId } from '../../protocol/index.ts'
import { MAX_REPLY_VALUES, parseMessage } from '../../wire/json-rpc.ts'
import { Refused } from './errors.ts'

/** How requests reach a URL. */
export interface HttpWay {
  readonly send: Send
  /** What every request has besides. */
  readonly headers: () => HttpHeaders | Promise<HttpHeaders>
  /** Most bytes of one answer or one event. */
  readonly maxBytes: number
}

/**
 * Sends one request.
 *
 * @throws ConnectionError `disconnected` when nobody answers.
 */
export async function sendRequest({ send, headers }: HttpWay, url: string, request: SentRequest): Promise<Received> {
  const merged = { ...(await headers()), ...request.headers }
  try {
    return await send(url, { ...request, headers: merged })
  } catch (error) {
    throw asConnectionError(error, url)
  }
}

/** Whether an answer comes as a stream of events. */
export const isStream = ({ ok, body, headers }: Received): boolean =>
  ok && body !== null && mediaType(headers.get('content-type')) === 'text/event-stream'

/** Why a request had no success. */
export interface Failure {
  readonly error: Error
  /** Whether it answers that very request: then the server has looked at it, and may have begun. */
  readonly isAnswer: boolean
}

/** Reads the error that an answer without success stands for. */
export async function readFailure({ status, headers, body }: Received, maxBytes: number): Promise<Failure> {
  const type = mediaType(headers.get('content-type'))
  if (status === 401 || status === 403) {
    leave(body)
    return { error: readRefusal(status, headers.get('www-authenticate')), isAnswer: false }
  }
  const { text = '' } = type === 'application/json' ? await readBody(body, maxBytes) : { text: '' }
  const message = parseMessage(text, MAX_REPLY_VALUES)
  if (message.kind === 'failure') return { error: fromWireError(message.error), isAnswer: isOurs(message.id) }
  leave(body)
  return { error: new Refused(status, type.slice(0, 100)), isAnswer: false }
}

/** Ids of ours are numbers. Who refuses a message unread names none, or puts a word in its place. */
export const isOurs = (id: RequestId | undefined): boolean => typeof id === 'number'

/** What else comes is not wanted; a body that is being read or has failed refuses even that. */
export function leave(body: ByteStream | null): void {
  if (body?.locked === false) body.cancel().catch(() => {})
}

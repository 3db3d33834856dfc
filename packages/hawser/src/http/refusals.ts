import { ProtocolError, toWireError } from '../call/index.ts'
import { encodeFailure } from '../wire/json-rpc.ts'
import { type HttpHeaders, type HttpReply, JSON_HEADERS } from './message.ts'

/** Why a request is refused for which a look at it is enough. Those of a body are named after its problem. */
const REASONS = {
  forbidden: [403, 'This Host or Origin is not in allowedHosts or allowedOrigins.'],
  notFound: [404, 'There is no MCP endpoint at this path.'],
  wrongMethod: [405, 'Send each message as its own POST.', { allow: 'POST' }],
  notAcceptable: [406, 'Accept must list application/json and text/event-stream.'],
  too_large: [413, 'The body is larger than this server reads.'],
  notJson: [415, 'Content-Type must be application/json in UTF-8.'],
  encoded: [415, 'Send the body without a Content-Encoding.', { 'accept-encoding': 'identity' }],
  unreadable: [400, 'The body could not be read to its end.'],
  not_utf8: [400, 'The message is not valid UTF-8.'],
  notForServers: [400, 'Send requests and notifications, no responses.'],
} as const satisfies Readonly<Record<string, readonly [status: number, message: string, headers?: HttpHeaders]>>

const made = new Map<string, HttpReply>()

/** The answer to such a request, whose id is not known; made once, since strangers can ask for it at any rate. (streamable-http#sending-messages) */
export function refuse(reason: keyof typeof REASONS): HttpReply {
  const known = made.get(reason)
  if (known !== undefined) return known
  const [status, message, headers] = REASONS[reason]
  const { error } = toWireError(
    new ProtocolError(reason === 'not_utf8' ? 'parse_error' : 'invalid_request', message),
    () => {},
  )
  const reply = { status, headers: { ...JSON_HEADERS, ...headers }, body: encodeFailure(undefined, error) }
  made.set(reason, reply)
  return reply
}

/** A notification was taken; there is nothing to say to it. (streamable-http#sending-messages) */
export const ACCEPTED: HttpReply = { status: 202, headers: {} }

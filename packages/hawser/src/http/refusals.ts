import { ProtocolError, type ProtocolErrorCode, toWireError } from '../call/index.ts'
import { encodeFailure } from '../wire/json-rpc.ts'
import { type HttpHeaders, type HttpReply, JSON_HEADERS } from './message.ts'

/** A constant answer to a message whose id is not known. (streamable-http#sending-messages) */
function refuse(
  status: number,
  code: ProtocolErrorCode,
  message: string,
  headers: HttpHeaders = JSON_HEADERS,
): HttpReply {
  const { error } = toWireError(new ProtocolError(code, message), () => {})
  return { status, headers, body: encodeFailure(undefined, error) }
}

/** Answers that need no more than a look at the request; made once, since strangers can ask for them at any rate.
 * Those of a body are named after its problem. */
export const REFUSALS = {
  forbidden: refuse(
    403,
    'invalid_request',
    'This Host or Origin is not in allowedHosts or allowedOrigins.',
  ),
  notFound: refuse(404, 'invalid_request', 'There is no MCP endpoint at this path.'),
  wrongMethod: refuse(405, 'invalid_request', 'Send each message as its own POST.', { ...JSON_HEADERS, allow: 'POST' }),
  notAcceptable: refuse(
    406,
    'invalid_request',
    'Accept must list application/json and text/event-stream.',
  ),
  too_large: refuse(413, 'invalid_request', 'The body is larger than this server reads.'),
  notJson: refuse(415, 'invalid_request', 'Content-Type must be application/json in UTF-8.'),
  encoded: refuse(415, 'invalid_request', 'Send the body without a Content-Encoding.', {
    ...JSON_HEADERS,
    'accept-encoding': 'identity',
  }),
  unreadable: refuse(400, 'invalid_request', 'The body could not be read to its end.'),
  not_utf8: refuse(400, 'parse_error', 'The message is not valid UTF-8.'),
  notForServers: refuse(400, 'invalid_request', 'Send requests and notifications, no responses.'),
} as const satisfies Readonly<Record<string, HttpReply>>

/** A notification was taken; there is nothing to say to it. (streamable-http#sending-messages) */
export const ACCEPTED: HttpReply = { status: 202, headers: {} }

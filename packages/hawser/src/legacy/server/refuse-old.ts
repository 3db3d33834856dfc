import { ProtocolError, toWireError } from '../../call/index.ts'
import { type HttpHeaders, type HttpReply, JSON_HEADERS } from '../../http/message.ts'
import { encodeFailure } from '../../wire/json-rpc.ts'

const REASONS = {
  /** What makes a client open a new session. (2025-11-25 basic/transports#session-management) */
  unknownSession: [404, 'There is no such session. Open a new one without a session id.'],
  tooManySessions: [503, 'All sessions of this server are in use. Try again later.', { 'retry-after': '30' }],
  /** A GET outside a session, too, is told so that there is no stream. (2025-11-25 basic/transports#listening-for-messages-from-the-server) */
  methodOfSessions: [405, 'Send messages as POST; GET and DELETE are for a session.', { allow: 'GET, POST, DELETE' }],
  methodOfStreams: [405, 'Open a stream with GET; send messages as POST.', { allow: 'GET, POST' }],
  unknownVersion: [400, 'The version in MCP-Protocol-Version is not one that this server speaks.'],
  unknownEvent: [400, 'Last-Event-ID names no event of this session.'],
  noMessage: [400, 'The body holds no message that this server can read.'],
} as const satisfies Readonly<Record<string, readonly [status: number, message: string, headers?: HttpHeaders]>>

const made = new Map<string, HttpReply>()

/** The answer to a request that belongs to no message, made once. */
export function refuseOld(reason: keyof typeof REASONS): HttpReply {
  const known = made.get(reason)
  if (known !== undefined) return known
  const [status, message, headers] = REASONS[reason]
  const { error } = toWireError(new ProtocolError('invalid_request', message), () => {})
  const reply = { status, headers: { ...JSON_HEADERS, ...headers }, body: encodeFailure(undefined, error) }
  made.set(reason, reply)
  return reply
}

import {
  AuthorizationError,
  type Call,
  ConnectionError,
  isReceived,
  type Log,
  ProtocolError,
  type Reply,
  reportInternal,
  ToolError,
} from '../call/index.ts'
import { isObject, type Meta } from '../protocol/index.ts'

/** UTF-16 units of what a mounted server says that are passed on. */
const MAX_SAID = 1000

/**
 * What a caller is told when a mounted server did not answer. It is said whose words they are; numbers, scopes and
 * addresses stay here, since they are about this server's dealings with that one. For a tool the model is told.
 *
 * @throws ProtocolError where only an error can be answered; what this side's own interceptors threw.
 */
export function refuse(error: unknown, call: Call, mount: string, log: Log, _meta: Meta): Reply {
  if (call.signal.aborted) throw new ProtocolError('internal_error', 'The call was cancelled.')
  const isOwn = error instanceof ProtocolError || error instanceof AuthorizationError
  if (isOwn && !isReceived(error)) throw error
  const isTool = call.method === 'tools/call'
  if (error instanceof ToolError && isTool) return explain(error.message, _meta)
  if (!(error instanceof ProtocolError)) {
    // A local error holds addresses, and what a process wrote to its standard error.
    const sentence = `The server mounted as "${mount}" ${describe(error)}. ${reportInternal(error, log, { method: call.method, name: mount })}`
    if (isTool) return explain(sentence, _meta)
    throw new ProtocolError('internal_error', sentence)
  }
  const said = `The server mounted as "${mount}" says: ${error.message.slice(0, MAX_SAID)}`
  if (error.code === 'missing_client_capability') {
    const required = isObject(error.data) ? error.data['requiredCapabilities'] : undefined
    const data =
      isObject(required) && JSON.stringify(required).length <= MAX_SAID ? { requiredCapabilities: required } : undefined
    throw new ProtocolError(error.code, said, { data })
  }
  if (isTool) return explain(said, _meta)
  if (error.code !== 'invalid_params') throw new ProtocolError('internal_error', said)
  const uri = call.method === 'resources/read' ? (call as Call<'resources/read'>).params.uri : undefined
  throw new ProtocolError('invalid_params', said, { data: uri && { uri: uri.slice(0, 2048) } })
}

function describe(error: unknown): string {
  if (error instanceof AuthorizationError) return 'does not accept the credentials of this one'
  if (!(error instanceof ConnectionError)) return 'could not be called'
  if (error.code === 'timeout') return 'did not answer in time'
  return error.code === 'bad_reply' ? 'gave no valid answer' : 'cannot be reached'
}

function explain(text: string, _meta: Meta): Reply<'tools/call'> {
  return { content: [{ type: 'text', text }], isError: true, _meta }
}

import { type Call, ENV, type Principal, Values } from '../../call/index.ts'
import { isObject, type LoggingLevel, META, type Notification, PROTOCOL_VERSION } from '../../protocol/index.ts'
import { decodeRequest } from '../../wire/request.ts'
import type { OldClient } from './read-client.ts'

type Fields = { readonly [name: string]: unknown }

/** What the transport knows of the caller. */
export interface Caller {
  readonly principal?: Principal | undefined
  readonly env?: unknown
}

/** What belongs to one call of a session. */
export interface Circumstances extends Caller {
  readonly client: OldClient
  readonly logLevel: LoggingLevel | undefined
  readonly signal: AbortSignal
  readonly notify: (notification: Notification) => void
}

/**
 * Makes a call of the present of a message of the past: what the client said once when it opened is said with each call.
 *
 * @throws ProtocolError `invalid_params`
 */
export function translateCall(method: string, params: Fields, circumstances: Circumstances): Call {
  const { client, logLevel, principal, env, signal, notify } = circumstances
  const values = new Values()
  if (env !== undefined) values.set(ENV, env)
  const _meta = {
    ...(isObject(params['_meta']) ? params['_meta'] : undefined),
    [META.protocolVersion]: PROTOCOL_VERSION,
    ...(client.info !== undefined && { [META.clientInfo]: client.info }),
    [META.clientCapabilities]: client.capabilities,
    ...(logLevel !== undefined && { [META.logLevel]: logLevel }),
  }
  return decodeRequest(method, { ...params, _meta }, { principal, values, signal, notify })
}

import { type Call, Cancellation, ProtocolError, ReceivedCall } from '../call/index.ts'
import {
  findMetaProblem,
  findParamsProblem,
  type Implementation,
  isObject,
  META,
  type Method,
  PROTOCOL_VERSION,
} from '../protocol/index.ts'

/** What the transport adds to a message to make it a `Call`. */
export interface Surroundings extends Pick<Call, 'principal' | 'values' | 'notify'> {
  readonly signal: AbortSignal | Cancellation
}

type Fields = { readonly [key: string]: unknown }

/** Versions that a request may name. */
export const SUPPORTED_VERSIONS: readonly string[] = [PROTOCOL_VERSION]

/** The revision that a message says it is written in, if it describes itself at all. (basic/versioning) */
export function describedVersion(params: Fields | undefined): string | undefined {
  const meta = params?.['_meta']
  const version = isObject(meta) ? meta[META.protocolVersion] : undefined
  return typeof version === 'string' ? version : undefined
}

const speaks = `This server speaks ${PROTOCOL_VERSION}.`
const offer = { supported: SUPPORTED_VERSIONS }

function lack(what: string): ProtocolError {
  return new ProtocolError('invalid_meta', `params._meta lacks ${what}. ${speaks}`, { data: offer })
}

/** @throws ProtocolError `unsupported_version` (basic/versioning#protocol-version-negotiation) */
export function checkVersion(version: string): void {
  if (version === PROTOCOL_VERSION) return
  const data = { ...offer, requested: version.slice(0, 64) }
  throw new ProtocolError('unsupported_version', `Unsupported protocol version. ${speaks}`, { data })
}

/**
 * Turns a parsed request into a `Call`, checking the envelope and the shape of the params once. Unknown methods pass:
 * the dispatcher refuses them.
 *
 * @throws ProtocolError `invalid_meta`, `unsupported_version`, `invalid_params`. (basic#meta)
 */
export function decodeRequest(method: string, params: Fields | undefined, around: Surroundings): Call {
  const meta = params?.['_meta']
  if (params === undefined || !isObject(meta)) throw lack('protocolVersion and clientCapabilities')
  const { [META.protocolVersion]: version, [META.clientCapabilities]: capabilities } = meta
  if (typeof version !== 'string') throw lack('the string protocolVersion')
  checkVersion(version)
  if (!isObject(capabilities)) throw lack('the object clientCapabilities')
  const problem = findMetaProblem(meta) ?? findParamsProblem(method, params)
  if (problem !== undefined) throw new ProtocolError('invalid_params', problem)
  const { signal } = around
  const parts = {
    method: method as Method,
    params: params,
    protocolVersion: version,
    clientInfo: meta[META.clientInfo] as Implementation | undefined,
    clientCapabilities: capabilities,
    principal: around.principal,
    values: around.values,
    notify: around.notify,
  }
  return signal instanceof Cancellation ? new ReceivedCall(parts, signal) : { ...parts, signal }
}

/** The params of a call as they travel: the envelope goes into `_meta`. */
export function encodeParams(call: Call): Fields {
  const own = call.params._meta
  const meta: { [key: string]: unknown } = {
    ...own,
    [META.protocolVersion]: call.protocolVersion,
    [META.clientCapabilities]: call.clientCapabilities,
  }
  if (call.clientInfo !== undefined) meta[META.clientInfo] = call.clientInfo
  return { ...call.params, _meta: meta }
}

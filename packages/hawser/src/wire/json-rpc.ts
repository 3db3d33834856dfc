import type { WireError } from '../call/index.ts'
import { isObject, type RequestId } from '../protocol/index.ts'
import { exceedsDepth, exceedsValues } from './depth.ts'

/** Deepest nesting of arrays and objects in one message. */
export const MAX_DEPTH = 200

/** Most values in one message that a server reads, unless it is told otherwise. */
export const MAX_VALUES = 100_000

/** Longest string id, in UTF-16 units. */
const maxIdLength = 256

type Fields = Readonly<Record<string, unknown>>

export interface ParsedRequest {
  readonly kind: 'request'
  readonly id: RequestId
  readonly method: string
  /** `{}` when the message has none. */
  readonly params: Fields
}

export interface ParsedNotification {
  readonly kind: 'notification'
  readonly method: string
  /** `{}` when the message has none. */
  readonly params: Fields
}

export interface ParsedResponse {
  readonly kind: 'response'
  readonly id: RequestId
  readonly result: Fields
}

export interface ParsedFailure {
  readonly kind: 'failure'
  /** Absent when the peer could not read the id of what it answers. */
  readonly id?: RequestId
  readonly error: WireError
}

export interface InvalidMessage {
  readonly kind: 'invalid'
  /** `invalid_params` without an id is a notification, which JSON-RPC leaves unanswered. */
  readonly code: 'parse_error' | 'invalid_request' | 'invalid_params'
  /** A constant sentence, safe to send to strangers. */
  readonly message: string
  /** The id of the message when it has a valid one, to be echoed. */
  readonly id?: RequestId
}

export type Parsed = ParsedRequest | ParsedNotification | ParsedResponse | ParsedFailure | InvalidMessage

/**
 * Reads one JSON-RPC message of at most `maxValues` values, in either direction. Never throws: what is not a message is
 * described by `kind: 'invalid'`.
 * Values are as `JSON.parse` makes them, so a `__proto__` key is an own property: copy them with care.
 *
 * @example parseMessage('{"jsonrpc":"2.0","id":1,"method":"tools/list"}')
 * // { kind: 'request', id: 1, method: 'tools/list', params: {} }
 * @see basic/index#messages
 */
export function parseMessage(text: string, maxValues: number = Infinity): Parsed {
  if (exceedsDepth(text, MAX_DEPTH)) {
    return invalid('parse_error', `The message is nested too deeply: at most ${MAX_DEPTH} levels are read.`)
  }
  if (exceedsValues(text, maxValues)) {
    return invalid('parse_error', `The message holds too many values: at most ${maxValues} are read.`)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return invalid('parse_error', 'The message is not valid JSON.')
  }
  return readMessage(value)
}

function readMessage(value: unknown): Parsed {
  if (Array.isArray(value)) {
    return invalid('invalid_request', 'Batches are not part of this protocol revision: send each message by itself.')
  }
  if (!isObject(value)) return invalid('invalid_request', 'A message must be a JSON object.')
  const id = isId(value.id) ? value.id : undefined
  if (value.jsonrpc !== '2.0') return invalid('invalid_request', 'The member jsonrpc must be "2.0".', id)
  if (value.method === undefined) return readAnswer(value, id)
  if (id === undefined && value.id !== undefined) return invalidId()
  const { method, params = {} } = value
  if (typeof method !== 'string') return invalid('invalid_request', 'The member method must be a string.', id)
  if (!isObject(params)) return invalid('invalid_params', 'The member params must be an object when present.', id)
  return id === undefined ? { kind: 'notification', method, params } : { kind: 'request', id, method, params }
}

function readAnswer({ id: rawId, result, error }: Fields, id: RequestId | undefined): Parsed {
  if ((result === undefined) === (error === undefined)) {
    return invalid('invalid_request', 'A message must have exactly one of the members method, result and error.', id)
  }
  // JSON-RPC 2.0 §5 has peers answer with a null id when they could not read ours.
  if (id === undefined && rawId !== undefined && (rawId !== null || error === undefined)) return invalidId()
  if (error !== undefined) {
    return isWireError(error)
      ? { kind: 'failure', id, error }
      : invalid('invalid_request', 'The member error must have an integer code and a string message.', id)
  }
  if (id === undefined) return invalid('invalid_request', 'A result must have the id of its request.')
  if (!isObject(result)) return invalid('invalid_request', 'The member result must be an object.', id)
  return { kind: 'response', id, result }
}

const invalid = (code: InvalidMessage['code'], message: string, id?: RequestId): InvalidMessage => ({
  kind: 'invalid',
  code,
  message,
  id,
})

const invalidId = (): InvalidMessage =>
  invalid(
    'invalid_request',
    `The member id must be a string of at most ${maxIdLength} characters or an integer of at most 53 bits.`,
  )

const isId = (value: unknown): value is RequestId =>
  typeof value === 'string' ? value.length <= maxIdLength : Number.isSafeInteger(value)

const isWireError = (value: unknown): value is Fields & WireError =>
  isObject(value) && Number.isSafeInteger(value.code) && typeof value.message === 'string'

const encodeId = (id: RequestId): string => (typeof id === 'number' ? `${id}` : JSON.stringify(id))

/**
 * Writes a response around a result that is JSON text already, so that a result is serialised once or never.
 *
 * @example encodeResult(1, '{"tools":[]}') // '{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}'
 * @see basic/index#responses
 */
export function encodeResult(id: RequestId, resultJson: string): string {
  return `{"jsonrpc":"2.0","id":${encodeId(id)},"result":${resultJson}}`
}

/**
 * Writes an error response; only `code`, `message` and `data` go out. Without an id it answers a message whose id could
 * not be read.
 *
 * @example encodeFailure(1, { code: -32601, message: 'Unknown method' })
 * @throws TypeError when `data` cannot be JSON (a cycle, a bigint)
 * @see basic/index#error-responses
 */
export function encodeFailure(id: RequestId | undefined, { code, message, data }: WireError): string {
  const error = JSON.stringify({ code, message, data })
  return `{"jsonrpc":"2.0",${id === undefined ? '' : `"id":${encodeId(id)},`}"error":${error}}`
}

/**
 * Writes a notification.
 *
 * @example encodeNotification('notifications/cancelled', { requestId: 1 })
 * @throws TypeError when `params` cannot be JSON (a cycle, a bigint)
 * @see basic/index#notifications
 */
export function encodeNotification(method: string, params?: object): string {
  return `{"jsonrpc":"2.0",${encodeCall(method, params)}`
}

/**
 * Writes a request.
 *
 * @example encodeRequest(1, 'server/discover', { _meta })
 * @throws TypeError when `params` cannot be JSON (a cycle, a bigint)
 * @see basic/index#requests
 */
export function encodeRequest(id: RequestId, method: string, params?: object): string {
  return `{"jsonrpc":"2.0","id":${encodeId(id)},${encodeCall(method, params)}`
}

const encodeCall = (method: string, params: object | undefined): string =>
  `"method":${JSON.stringify(method)}${params === undefined ? '' : `,"params":${JSON.stringify(params)}`}}`

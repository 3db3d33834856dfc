import type { WireError } from '../call/index.ts'
import { isObject, type RequestId } from '../protocol/index.ts'
import { findExcess } from './depth.ts'

/** Deepest nesting of arrays and objects in one message. */
export const MAX_DEPTH = 200

/** Most values in one message that a server reads, unless it is told otherwise. */
export const MAX_VALUES = 100_000

/** Most values in one message that a client reads, unless it is told otherwise: an answer may hold a table. */
export const MAX_REPLY_VALUES = 1_000_000

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
  /** It was not even read, since it holds too much. */
  readonly isExcessive?: boolean
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
  const excess = findExcess(text, MAX_DEPTH, maxValues)
  if (excess !== undefined) {
    const most = excess === 'levels' ? MAX_DEPTH : maxValues
    const message = `The message holds too many ${excess}: at most ${most} are read.`
    return { ...invalid('parse_error', message), isExcessive: true }
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return invalid('parse_error', 'The message is not valid JSON.')
  }
  return readMessage(value)
}

function readMessage(message: unknown): Parsed {
  if (Array.isArray(message)) {
    return invalid('invalid_request', 'Batches are not part of this protocol: send each message by itself.')
  }
  if (!isObject(message)) return invalid('invalid_request', 'A message must be a JSON object.')
  const { jsonrpc, method, params = {}, result, error } = message
  const id = isId(message.id) ? message.id : undefined
  if (jsonrpc !== '2.0') return must('jsonrpc', 'be "2.0"', id)
  if (method === undefined && (result === undefined) === (error === undefined)) {
    return invalid('invalid_request', 'A message must have one of the members method, result and error.', id)
  }
  // JSON-RPC 2.0 §5 has peers answer with a null id when they could not read ours.
  const mayLackId = message.id === undefined || (message.id === null && method === undefined && error !== undefined)
  if (id === undefined && !mayLackId) {
    return must('id', `be a string of at most ${maxIdLength} characters or an integer of at most 53 bits`)
  }
  if (method !== undefined) {
    if (typeof method !== 'string') return must('method', 'be a string', id)
    if (!isObject(params)) return must('params', 'be an object', id, 'invalid_params')
    return id === undefined ? { kind: 'notification', method, params } : { kind: 'request', id, method, params }
  }
  if (error !== undefined) {
    if (isWireError(error)) return { kind: 'failure', id, error }
    return must('error', 'have an integer code and a string message', id)
  }
  if (!isObject(result)) return must('result', 'be an object', id)
  return id === undefined ? must('id', 'be that of a request') : { kind: 'response', id, result }
}

const invalid = (code: InvalidMessage['code'], message: string, id?: RequestId): InvalidMessage => ({
  kind: 'invalid',
  code,
  message,
  id,
})

const must = (
  member: string,
  what: string,
  id?: RequestId,
  code: InvalidMessage['code'] = 'invalid_request',
): InvalidMessage => invalid(code, `The member ${member} must ${what}.`, id)

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

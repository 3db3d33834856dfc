/** JSON-RPC number and HTTP status of every error that may leave. (basic#error-codes) */
export const PROTOCOL_ERRORS = {
  parse_error: { number: -32700, status: 400 },
  invalid_request: { number: -32600, status: 400 },
  method_not_found: { number: -32601, status: 404 },
  invalid_params: { number: -32602, status: 200 },
  /** The request does not describe itself: a reserved `_meta` field is missing or wrong. */
  invalid_meta: { number: -32602, status: 400 },
  internal_error: { number: -32603, status: 200 },
  header_mismatch: { number: -32020, status: 400 },
  missing_client_capability: { number: -32021, status: 400 },
  unsupported_version: { number: -32022, status: 400 },
  /** Not defined by the spec, so outside its reserved range. */
  unauthorized: { number: 401, status: 401 },
  forbidden: { number: 403, status: 403 },
  too_many_requests: { number: 429, status: 429 },
  /** Who the caller is or may do cannot be found out now, so nothing is done. */
  unavailable: { number: 503, status: 503 },
  /** A number this system does not know, received from a peer. */
  other: { number: 0, status: 200 },
} as const

export type ProtocolErrorCode = keyof typeof PROTOCOL_ERRORS

/**
 * For the peer: the request cannot be answered as it stands. Clients throw what the server sent.
 *
 * @example
 * throw new ProtocolError('invalid_params', 'Unknown cursor. List again from the start.')
 * @see basic#error-codes
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
  readonly code: ProtocolErrorCode
  /** The JSON-RPC number, as sent or as received. */
  readonly number: number
  readonly data: unknown

  constructor(
    code: ProtocolErrorCode,
    message: string,
    options: { data?: unknown; number?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.number = options.number ?? PROTOCOL_ERRORS[code].number
    this.data = options.data
  }
}

/**
 * For the model: shown to it as the tool's result with `isError`. Made by `fail()`; thrown by the typed calls of a client.
 *
 * @example
 * const said = await notes.tools.search({ query: '' }).catch((error) => { if (error instanceof ToolError) return error.message; throw error })
 * @see server/tools#error-handling
 */
export class ToolError extends Error {
  override readonly name: string = 'ToolError'
}

/**
 * The person declined or dismissed a question that a handler asked. Uncaught, it is shown to the model.
 *
 * @example
 * try { await visit('pay', page) } catch (error) { if (error instanceof DeclinedError) release(berth); throw error }
 * @see client/elicitation#response-actions
 */
export class DeclinedError extends ToolError {
  override readonly name = 'DeclinedError'
  readonly key: string
  readonly action: 'decline' | 'cancel'

  constructor(key: string, action: 'decline' | 'cancel') {
    super(action === 'decline' ? `The user declined to answer "${key}".` : `The user dismissed the question "${key}".`)
    this.key = key
    this.action = action
  }
}

/**
 * For the transport: the caller may not do this. HTTP answers 401 or 403 with a challenge naming every scope that the call takes.
 *
 * @example
 * throw new AuthorizationError('insufficient_scope', 'Permission missing: notes:write.', ['notes:write'])
 * @see basic/authorization#error-handling, RFC 6750 §3
 */
export class AuthorizationError extends Error {
  override readonly name = 'AuthorizationError'
  readonly code: 'missing_token' | 'invalid_token' | 'insufficient_scope'
  readonly scopes: readonly string[]
  /** A word for those who keep account: `expired`, `audience`. */
  readonly reason: string | undefined

  constructor(code: AuthorizationError['code'], message: string, scopes: readonly string[] = [], reason?: string) {
    super(message)
    this.code = code
    this.scopes = scopes
    this.reason = reason
  }
}

export type ConnectionErrorCode =
  | 'timeout'
  | 'aborted'
  | 'disconnected'
  | 'unavailable'
  | 'bad_reply'
  | 'too_many_rounds'

/**
 * For the local caller only: the peer did not say this, so it cannot be mistaken for its answer.
 *
 * @example
 * const isSlow = (error: unknown) => error instanceof ConnectionError && error.code === 'timeout'
 */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  readonly code: ConnectionErrorCode
  /** Milliseconds after which it is worth another try, where the other side said so. */
  readonly retryAfterMs: number | undefined

  constructor(code: ConnectionErrorCode, message: string, options?: { cause?: unknown; retryAfterMs?: number }) {
    super(message, options)
    this.code = code
    this.retryAfterMs = options?.retryAfterMs
  }
}

/** The peer answered with something that this protocol does not know. */
export function badReply(message: string, cause?: unknown): ConnectionError {
  return new ConnectionError('bad_reply', message, { cause })
}

/**
 * For the author, when the module loads: the definition of a server cannot work. Each `id` has a section in docs/errors.md.
 *
 * @example
 * expect(() => app.server({ tools: { 'find notes': search } })).toThrow(DefinitionError) // id: 'bad-name'
 */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError'
  readonly id: string

  constructor(id: string, message: string, options?: { cause?: unknown }) {
    super(`${message} (docs/errors.md#${id})`, options)
    this.id = id
  }
}

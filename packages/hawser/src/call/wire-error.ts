import { AuthorizationError, PROTOCOL_ERRORS, ProtocolError, type ProtocolErrorCode } from './error.ts'
import type { Log } from './log.ts'

/** An error as JSON-RPC carries it. (basic#error-responses) */
export interface WireError {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

/** An error on its way out: what the peer sees, and the HTTP status that goes with it. */
export interface Outgoing {
  readonly error: WireError
  readonly status: number
}

/** Where an unexpected error happened, for the operator. */
export interface Place {
  readonly method?: string
  readonly name?: string
}

/** The one way out for errors: strangers get a reference, the operator gets the cause. */
export function toWireError(error: unknown, log: Log, place: Place = {}): Outgoing {
  if (error instanceof ProtocolError) {
    const { message, number: code, data } = error
    return {
      error: data === undefined ? { code, message } : { code, message, data },
      status: PROTOCOL_ERRORS[error.code].status,
    }
  }
  if (error instanceof AuthorizationError) {
    const { number, status } = PROTOCOL_ERRORS[error.code === 'insufficient_scope' ? 'forbidden' : 'unauthorized']
    return {
      error: { code: number, message: error.message, data: { requiredScopes: error.scopes } },
      status,
    }
  }
  return {
    error: {
      code: PROTOCOL_ERRORS.internal_error.number,
      message: reportInternal(error, log, place),
    },
    status: 500,
  }
}

/** Logs an unexpected error and returns the sentence that may be shown instead of it. */
export function reportInternal(error: unknown, log: Log, place: Place = {}): string {
  const ref = createRef()
  log({
    level: 'error',
    message: error instanceof Error ? error.message : String(error),
    ref,
    ...place,
    cause: error,
  })
  return `Internal error (ref ${ref})`
}

const REF_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Crockford base32 without look-alikes, so that a reference can be read aloud. */
function createRef(): string {
  let ref = ''
  for (const byte of crypto.getRandomValues(new Uint8Array(6))) ref += REF_ALPHABET[byte & 31]
  return ref
}

const CODES = new Map<number, ProtocolErrorCode>(
  (
    [
      'parse_error',
      'invalid_request',
      'method_not_found',
      'invalid_params',
      'internal_error',
      'header_mismatch',
      'missing_client_capability',
      'unsupported_version',
      'unauthorized',
      'forbidden',
    ] as const
  ).map((code) => [PROTOCOL_ERRORS[code].number, code]),
)

/** The one way in for errors that a peer sent. */
export function fromWireError(error: WireError): ProtocolError {
  return new ProtocolError(CODES.get(error.code) ?? 'other', error.message, {
    number: error.code,
    data: error.data,
  })
}

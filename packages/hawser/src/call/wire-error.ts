import { AuthorizationError, PROTOCOL_ERRORS, ProtocolError, type ProtocolErrorCode } from './error.ts'
import { guardLog, type Log } from './log.ts'
import { markReceived } from './received.ts'

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

/** The one way out for errors: strangers get a reference, the operator gets the cause. Never throws, whatever was thrown. */
export function toWireError(error: unknown, log: Log, place: Place = {}): Outgoing {
  try {
    if (error instanceof ProtocolError) {
      const { message, number, data } = error
      const code = isReserved(number) ? PROTOCOL_ERRORS[error.code].number : number
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
  } catch {
    // A proxy that does not even say what it is: unexpected, like all that follows.
  }
  return {
    error: {
      code: PROTOCOL_ERRORS.internal_error.number,
      message: reportInternal(error, log, place),
    },
    status: 500,
  }
}

/** Numbers that only the specification gives out; what a peer of an earlier revision sent does not pass on. (basic#error-codes) */
function isReserved(number: number): boolean {
  const isDefined = Object.values(PROTOCOL_ERRORS).some((known) => known.number === number)
  return number >= -32099 && number <= -32000 && !isDefined
}

/** Strangers choose methods and names, and the log is not theirs to fill. */
const MAX_PLACE = 256

/** Logs an unexpected error and returns the sentence that may be shown instead of it. */
export function reportInternal(error: unknown, log: Log, place: Place = {}): string {
  const ref = createRef()
  // Also the log of a service written by hand must not take the answer with it.
  guardLog(log)({
    level: 'error',
    message: describeThrown(error),
    ref,
    method: place.method?.slice(0, MAX_PLACE),
    name: place.name?.slice(0, MAX_PLACE),
    cause: error,
  })
  return `Internal error (ref ${ref})`
}

/** Anything can be thrown: an object without a prototype has no text, and a getter or a proxy may throw in turn. */
function describeThrown(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error)
  } catch {
    return 'Something was thrown that cannot be described.'
  }
}

const REF_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Crockford base32 without look-alikes, so that a reference can be read aloud. */
function createRef(): string {
  let ref = ''
  for (const byte of crypto.getRandomValues(new Uint8Array(6))) ref += REF_ALPHABET[byte & 31]
  return ref
}

/** What earlier revisions answer for a resource that does not exist. (server/resources#error-handling) */
const OLD_NOT_FOUND = -32002

/** The one way in for errors that a peer sent. */
export function fromWireError(error: WireError): ProtocolError {
  const { code: number, message, data } = error
  const codes = Object.keys(PROTOCOL_ERRORS) as ProtocolErrorCode[]
  const wanted = number === OLD_NOT_FOUND ? PROTOCOL_ERRORS.invalid_params.number : number
  // The first of two codes with one number is the more general.
  const code = codes.find((known) => PROTOCOL_ERRORS[known].number === wanted) ?? 'other'
  return markReceived(new ProtocolError(code, message, { number, data }))
}

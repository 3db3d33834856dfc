import { AuthorizationError, ConnectionError, PROTOCOL_ERRORS, ProtocolError, type Reply } from '../call/index.ts'

/** How a call failed, in the words of the semantic conventions. */
export interface Failure {
  readonly attributes: { readonly [name: string]: string }
  readonly message?: string
  /** The fault of this side: kept with its stack. */
  readonly exception?: Error
  /** What the call names may not exist at all. */
  readonly isUnknown?: boolean
  readonly isUnknownMethod?: boolean
}

/** A tool says in its result that it failed; what it says is for the model, and may be the caller's own data. */
export function failureOfReply(reply: Reply): Failure | undefined {
  return 'isError' in reply && reply.isError === true ? { attributes: { 'error.type': 'tool_error' } } : undefined
}

export function failureOf(error: unknown): Failure {
  if (error instanceof ProtocolError) {
    // A call that was one too many was refused before anybody looked whether what it names exists.
    const isUnknownMethod = error.code === 'method_not_found' || error.code === 'too_many_requests'
    return {
      ...coded(error.number),
      message: error.message,
      isUnknown: isUnknownMethod || error.code === 'invalid_params',
      isUnknownMethod,
    }
  }
  if (error instanceof AuthorizationError) {
    const { number } = PROTOCOL_ERRORS[error.code === 'insufficient_scope' ? 'forbidden' : 'unauthorized']
    return { ...coded(number), message: error.message }
  }
  if (error instanceof ConnectionError) return { attributes: { 'error.type': error.code }, message: error.message }
  const exception = error instanceof Error ? error : undefined
  return { attributes: { 'error.type': exception?.name ?? '_OTHER' }, exception }
}

function coded(number: number): Pick<Failure, 'attributes'> {
  return { attributes: { 'error.type': String(number), 'rpc.response.status_code': String(number) } }
}

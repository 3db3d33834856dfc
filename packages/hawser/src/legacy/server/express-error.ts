import { type Log, type Outgoing, ProtocolError, toWireError } from '../../call/index.ts'
import { type ElicitUrl, isObject } from '../../protocol/index.ts'
import { OLD_ERRORS } from '../revisions.ts'

/** A page has to be visited before the call can be made again. (2025-11-25 client/elicitation#url-elicitation-required-error) */
export class UrlElicitationRequired extends ProtocolError {
  constructor(pages: readonly ElicitUrl[]) {
    const elicitations = pages.map((page) => ({ ...page, elicitationId: crypto.randomUUID() }))
    super('invalid_request', 'A page has to be visited first. Open it, then call again.', { data: { elicitations } })
  }
}

/** An error as a client of an earlier revision knows it. */
export function expressError(
  error: unknown,
  log: Log,
  place: { readonly method: string; readonly name?: string },
): Outgoing {
  const outgoing = toWireError(error, log, place)
  const code = oldNumber(error, place.method)
  return code === undefined ? outgoing : { ...outgoing, error: { ...outgoing.error, code } }
}

/** Numbers that mean something else, or nothing, before 2026-07-28. */
function oldNumber(error: unknown, method: string): number | undefined {
  if (!(error instanceof ProtocolError)) return undefined
  if (error instanceof UrlElicitationRequired) return OLD_ERRORS.urlElicitationRequired
  const isMissing = method.startsWith('resources/') && error.code === 'invalid_params'
  if (isMissing && isObject(error.data) && 'uri' in error.data) return OLD_ERRORS.resourceNotFound
  return error.code === 'missing_client_capability' ? INVALID_REQUEST : undefined
}

const INVALID_REQUEST = -32600

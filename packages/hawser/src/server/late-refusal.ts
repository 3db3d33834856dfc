import { AuthorizationError, type Call, isReceived, refuseLate } from '../call/index.ts'
import type { CallToolResult, Meta } from '../protocol/index.ts'
import type { Access } from './access.ts'

/** Of a tool's result: the scopes that the call turned out to take and the caller does not hold. */
const MISSING_SCOPES = 'hawser/missingScopes'

/**
 * What came up while a handler ran, as a refusal that whoever sends it can make a challenge of: it names what the call took so far
 * as well, since many clients ask for the scopes of a challenge alone. Anything else is given back as it is.
 */
export function readRefusal(error: unknown, access: Access, call: Call): unknown {
  if (!(error instanceof AuthorizationError) || isReceived(error)) return error
  const { principal } = call
  // Who is unknown signs in first, whatever is missing.
  const code = principal === undefined ? 'missing_token' : error.code
  const scopes = [...new Set([...access.usedBy(call), ...error.scopes])]
  return new AuthorizationError(code, error.message, scopes, error.reason)
}

/** As above for a tool, with the result that takes its place where a challenge comes too late. */
export function readToolRefusal(error: unknown, access: Access, call: Call, meta: Meta): unknown {
  const refusal = readRefusal(error, access, call)
  if (!(refusal instanceof AuthorizationError) || isReceived(refusal)) return refusal
  const { scopes } = error as AuthorizationError
  const result: CallToolResult = {
    content: [{ type: 'text', text: refusal.message }],
    isError: true,
    _meta: { ...meta, [MISSING_SCOPES]: scopes },
  }
  return refuseLate(refusal, result)
}

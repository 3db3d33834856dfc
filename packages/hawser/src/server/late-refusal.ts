import { AuthorizationError, type Call, isReceived, refuseLate } from '../call/index.ts'
import type { CallToolResult, Meta } from '../protocol/index.ts'
import type { Access } from './access.ts'

/** Of a tool's result: the scopes that the call turned out to take and the caller does not hold. */
export const MISSING_SCOPES = 'hawser/missingScopes'

/**
 * What a handler threw, where that is a refusal as one that can be made a challenge of: it names what the call took so far as well,
 * since many clients ask for the scopes of a challenge alone. Anything else is given back as it is; for scopes that nobody
 * declared, what is wrong with them.
 */
export function readRefusal(error: unknown, access: Access, call: Call): unknown {
  if (!isOwnRefusal(error)) return error
  try {
    const scopes = access.further(call, error.scopes)
    // Who is unknown signs in first, whatever is missing.
    const code = call.principal === undefined ? 'missing_token' : error.code
    return new AuthorizationError(code, error.message, scopes, error.reason)
  } catch (fault) {
    return fault
  }
}

/** As above for a tool, with the result that takes its place where a challenge comes too late. */
export function readToolRefusal(error: unknown, access: Access, call: Call, meta: Meta): unknown {
  const refusal = readRefusal(error, access, call)
  if (!isOwnRefusal(error) || !isOwnRefusal(refusal)) return refusal
  const result: CallToolResult = {
    content: [{ type: 'text', text: refusal.message }],
    isError: true,
    _meta: { ...meta, [MISSING_SCOPES]: error.scopes },
  }
  return refuseLate(refusal, result)
}

/** What another server refused is no refusal of this one. */
export function isOwnRefusal(error: unknown): error is AuthorizationError {
  return error instanceof AuthorizationError && !isReceived(error)
}

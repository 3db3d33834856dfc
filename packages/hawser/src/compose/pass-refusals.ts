import { AuthorizationError, type Interceptor, ProtocolError } from '../call/index.ts'
import { isObject } from '../protocol/index.ts'

/**
 * Has what a mounted server refuses for lack of a scope be refused by the server that mounts it, with a challenge: right where both take
 * the same tokens and mean the same by each scope, as servers of one file do.
 */
export const passRefusals: Interceptor = (next) => async (call) => {
  try {
    return await next(call)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    const { code, message, data } = error
    if (code !== 'forbidden' && code !== 'unauthorized') throw error
    const required = isObject(data) ? data['requiredScopes'] : undefined
    const scopes = Array.isArray(required) ? required.filter((scope) => typeof scope === 'string') : []
    throw new AuthorizationError(code === 'forbidden' ? 'insufficient_scope' : 'invalid_token', message, scopes)
  }
}

import { type Interceptor, ProtocolError } from '../call/index.ts'
import { isObject } from '../protocol/index.ts'

/**
 * Sends a request once more when the server refused its revision and yet lists it among those it speaks.
 * (basic/versioning#protocol-version-negotiation)
 */
export const agreeVersion: Interceptor = (next) => async (call) => {
  try {
    return await next(call)
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.code !== 'unsupported_version') throw error
    const supported = isObject(error.data) ? error.data['supported'] : undefined
    if (!Array.isArray(supported) || !supported.includes(call.protocolVersion)) throw error
    return next({ ...call })
  }
}

import { isObject } from '../protocol/index.ts'
import { ConnectionError, ProtocolError } from './error.ts'

/** Milliseconds that the other side asked to be left alone for, if it did. */
export function retryAfterOf(error: unknown): number | undefined {
  if (error instanceof ConnectionError) return error.retryAfterMs
  if (!(error instanceof ProtocolError)) return undefined
  if (error.code !== 'too_many_requests' && error.code !== 'unavailable') return undefined
  const wanted = isObject(error.data) ? error.data['retryAfterMs'] : undefined
  return typeof wanted === 'number' && wanted >= 0 ? wanted : undefined
}

/** The refusal of a call that is one too many; the message is the same for everybody. */
export function tooManyRequests(message: string, retryAfterMs?: number): ProtocolError {
  const data = retryAfterMs === undefined ? undefined : { retryAfterMs: Math.ceil(retryAfterMs) }
  return new ProtocolError('too_many_requests', message, { data })
}

/** The refusal of a call about which nobody can tell now, because somebody who has to be asked does not answer. */
export function unavailable(message: string, retryAfterMs: number, cause: unknown): ProtocolError {
  return new ProtocolError('unavailable', message, { data: { retryAfterMs }, cause })
}

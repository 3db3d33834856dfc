import type { Reply } from './call.ts'
import type { AuthorizationError } from './error.ts'

/** Kept beside the errors: only those who write an answer know whether it is too late for a challenge. */
const replies = new WeakMap<object, Reply>()

/** Notes what is answered in place of a refusal where it cannot be a challenge any more: on a stream that began, or over stdio. */
export function refuseLate(refusal: AuthorizationError, reply: Reply): AuthorizationError {
  replies.set(refusal, reply)
  return refusal
}

/** What is answered in place of an error that comes too late for a challenge, if it is such a one. */
export function lateReplyOf(error: unknown): Reply | undefined {
  return typeof error === 'object' && error !== null ? replies.get(error) : undefined
}

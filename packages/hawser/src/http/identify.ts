import { AuthorizationError, type Principal, ProtocolError, type Service } from '../call/index.ts'
import { failureReply } from './answer.ts'
import type { HttpReply, HttpRequest } from './message.ts'

/** Milliseconds before the same is said again. */
const QUIET_MS = 2_000

/** Notes on a request who sent it, by its head alone; the answer when it goes no further. Never throws and never rejects. */
export type Identify = (request: HttpRequest) => HttpReply | undefined | Promise<HttpReply | undefined>

/** Only a header is looked at: a token in the address, a cookie or a form is none. (basic/authorization#token-requirements) */
export function createIdentify(service: Service): Identify {
  const { auth } = service
  if (auth === undefined) return () => undefined
  const unknown = new AuthorizationError('missing_token', 'Sign in first.', auth.baseline)
  // Made once, since strangers can ask for it at any rate.
  const refusal = failureReply(undefined, unknown, service, {})

  /** Said once for all who are refused meanwhile: strangers can be it at any rate. */
  let quietUntil = 0
  const refuse = (error: unknown): HttpReply => {
    if (error instanceof AuthorizationError) auth.refused(error)
    else if (error instanceof ProtocolError && Date.now() >= quietUntil) {
      quietUntil = Date.now() + QUIET_MS
      service.log({ level: 'error', message: 'Nobody can be signed in now.', cause: error.cause })
    }
    return failureReply(undefined, error, service, {})
  }
  const note = (request: HttpRequest, principal: Principal | undefined): HttpReply | undefined => {
    request.principal = principal
    if (principal !== undefined || !auth.isClosed) return undefined
    auth.refused(unknown)
    return refusal
  }
  return (request) => {
    try {
      const found = auth.authenticate(request.header('authorization'), request)
      return found instanceof Promise
        ? found.then((principal) => note(request, principal)).catch(refuse)
        : note(request, found)
    } catch (error) {
      return refuse(error)
    }
  }
}

import {
  AuthorizationError,
  ConnectionError,
  type ConnectionErrorCode,
  ProtocolError,
  type ProtocolErrorCode,
} from '../../call/index.ts'
import { SignInError, type SignInProblem } from '../../auth/client/sign-in-error.ts'
import type { RoleMethods } from '../role.ts'
import { WaitingError, type WaitingProblem } from './waiting-error.ts'

/** What an object returns: errors lose their class on the way, so they travel as data. */
export type Packed<T> = { readonly value: T } | { readonly failure: Failure }

type Failure =
  | { kind: 'protocol'; message: string; code: ProtocolErrorCode; number: number; data: unknown }
  | { kind: 'connection'; message: string; code: ConnectionErrorCode; retryAfterMs: number | undefined }
  | { kind: 'sign in'; message: string; problem: SignInProblem; scopes: readonly string[] }
  | { kind: 'authorization'; message: string; code: AuthorizationError['code']; scopes: readonly string[] }
  | { kind: 'waiting'; message: string; problem: WaitingProblem }
  | { kind: 'TypeError' | 'RangeError' | 'other'; message: string }

/** The same methods, which do not throw. */
export const packAll = (methods: object): RoleMethods =>
  Object.fromEntries(
    Object.entries(methods).map(([name, run]: [string, (...args: readonly never[]) => unknown]) => [
      name,
      async (...args: readonly never[]): Promise<Packed<unknown>> => {
        try {
          return { value: await run(...args) }
        } catch (error) {
          return { failure: packError(error) }
        }
      },
    ]),
  )

/** @throws What was thrown there. */
export function unpack<T>(packed: Packed<T>): T {
  if ('value' in packed) return packed.value
  throw unpackError(packed.failure)
}

function packError(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof ProtocolError) {
    const { code, number, data } = error
    return { kind: 'protocol', message, code, number, data }
  }
  if (error instanceof ConnectionError) {
    const { code, retryAfterMs } = error
    return { kind: 'connection', message, code, retryAfterMs }
  }
  if (error instanceof SignInError) return { kind: 'sign in', message, problem: error.problem, scopes: error.scopes }
  if (error instanceof AuthorizationError)
    return { kind: 'authorization', message, code: error.code, scopes: error.scopes }
  if (error instanceof WaitingError) return { kind: 'waiting', message, problem: error.problem }
  if (error instanceof TypeError) return { kind: 'TypeError', message }
  return { kind: error instanceof RangeError ? 'RangeError' : 'other', message }
}

function unpackError(failure: Failure): Error {
  const { message } = failure
  switch (failure.kind) {
    case 'protocol':
      return new ProtocolError(failure.code, message, { number: failure.number, data: failure.data })
    case 'connection': {
      const { retryAfterMs } = failure
      return new ConnectionError(failure.code, message, retryAfterMs === undefined ? {} : { retryAfterMs })
    }
    case 'sign in':
      return new SignInError(failure.problem, message, { scopes: failure.scopes })
    case 'authorization':
      return new AuthorizationError(failure.code, message, failure.scopes)
    case 'waiting':
      return new WaitingError(failure.problem, message)
    case 'TypeError':
      return new TypeError(message)
    case 'RangeError':
      return new RangeError(message)
    case 'other':
      return new Error(message)
  }
}

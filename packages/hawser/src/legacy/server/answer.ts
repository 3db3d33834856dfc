import { AuthorizationError, type Log } from '../../call/index.ts'
import type { ProgressToken } from '../../protocol/index.ts'
import { encodeFailure, type ParsedRequest } from '../../wire/json-rpc.ts'
import { expressError } from './express-error.ts'

/** Where the messages go that belong to one request. */
export interface Channel {
  readonly send: (json: string) => void
  /**
   * For what the client can do without, if it does not keep up; `key` tells the reports of one progress apart from others.
   */
  readonly offer: (json: string, key?: ProgressToken) => void
  /** Whether the answer may still be a refusal of HTTP; never where this is left out. */
  readonly canChallenge?: (() => boolean) | undefined
}

/** The answer to one request, as JSON. */
export interface Answer {
  readonly json: string
  /** What HTTP answers with a challenge. */
  readonly refusal?: AuthorizationError | undefined
  readonly isFailure?: boolean
}

/** The answer to a request that failed. Never throws. */
export function answerFailure({ id, method, params }: ParsedRequest, error: unknown, log: Log): Answer {
  const name = params['name'] ?? params['uri']
  const place = { method, ...(typeof name === 'string' && { name }) }
  const refusal = error instanceof AuthorizationError ? error : undefined
  try {
    return { json: encodeFailure(id, expressError(error, log, place).error), refusal, isFailure: true }
  } catch (cause) {
    // Its data cannot be JSON.
    return { json: encodeFailure(id, expressError(cause, log, place).error), isFailure: true }
  }
}

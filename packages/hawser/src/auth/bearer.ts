import { AuthorizationError } from '../call/index.ts'

/** Longest token that is looked at, in characters. Node reads 16 KiB of headers in all. */
const MAX_TOKEN = 8_192

/** (RFC 6750 §2.1) */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/

/**
 * The token of an `Authorization` header; `undefined` without one. Several headers arrive joined with a comma, which no token
 * holds, and credentials of another kind are not taken for none: who sends them does not mean to be a stranger.
 *
 * @throws AuthorizationError `invalid_token`
 */
export function readBearer(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  if (header.length <= MAX_TOKEN + 16) {
    const space = header.indexOf(' ')
    const token = header.slice(space).trim()
    const isBearer = header.slice(0, space).toLowerCase() === 'bearer'
    if (isBearer && token.length <= MAX_TOKEN && TOKEN.test(token)) return token
  }
  throw refuse('malformed')
}

const SENTENCES = {
  malformed: 'The Authorization header holds no Bearer token that can be read.',
  invalid: 'The access token is not valid here.',
  expired: 'The access token is not valid any more, or not yet.',
  issuer: 'The access token is from another issuer.',
  audience: 'The access token is for another resource.',
  bound: 'The access token is bound to a key that was not shown.',
} as const

/** The refusal of a token, in words that are the same for everybody. */
export function refuse(reason: keyof typeof SENTENCES): AuthorizationError {
  return new AuthorizationError('invalid_token', SENTENCES[reason], [], reason)
}

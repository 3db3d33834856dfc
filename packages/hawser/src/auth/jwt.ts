import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { ProtocolError } from '../call/index.ts'
import { refuse } from './bearer.ts'
import type { Claims } from './claims.ts'

/** What tokens may be signed with; never a shared secret, never nothing. */
export const ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519', 'RS256', 'PS256', 'ES384', 'ES512', 'RS384', 'RS512'] as const
/** A way to sign, as a token names it. (RFC 7518 §3.1) */
export type Algorithm = (typeof ALGORITHMS)[number]

export interface JwtRules {
  readonly issuer: string
  readonly algorithms: readonly Algorithm[]
  /** Of the header: an access token and nothing else that the issuer signs. (RFC 9068 §4) */
  readonly types: readonly string[]
  readonly skewMs: number
}

/**
 * Checks that the issuer signed a token, which kind it is, and its times; what it says of its purpose is checked by who asks.
 *
 * @throws AuthorizationError `invalid_token`; ProtocolError `unavailable` when there are no keys to be had.
 */
export async function verifyJwt(token: string, keys: JWTVerifyGetKey, rules: JwtRules): Promise<Claims> {
  const { issuer, types, skewMs } = rules
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer,
      algorithms: [...rules.algorithms],
      clockTolerance: skewMs / 1000,
    })
    if (!isOneOf(types, protectedHeader.typ)) throw refuse('invalid')
    return payload
  } catch (error) {
    throw explain(error)
  }
}

/** Media types are compared without case, and `application/` may be left out. (RFC 7515 §4.1.9) */
function isOneOf(types: readonly string[], typ: string | undefined): boolean {
  const plain = (typ ?? '').toLowerCase().replace(/^application\//, '')
  return types.some((type) => type.toLowerCase() === plain)
}

function explain(error: unknown): unknown {
  if (error instanceof ProtocolError || !(error instanceof errors.JOSEError)) return error
  if (error instanceof errors.JWTExpired) return refuse('expired')
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'iss') return refuse('issuer')
    if (error.claim === 'nbf') return refuse('expired')
  }
  return refuse('invalid')
}

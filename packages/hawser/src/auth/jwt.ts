import { errors, type JWTVerifyGetKey, type JWTVerifyResult, jwtVerify } from 'jose'
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

/** Checks one token by the keys of its issuer. */
export type VerifyJwt = (token: string, keys: JWTVerifyGetKey) => Promise<Claims>

/**
 * Makes what checks that the issuer signed a token, which kind it is, and its times; what it says of its purpose is checked by who
 * asks. The signature is the last thing that costs: all the rest is some ten microseconds.
 *
 * @throws AuthorizationError `invalid_token`; ProtocolError `unavailable` when there are no keys to be had.
 */
export function createVerifier({ issuer, algorithms, types, skewMs }: JwtRules): VerifyJwt {
  const options = { issuer, algorithms: [...algorithms], clockTolerance: skewMs / 1000 }
  const wanted = new Set(types.map((type) => type.toLowerCase()))
  const check = ({ payload, protectedHeader }: JWTVerifyResult): Claims => {
    if (!wanted.has(plainType(protectedHeader.typ))) throw refuse('invalid')
    return payload
  }
  const fail = (error: unknown): never => {
    throw explain(error)
  }
  return (token, keys) => jwtVerify(token, keys, options).then(check, fail)
}

/** Media types are compared without case, and `application/` may be left out. (RFC 7515 §4.1.9) */
function plainType(typ: string | undefined): string {
  return (typ ?? '').toLowerCase().replace(/^application\//, '')
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

import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import type { Client } from './client.ts'
import { CLOCK_TOLERANCE } from './clock.ts'
import type { Core } from './core.ts'

/** Of signatures with a public key only: a shared key would let this server sign for the client. */
export const ASSERTION_ALGORITHMS = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'PS256', 'PS384', 'PS512', 'RS256']
/** Seconds from now until which an assertion may say that it is good. */
const MAX_LIFETIME = 300
const MAX_ID = 256
/** Each names a key in the message itself. */
const KEY_HEADERS = ['jku', 'jwk', 'x5u', 'x5c'] as const

/** Whether the client signed this for us, now and for the first time. (RFC 7523 section 3) */
export async function checkAssertion(core: Core, client: Client, assertion: string): Promise<boolean> {
  const { jwks } = client
  if (!jwks) return false
  try {
    const header = decodeProtectedHeader(assertion)
    if (KEY_HEADERS.some((name) => Object.hasOwn(header, name))) return false
    const now = core.now()
    const { payload } = await jwtVerify(assertion, createLocalJWKSet(jwks), {
      algorithms: ASSERTION_ALGORITHMS,
      issuer: client.id,
      subject: client.id,
      // The issuer is right; clients from before that was settled name the endpoint.
      audience: [core.issuer, core.url('/token')],
      requiredClaims: ['exp', 'jti'],
      clockTolerance: CLOCK_TOLERANCE,
      currentDate: new Date(now),
    })
    const { aud, exp = 0, jti = '' } = payload
    const isForUsAlone = typeof aud === 'string' || aud?.length === 1
    const isShort = exp * 1000 <= now + (MAX_LIFETIME + CLOCK_TOLERANCE) * 1000
    if (!isForUsAlone || !isShort || typeof jti !== 'string' || jti === '' || jti.length > MAX_ID) return false
    const key = await core.digest('once', JSON.stringify(['client', client.id, jti]))
    return await core.store.once(key, (exp + CLOCK_TOLERANCE) * 1000, now)
  } catch (error) {
    if (isJoseError(error)) return false
    throw error
  }
}

/** Whether the token is at fault, and not the machine. */
export const isJoseError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('ERR_J')

import {
  createLocalJWKSet,
  decodeProtectedHeader,
  jwtVerify,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose'
import type { Client } from './client.ts'
import { CLOCK_TOLERANCE } from './clock.ts'
import type { Core } from './core.ts'
import { isFirstUse } from './first-use.ts'

/** Of signatures with a public key only: a shared key would let this server sign for the client. */
export const ASSERTION_ALGORITHMS = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'PS256', 'PS384', 'PS512', 'RS256']
/** Seconds from now until which an assertion may say that it is good. */
const MAX_LIFETIME = 300
const MAX_ID = 256
/** Each names a key in the message itself. */
const KEY_HEADERS = ['jku', 'jwk', 'x5u', 'x5c'] as const

/** The keys of a client, made ready once. */
const keySets = new WeakMap<JSONWebKeySet, JWTVerifyGetKey>()

function keySetOf(jwks: JSONWebKeySet): JWTVerifyGetKey {
  const known = keySets.get(jwks)
  if (known) return known
  const made = createLocalJWKSet(jwks)
  keySets.set(jwks, made)
  return made
}

/** Whether the client signed this for us, now and for the first time. (RFC 7523 section 3) */
export async function checkAssertion(core: Core, client: Client, assertion: string): Promise<boolean> {
  const now = core.now()
  const payload = await readAssertion(core, client, assertion, now).catch(() => undefined)
  if (!payload) return false
  const { aud, exp = 0, jti } = payload
  const isForUsAlone = typeof aud === 'string' || aud?.length === 1
  const isShort = exp * 1000 <= now + (MAX_LIFETIME + CLOCK_TOLERANCE) * 1000
  if (!isForUsAlone || !isShort || typeof jti !== 'string' || jti === '' || jti.length > MAX_ID) return false
  return isFirstUse(core, ['client', client.id, jti], (exp + CLOCK_TOLERANCE) * 1000, now)
}

/** Rejects for whatever is wrong with the assertion or with the keys, which are the client's as well. */
async function readAssertion(
  core: Core,
  { id, jwks }: Client,
  assertion: string,
  now: number,
): Promise<JWTPayload | undefined> {
  const header = decodeProtectedHeader(assertion)
  if (!jwks || KEY_HEADERS.some((name) => Object.hasOwn(header, name))) return undefined
  const { payload } = await jwtVerify(assertion, keySetOf(jwks), {
    algorithms: ASSERTION_ALGORITHMS,
    issuer: id,
    subject: id,
    // The issuer is right; clients from before that was settled name the endpoint.
    audience: [core.issuer, core.url('/token')],
    requiredClaims: ['exp', 'jti'],
    clockTolerance: CLOCK_TOLERANCE,
    currentDate: new Date(now),
  })
  return payload
}

import { base64url, decodeJwt, decodeProtectedHeader, errors, type JWSHeaderParameters } from 'jose'
import { refuse } from './bearer.ts'
import type { Claims } from './claims.ts'
import { unavailable } from './kept.ts'
import type { KeySource } from './key-source.ts'

/** What tokens may be signed with; never a shared secret, never nothing. */
export const ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519', 'RS256', 'PS256', 'ES384', 'ES512', 'RS384', 'RS512'] as const
/** A way to sign, as a token names it. (RFC 7518 §3.1) */
export type Algorithm = (typeof ALGORITHMS)[number]

/** Whether a key made this signature of a text; throws or rejects where it cannot have. The key is one for this algorithm. */
export type VerifySignature = (
  algorithm: Algorithm,
  key: CryptoKey,
  signature: Uint8Array,
  text: string,
) => boolean | Promise<boolean>

export interface JwtRules {
  readonly algorithms: readonly Algorithm[]
  /** Of the header: an access token and nothing else that the issuer signs. (RFC 9068 §4) */
  readonly types: readonly string[]
}

/** Checks one token by the keys of its issuer. */
export type VerifyJwt = (token: string, keys: KeySource) => Promise<Claims>

/** (RFC 7518 §3.3) */
const MIN_RSA_BITS = 2_048

interface Header {
  readonly encoded: string
  readonly header: JWSHeaderParameters
  readonly algorithm: Algorithm
}

/**
 * Makes what checks that a key of the issuer signed a token, and which kind it is; what the token says is checked by who asks. `jose`
 * reads the token and finds the key; nothing of what was signed is read before the signature was checked, which is the runtime's work.
 *
 * @throws AuthorizationError `invalid_token`; ProtocolError `unavailable` when there are no keys to be had.
 * @see RFC 7515 §5.2
 */
export function createVerifier({ algorithms, types }: JwtRules, verifySignature: VerifySignature): VerifyJwt {
  const allowed = new Map<unknown, Algorithm>(algorithms.map((algorithm) => [algorithm, algorithm]))
  const wanted = new Set(types.map((type) => type.toLowerCase()))

  const readHeader = (token: string, encoded: string): Header => {
    const header = orRefuse(() => decodeProtectedHeader(token))
    const algorithm = allowed.get(header.alg)
    // No extension is known here, so none that has to be understood is. (RFC 7515 §4.1.11)
    if (algorithm === undefined || header.crit !== undefined || !wanted.has(plainType(header.typ)))
      throw refuse('invalid')
    return { encoded, header, algorithm }
  }
  /** Tokens that are signed with one key have one header. */
  let last: Header | undefined

  return async (token, keys) => {
    const [head, , tail, more] = token.split('.', 4)
    if (head === undefined || tail === undefined || more !== undefined) throw refuse('invalid')
    if (last?.encoded !== head) last = readHeader(token, head)
    const { header, algorithm } = last
    const signature = orRefuse(() => base64url.decode(tail))
    const key = await keys(header).catch(refuseUnknown)
    checkStrength(key)
    const signed = token.slice(0, token.lastIndexOf('.'))
    if (!(await verify(verifySignature, algorithm, key, signature, signed))) throw refuse('invalid')
    const claims: Claims = orRefuse(() => decodeJwt(token))
    if (claims['iat'] !== undefined && typeof claims['iat'] !== 'number') throw refuse('invalid')
    return claims
  }
}

function orRefuse<T>(read: () => T): T {
  try {
    return read()
  } catch {
    throw refuse('invalid')
  }
}

/** There is no such key, or more than one; that nobody can be asked is another matter. */
function refuseUnknown(error: unknown): never {
  throw error instanceof errors.JOSEError ? refuse('invalid') : error
}

function checkStrength({ algorithm }: CryptoKey): void {
  if (!algorithm.name.startsWith('RSA')) return
  if (!('modulusLength' in algorithm) || !(Number(algorithm.modulusLength) >= MIN_RSA_BITS))
    throw unavailable(new Error(`A key of the issuer has less than ${MIN_RSA_BITS} bits.`))
}

/** What a runtime cannot even begin to verify is not signed. */
async function verify(verifySignature: VerifySignature, ...what: Parameters<VerifySignature>): Promise<boolean> {
  try {
    return await verifySignature(...what)
  } catch {
    return false
  }
}

/** Media types are compared without case, and `application/` may be left out. (RFC 7515 §4.1.9) */
function plainType(typ: unknown): string {
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : ''
}

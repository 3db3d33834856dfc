import { createLocalJWKSet, importJWK, type CryptoKey, type JWK, type JWTVerifyGetKey } from 'jose'
import { encodeBase64Url } from './base64url.ts'
import type { Core } from './core.ts'
import { lazy } from './lazy.ts'
import type { StoredKey } from './store.ts'

/** What a token is signed with. */
export interface SigningKey {
  readonly kid: string
  readonly alg: string
  readonly key: CryptoKey
}

/** The keys of an authorization server. */
export interface Keys {
  readonly current: () => Promise<SigningKey>
  /** All whose signatures are good, and those that will sign next. */
  readonly published: () => Promise<readonly JWK[]>
  /** The published key that a token names. */
  readonly find: JWTVerifyGetKey
}

const ALGORITHM = 'ES256'
/** Both of a signature that nobody can forge with what is published. (RFC 9068 section 2.1, RFC 8037) */
const ALGORITHMS: ReadonlySet<string> = new Set(['ES256', 'EdDSA', 'Ed25519'])
const MINUTE = 60_000
const DAY = 86_400_000
/** How long another process may sign on with what it read. */
const REREAD = MINUTE
/** A key is published this long before it signs, and the longest token lives as long after. */
const OVERLAP = DAY
const MAX_ATTEMPTS = 10

/**
 * Makes, publishes and rotates keys by itself. They lie in the store, their private halves sealed; processes that share the
 * store agree on them.
 */
export function storedKeys(core: Pick<Core, 'store' | 'seal' | 'open' | 'now' | 'tell'>, period: number): Keys {
  let read: { readonly at: number; readonly keys: Promise<readonly StoredKey[]> } | undefined
  let found: { readonly of: readonly StoredKey[]; readonly find: JWTVerifyGetKey } | undefined
  const opened = new Map<string, Promise<CryptoKey>>()

  const load = async (): Promise<readonly StoredKey[]> => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const now = core.now()
      const keys = await core.store.readKeys(now)
      const newest = keys.at(-1)
      if (newest && newest.signsFrom + period - OVERLAP > now) return keys
      const signsFrom = newest ? Math.max(newest.signsFrom + period, now + OVERLAP / 2) : now
      const made = await createKey(core, signsFrom, signsFrom + period + OVERLAP)
      // Whoever lost takes the key of the one that won.
      if (await core.store.addKey(made, newest?.kid, now)) await core.tell({ type: 'key.rotated', reason: made.kid })
    }
    throw new Error(`The store gave no signing key in ${MAX_ATTEMPTS} attempts.`)
  }
  const keys = (): Promise<readonly StoredKey[]> => {
    const now = core.now()
    if (!read || Math.abs(now - read.at) >= REREAD) {
      read = { at: now, keys: load() }
      read.keys.catch(() => (read = undefined))
    }
    return read.keys
  }
  const open = (stored: StoredKey): Promise<CryptoKey> => {
    const known = opened.get(stored.kid)
    if (known) return known
    // Old ones are not asked for again.
    opened.clear()
    const key = openKey(core, stored)
    key.catch(() => opened.delete(stored.kid))
    opened.set(stored.kid, key)
    return key
  }

  return {
    current: async () => {
      const now = core.now()
      const all = await keys()
      const signing = all.findLast(({ signsFrom }) => signsFrom <= now) ?? all[0]
      if (!signing) throw new Error('There is no key to sign with.')
      return { kid: signing.kid, alg: ALGORITHM, key: await open(signing) }
    },
    published: async () => {
      const now = core.now()
      return (await keys()).filter(({ expiresAt }) => expiresAt > now).map(toPublicJwk)
    },
    find: async (header, token) => {
      const all = await keys()
      if (found?.of !== all) found = { of: all, find: createLocalJWKSet({ keys: all.map(toPublicJwk) }) }
      return found.find(header, token)
    },
  }
}

const toPublicJwk = ({ publicJwk }: StoredKey): JWK => JSON.parse(publicJwk) as JWK

async function createKey({ seal }: Pick<Core, 'seal'>, signsFrom: number, expiresAt: number): Promise<StoredKey> {
  // As jose would; its own functions for that bring along what knows every other kind of key.
  const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ])
  const { crv, d, kty, x, y } = await crypto.subtle.exportKey('jwk', privateKey)
  const publicJwk = { crv, kty, x, y }
  // A thumbprint: these members, in this order. (RFC 7638 §3.2)
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(publicJwk)))
  const kid = encodeBase64Url(new Uint8Array(digest))
  const sealedPrivateJwk = await seal('signing-key', JSON.stringify({ ...publicJwk, d }), kid)
  return {
    kid,
    signsFrom,
    expiresAt,
    publicJwk: JSON.stringify({ ...publicJwk, kid, alg: ALGORITHM, use: 'sig' }),
    sealedPrivateJwk,
  }
}

async function openKey({ open }: Pick<Core, 'open'>, { kid, sealedPrivateJwk }: StoredKey): Promise<CryptoKey> {
  const text = await open('signing-key', sealedPrivateJwk, kid)
  if (text === undefined) {
    throw new Error(
      'The stored signing keys were sealed with another secret. Add that one at the end of secret, or use an empty store.',
    )
  }
  return (await importJWK(JSON.parse(text) as JWK, ALGORITHM)) as CryptoKey
}

/**
 * Keys that the operator keeps elsewhere. The first signs; the others are published, so that what they signed stays good.
 *
 * @throws TypeError for a key that cannot sign, naming its place.
 */
export function givenKeys(jwks: readonly JWK[]): Keys {
  for (const [at, { alg, d, kid }] of jwks.entries()) {
    if (alg === undefined || !ALGORITHMS.has(alg))
      throw new TypeError(`keys[${at}].alg is ES256 or EdDSA; it is ${alg}.`)
    if (d === undefined) throw new TypeError(`keys[${at}] has no private half.`)
    if (kid === undefined) throw new TypeError(`keys[${at}] has no kid.`)
  }
  const [first] = jwks
  if (!first) throw new TypeError('keys is empty; leave it out to have keys made.')
  const { kid = '', alg = ALGORITHM } = first
  const key = lazy(async () => ({ kid, alg, key: (await importJWK(first, alg)) as CryptoKey }))
  const published = jwks.map(publicHalf)
  return { current: key, published: async () => published, find: createLocalJWKSet({ keys: published }) }
}

const publicHalf = ({ kty, crv, x, y, kid, alg }: JWK): JWK => ({ kty, crv, x, y, kid, alg, use: 'sig' })

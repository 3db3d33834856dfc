import { Buffer } from 'node:buffer'
import { constants, hash, KeyObject, verify } from 'node:crypto'
import type { Algorithm } from '../auth/jwt.ts'
import { type AuthCrypto, authCrypto as apart } from '../auth/web-crypto.ts'
import { toDer } from './ecdsa-der.ts'

/** The hashes of algorithms whose signatures take less time to check than to hand to another thread; EdDSA has its own. */
const AT_ONCE: ReadonlyMap<Algorithm, string | undefined> = new Map([
  ['ES256', 'sha256'],
  ['EdDSA', undefined],
  ['Ed25519', undefined],
  ['RS256', 'sha256'],
  ['RS384', 'sha384'],
  ['RS512', 'sha512'],
  ['PS256', 'sha256'],
])
/** Bits of a key of RSA beyond which that is not so. */
const MAX_BITS = 4_096

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }

interface Key {
  readonly key: KeyObject
  readonly isLong: boolean
}

const keys = new WeakMap<CryptoKey, Key>()

function keyOf(cryptoKey: CryptoKey): Key {
  const known = keys.get(cryptoKey)
  if (known !== undefined) return known
  const key = KeyObject.from(cryptoKey)
  const made = { key, isLong: (key.asymmetricKeyDetails?.modulusLength ?? 0) > MAX_BITS }
  keys.set(cryptoKey, made)
  return made
}

/** At once: Web Crypto hands even a digest of half a microsecond to another thread, which takes fifteen and more. */
export const authCrypto: AuthCrypto = {
  digest: (text) => hash('sha256', text, 'base64'),
  verifySignature: (algorithm, cryptoKey, signature, text) => {
    const { key, isLong } = keyOf(cryptoKey)
    if (isLong || !AT_ONCE.has(algorithm)) return apart.verifySignature(algorithm, cryptoKey, signature, text)
    const encoded = algorithm === 'ES256' ? toDer(signature, 32) : signature
    const how = algorithm === 'PS256' ? { key, ...PSS } : key
    return encoded !== undefined && verify(AT_ONCE.get(algorithm), Buffer.from(text), how, encoded)
  },
}

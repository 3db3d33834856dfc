import { decodeBase64Url, encodeBase64Url, encodeLong } from './base64url.ts'
import { lazy } from './lazy.ts'
import type { Purpose } from './secrets.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const IV_BYTES = 12
const MAC = { name: 'HMAC', hash: 'SHA-256', length: 256 }
const CIPHER = { name: 'AES-GCM', length: 256 }

/** What comes of one secret: keys for each purpose, by HKDF. */
export interface SecretKeys {
  /** HMAC-SHA-256, in base64url. */
  readonly digest: (purpose: Purpose, text: string) => Promise<string>
  /** AES-GCM. */
  readonly seal: (purpose: Purpose, text: string, context: string) => Promise<string>
  /** `undefined` for what was not sealed for this purpose and context. */
  readonly open: (purpose: Purpose, sealed: string, context: string) => Promise<string | undefined>
  /** Sealed under a key that only who knows `opener` can make, so that the store and the server's secret alone do not open it. */
  readonly sealFor: (opener: string, text: string) => Promise<string>
  readonly openWith: (opener: string, sealed: string) => Promise<string | undefined>
}

/** Nothing is made before it is asked for: Workers have neither randomness nor anything that waits while modules load. */
export function createSecretKeys(reveal: () => string): SecretKeys {
  const root = lazy(() => crypto.subtle.importKey('raw', encoder.encode(reveal()), 'HKDF', false, ['deriveKey']))
  const macKeys = new Map<Purpose, Promise<CryptoKey>>()
  const sealKeys = new Map<Purpose, Promise<CryptoKey>>()
  const macKey = (purpose: Purpose): Promise<CryptoKey> =>
    remembered(macKeys, purpose, async () => deriveKey(await root(), `mac ${purpose}`, MAC, ['sign']))
  const sealKey = (purpose: Purpose): Promise<CryptoKey> =>
    remembered(sealKeys, purpose, async () =>
      deriveKey(await root(), `seal ${purpose}`, CIPHER, ['encrypt', 'decrypt']),
    )
  const mac = async (purpose: Purpose, text: string): Promise<ArrayBuffer> =>
    crypto.subtle.sign('HMAC', await macKey(purpose), encoder.encode(text))
  /** From the secret and the opener: neither is enough. An opener is a token, of which each has its own key. */
  const openerKey = async (opener: string): Promise<CryptoKey> =>
    crypto.subtle.importKey('raw', await mac('refresh-response', opener), 'AES-GCM', false, ['encrypt', 'decrypt'])
  return {
    digest: async (purpose, text) => encodeBase64Url(new Uint8Array(await mac(purpose, text))),
    seal: async (purpose, text, context) => encrypt(await sealKey(purpose), text, context),
    open: async (purpose, sealed, context) => decrypt(await sealKey(purpose), sealed, context),
    sealFor: async (opener, text) => encrypt(await openerKey(opener), text, ''),
    openWith: async (opener, sealed) => decrypt(await openerKey(opener), sealed, ''),
  }
}

function remembered<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

const deriveKey = (
  root: CryptoKey,
  info: string,
  algorithm: AesKeyGenParams | HmacKeyGenParams,
  usages: KeyUsage[],
): Promise<CryptoKey> =>
  crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encoder.encode(`hawser oauth ${info}`) },
    root,
    algorithm,
    false,
    usages,
  )

async function encrypt(key: CryptoKey, text: string, context: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const parameters = { name: 'AES-GCM', iv, additionalData: encoder.encode(context) }
  const sealed = new Uint8Array(await crypto.subtle.encrypt(parameters, key, encoder.encode(text)))
  return `${encodeBase64Url(iv)}.${encodeLong(sealed)}`
}

async function decrypt(key: CryptoKey, sealed: string, context: string): Promise<string | undefined> {
  const [iv = '', body = ''] = sealed.split('.', 2)
  try {
    const parameters = { name: 'AES-GCM', iv: decodeBase64Url(iv), additionalData: encoder.encode(context) }
    return decoder.decode(await crypto.subtle.decrypt(parameters, key, decodeBase64Url(body)))
  } catch {
    return undefined
  }
}

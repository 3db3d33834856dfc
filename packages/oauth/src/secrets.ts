/** One key for each: what was made for one purpose is worth nothing for another. */
export type Purpose =
  | 'address'
  | 'browser'
  | 'client-secret'
  | 'code'
  | 'consent'
  | 'login'
  | 'once'
  | 'refresh'
  | 'refresh-response'
  | 'signing-key'
  | 'transaction'
  | 'upstream'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const INSPECT = Symbol.for('nodejs.util.inspect.custom')
const REDACTED = '[secret]'
const IV_BYTES = 12

/** A value that says itself to nobody who logs, prints or serialises it. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The only way to the value. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  [INSPECT](): string {
    return REDACTED
  }
}

/** 256 bits that nobody can guess, in base64url. */
export const randomSecret = (): string => encodeBase64Url(crypto.getRandomValues(new Uint8Array(32)))

export const encodeBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

const decodeBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))

/** What a server does with the one secret that it is given: keys for each purpose come from it by HKDF. */
export interface Secrets {
  /** HMAC-SHA-256, in base64url. */
  readonly digest: (purpose: Purpose, secret: string) => Promise<string>
  /** AES-GCM. */
  readonly seal: (purpose: Purpose, text: string, context: string) => Promise<string>
  /** `undefined` for what this server did not seal for this purpose and context. */
  readonly open: (purpose: Purpose, sealed: string, context: string) => Promise<string | undefined>
  /** Sealed under a key that only who knows `opener` can make, so that the store and the server's secret alone do not open it. */
  readonly sealFor: (opener: string, text: string) => Promise<string>
  readonly openWith: (opener: string, sealed: string) => Promise<string | undefined>
}

/**
 * Nothing is made before it is asked for: Workers have neither randomness nor anything that waits while modules load.
 *
 * @param secret At least 32 characters, the same for all processes that share a store; one of its own when left out.
 */
export function createSecrets(secret: Secret | undefined): Secrets {
  const root = lazy(() => {
    const material = encoder.encode(secret === undefined ? randomSecret() : secret.reveal())
    return crypto.subtle.importKey('raw', material, 'HKDF', false, ['deriveKey'])
  })
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
  /** From the server's secret and the opener: neither is enough. An opener is a token, of which each has its own key. */
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

const MAC = { name: 'HMAC', hash: 'SHA-256', length: 256 }
const CIPHER = { name: 'AES-GCM', length: 256 }

/** Makes a value when it is first asked for. */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
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

/** Arguments of a call are bounded; a sealed answer is a few kilobytes, but nothing here says so. */
function encodeLong(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Compares digests, whose first difference tells nothing about the secrets. */
export const equalDigests = (one: string, other: string): boolean => {
  let difference = one.length ^ other.length
  for (let at = 0; at < one.length; at++) difference |= one.charCodeAt(at) ^ other.charCodeAt(at)
  return difference === 0
}

const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const
const KEY_BYTES = 32

/** Keys of one secret: one for each tenant's arguments, and one that seals heads. */
export interface AuditKeys {
  readonly forArguments: (tenant: string) => Promise<Uint8Array<ArrayBuffer>>
  readonly forHeads: () => Promise<Uint8Array<ArrayBuffer>>
}

/** Most keys of tenants that are kept; others are derived anew. */
const MAX_TENANTS = 1_000

/**
 * Derives the keys of an audit log from its secret. (RFC 5869)
 *
 * @throws RangeError for a secret of less than 32 bytes.
 */
export function createAuditKeys(secret: string | Uint8Array): AuditKeys {
  const bytes = new Uint8Array(typeof secret === 'string' ? new TextEncoder().encode(secret) : secret)
  if (bytes.length < KEY_BYTES) {
    throw new RangeError(
      `The key of an audit log has ${bytes.length} bytes; it needs ${KEY_BYTES}. Make one with \`openssl rand -base64 48\`.`,
    )
  }
  let root: Promise<CryptoKey> | undefined
  const derive = async (purpose: string, tenant: string): Promise<Uint8Array<ArrayBuffer>> => {
    root ??= crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveBits'])
    const info = new TextEncoder().encode(JSON.stringify(['hawser audit 1', purpose, tenant]))
    const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(KEY_BYTES), info }
    return new Uint8Array(await crypto.subtle.deriveBits(algorithm, await root, KEY_BYTES * 8))
  }
  const tenants = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()
  let heads: Promise<Uint8Array<ArrayBuffer>> | undefined
  return {
    forArguments: (tenant) => {
      const known = tenants.get(tenant)
      if (known !== undefined) return known
      const [oldest] = tenants.keys()
      if (tenants.size >= MAX_TENANTS && oldest !== undefined) tenants.delete(oldest)
      const key = derive('arguments', tenant)
      tenants.set(tenant, key)
      return key
    },
    forHeads: () => (heads ??= derive('heads', '')),
  }
}

/** Keys that were imported: that takes as long as using them. */
const imported = new WeakMap<Uint8Array, Promise<CryptoKey>>()

/** HMAC-SHA-256 in base64url, on every runtime. */
export async function mac(key: Uint8Array<ArrayBuffer>, text: string): Promise<string> {
  let known = imported.get(key)
  if (known === undefined) imported.set(key, (known = crypto.subtle.importKey('raw', key, HMAC, false, ['sign'])))
  return toBase64Url(new Uint8Array(await crypto.subtle.sign('HMAC', await known, new TextEncoder().encode(text))))
}

/** SHA-256 in hexadecimal, on every runtime. */
export async function sha256(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Whether two texts are equal, in a time that tells nothing but their length. */
export function isSame(one: string, other: string): boolean {
  let difference = one.length ^ other.length
  for (let at = 0; at < one.length; at++) difference |= one.charCodeAt(at) ^ other.charCodeAt(at)
  return difference === 0
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

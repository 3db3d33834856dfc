const MIN_SECRET_BYTES = 32
const IV_BYTES = 12
const SALT_BYTES = 16

/** Seals texts that belong to one owner with a key that is derived for that owner alone. */
export interface Sealer {
  /** Names that tell nothing of what they name, one for each secret: the first is given, the others may have been. */
  readonly namesOf: (parts: readonly string[]) => Promise<readonly [string, ...string[]]>
  readonly seal: (text: string, owner: string, id: string) => Promise<string>
  /** `undefined` for what was not sealed for this owner and id, or with a secret that is no longer known. */
  readonly open: (sealed: string, owner: string, id: string) => Promise<string | undefined>
}

/**
 * Makes a sealer of secrets: the first seals, all of them open.
 *
 * @throws RangeError for no secret, or one of less than 32 bytes.
 */
export function createSealer(secrets: readonly (string | Uint8Array)[]): Sealer {
  const bytes = secrets.map((secret) => new Uint8Array(typeof secret === 'string' ? encode(secret) : secret))
  for (const { length } of bytes.length === 0 ? [[]] : bytes) {
    if (length < MIN_SECRET_BYTES)
      throw new RangeError(
        `Credentials are sealed with secrets of ${MIN_SECRET_BYTES} bytes or more; one has ${length}. Make one with \`openssl rand -base64 48\`.`,
      )
  }
  let imported: Promise<readonly CryptoKey[]> | undefined
  const roots = (): Promise<readonly CryptoKey[]> =>
    (imported ??= Promise.all(
      bytes.map((secret) => crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits', 'deriveKey'])),
    ))
  const keyFor = (root: CryptoKey, owner: string, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
    crypto.subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt, info: encode(JSON.stringify(['hawser vault 1', 'seal', owner])) },
      root,
      { name: 'AES-GCM', length: 256 },
      false,
      ['encrypt', 'decrypt'],
    )
  return {
    namesOf: async (parts) => {
      const info = encode(JSON.stringify(['hawser vault 1', 'name', ...parts]))
      const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(SALT_BYTES), info }
      const bits = await Promise.all((await roots()).map((root) => crypto.subtle.deriveBits(algorithm, root, 256)))
      const [first, ...others] = bits.map((each) => toBase64Url(new Uint8Array(each)))
      return [first!, ...others]
    },
    seal: async (text, owner, id) => {
      const [salt, iv] = [random(SALT_BYTES), random(IV_BYTES)]
      const key = await keyFor((await roots())[0]!, owner, salt)
      const algorithm = { name: 'AES-GCM', iv, additionalData: encode(id) }
      const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, encode(text)))
      return [salt, iv, sealed].map(toBase64Url).join('.')
    },
    open: async (sealed, owner, id) => {
      for (const root of await roots()) {
        const opened = await tryOpen(sealed, id, (salt) => keyFor(root, owner, salt)).catch(() => undefined)
        if (opened !== undefined) return opened
      }
      return undefined
    },
  }
}

async function tryOpen(
  sealed: string,
  id: string,
  keyOf: (salt: Uint8Array<ArrayBuffer>) => Promise<CryptoKey>,
): Promise<string | undefined> {
  const [salt, iv, body, ...rest] = sealed.split('.').map(fromBase64Url)
  if (salt === undefined || iv === undefined || body === undefined || rest.length > 0) return undefined
  const algorithm = { name: 'AES-GCM', iv, additionalData: encode(id) }
  return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, await keyOf(salt), body))
}

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
const random = (length: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(length))

function toBase64Url(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
}

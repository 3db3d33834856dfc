import { DefinitionError, type Log } from '../call/index.ts'

/** A key and the public name under which sealed values refer to it. */
export interface SealingKey {
  readonly id: string
  readonly key: CryptoKey
}

/** Keys for sealing what a client keeps for the server. The newest seals; all of them open. */
export interface KeyRing {
  readonly current: () => Promise<SealingKey>
  readonly find: (id: string) => Promise<SealingKey | undefined>
}

const ALGORITHM = 'AES-GCM'
const MIN_SECRET_BYTES = 32

async function importKey(secret: Uint8Array): Promise<SealingKey> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array([...secret, 1])))
  const id = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array([...secret, 2]))).slice(0, 6)
  return {
    id: [...id].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    key: await crypto.subtle.importKey('raw', digest, ALGORITHM, false, ['encrypt', 'decrypt']),
  }
}

/**
 * Keys shared by every process of a deployment. Put the newest secret first and drop old ones after the longest
 * `askExpiry` has passed.
 *
 * @param secrets Each at least 32 bytes of randomness; a string counts in UTF-8 bytes.
 * @throws DefinitionError `short-secret`
 * @example
 * const notes = mcp({ name: 'notes', version: '1.0.0', keys: createKeyRing([process.env.SEAL_KEY]) })
 * @see basic/patterns/mrtr#security-considerations
 */
export function createKeyRing(secrets: readonly (string | Uint8Array)[]): KeyRing {
  if (secrets.length === 0) throw new DefinitionError('short-secret', 'createKeyRing needs at least one secret.')
  const bytes = secrets.map((secret) => (typeof secret === 'string' ? new TextEncoder().encode(secret) : secret))
  for (const [index, secret] of bytes.entries()) {
    if (secret.length < MIN_SECRET_BYTES) {
      throw new DefinitionError(
        'short-secret',
        `Secret ${index + 1} has ${secret.length} bytes; createKeyRing needs at least ${MIN_SECRET_BYTES}. Make one with \`openssl rand -base64 48\`.`,
      )
    }
  }
  let keys: Promise<readonly SealingKey[]> | undefined
  const load = (): Promise<readonly SealingKey[]> => (keys ??= Promise.all(bytes.map(importKey)))
  return {
    current: async () => (await load())[0]!,
    find: async (id) => (await load()).find((key) => key.id === id),
  }
}

/** A random key that lives as long as this process, made when the first question is asked: Workers forbid randomness before. */
export function createProcessKeyRing(log: Log): KeyRing {
  let ring: KeyRing | undefined
  const open = (): KeyRing => {
    if (ring === undefined) {
      ring = createKeyRing([crypto.getRandomValues(new Uint8Array(MIN_SECRET_BYTES))])
      log({
        level: 'info',
        message:
          'Questions are sealed with a key of this process: answers that reach another, or come after a restart, are refused. Share one by `keys: createKeyRing([…])`.',
      })
    }
    return ring
  }
  return { current: () => open().current(), find: (id) => open().find(id) }
}

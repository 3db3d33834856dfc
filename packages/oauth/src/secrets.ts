import { encodeBase64Url } from './base64url.ts'
import { createSecretKeys, type SecretKeys } from './secret-keys.ts'

/** One key for each: what was made for one purpose is worth nothing for another. */
export type Purpose =
  | 'address'
  | 'browser'
  | 'client-secret'
  | 'code'
  | 'consent'
  | 'grants-page'
  | 'login'
  | 'once'
  | 'refresh'
  | 'refresh-response'
  | 'signing-key'
  | 'transaction'
  | 'upstream'

const INSPECT = Symbol.for('nodejs.util.inspect.custom')
const REDACTED = '[secret]'

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

/** What a server does with its secrets: the first makes, and all are tried. So one can take the place of another. */
export interface Secrets extends SecretKeys {
  /** What `look` finds under the digest that one of the secrets makes. */
  readonly find: <T>(purpose: Purpose, text: string, look: Look<T>) => Promise<T | undefined>
  /** Whether one of the secrets makes this digest. */
  readonly isDigestOf: (purpose: Purpose, text: string, digest: string) => Promise<boolean>
  /** One digest for each secret. */
  readonly digests: (purpose: Purpose, text: string) => Promise<readonly string[]>
}

type Look<T> = (digest: string) => T | undefined | Promise<T | undefined>

/** @param secrets At least 32 characters each, the same for all processes that share a store; one of its own when there is none. */
export function createSecrets(secrets: readonly Secret[]): Secrets {
  const [first, ...older] = secrets
  const newest = createSecretKeys(() => first?.reveal() ?? randomSecret())
  const all = [newest, ...older.map((secret) => createSecretKeys(() => secret.reveal()))]

  const firstOf = async <T>(attempt: (keys: SecretKeys) => Promise<T | undefined>): Promise<T | undefined> => {
    for (const keys of all) {
      const found = await attempt(keys)
      if (found !== undefined) return found
    }
    return undefined
  }
  const find: Secrets['find'] = (purpose, text, look) =>
    firstOf(async ({ digest }) => look(await digest(purpose, text)))

  return {
    ...newest,
    open: (purpose, sealed, context) => firstOf(({ open }) => open(purpose, sealed, context)),
    openWith: (opener, sealed) => firstOf(({ openWith }) => openWith(opener, sealed)),
    find,
    isDigestOf: async (purpose, text, wanted) =>
      (await find(purpose, text, (digest) => equalDigests(digest, wanted) || undefined)) ?? false,
    digests: (purpose, text) => Promise.all(all.map(({ digest }) => digest(purpose, text))),
  }
}

/** Compares digests, whose first difference tells nothing about the secrets. */
export const equalDigests = (one: string, other: string): boolean => {
  let difference = one.length ^ other.length
  for (let at = 0; at < one.length; at++) difference |= one.charCodeAt(at) ^ other.charCodeAt(at)
  return difference === 0
}

/** What another service gave to a person, as it is put into a vault. */
export interface CredentialValues {
  readonly accessToken: string
  readonly refreshToken?: string | undefined
  /** Milliseconds since 1970; for ever when left out. */
  readonly expiresAt?: number | undefined
  readonly scopes?: readonly string[] | undefined
}

const INSPECT = Symbol.for('nodejs.util.inspect.custom')
const REDACTED = '[credentials]'

/**
 * Credentials that say themselves to nobody who logs, prints or serialises them: only their members, taken by name, do.
 *
 * @example const { accessToken } = (await vault.get('github')) ?? {}
 */
export class Credentials implements CredentialValues {
  readonly #values: CredentialValues

  constructor(values: CredentialValues) {
    this.#values = values
  }

  get accessToken(): string {
    return this.#values.accessToken
  }
  get refreshToken(): string | undefined {
    return this.#values.refreshToken
  }
  get expiresAt(): number | undefined {
    return this.#values.expiresAt
  }
  get scopes(): readonly string[] | undefined {
    return this.#values.scopes
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

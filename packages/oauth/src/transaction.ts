import type { Client } from './client.ts'

/** Who signed in, as the application's own sign-in says. */
export interface User {
  /** Becomes `sub`: stable and never given to another person. */
  readonly userId: string
  readonly tenant?: string | undefined
  /** Milliseconds since 1970. */
  readonly authTime?: number | undefined
  /** For the consent page only. */
  readonly displayName?: string | undefined
}

/**
 * An authorization request that passed every check, once. What follows trusts this and nothing that a form sends, so that
 * there is one place where a check can be forgotten.
 */
export interface Transaction {
  /** `digest('transaction', handle)`; the handle itself is with the browser only. */
  readonly key: string
  /** `digest('browser', cookie)`: the browser that began is the one that goes on. */
  readonly browserKey: string
  /** Counts the replacements; a step that read an older one has lost. */
  readonly version: number
  /** As it was when the request came. */
  readonly client: Client
  /** As the request named it; for a loopback address with the port of this time. (RFC 8252 section 7.3) */
  readonly redirectUri: string
  /** In the words of the registry. */
  readonly resource: string
  readonly scopes: readonly string[]
  readonly state?: string | undefined
  /** S256. */
  readonly codeChallenge: string
  /** Set by the sign-in. */
  readonly user?: User | undefined
  /** What a step has to remember until the next: no secret in the clear. */
  readonly notes?: Readonly<Record<string, string>> | undefined
  readonly createdAt: number
  readonly expiresAt: number
}

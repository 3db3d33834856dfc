import type { DPoPHandle, TokenEndpointResponse } from 'oauth4webapi'
import type { Visit } from './authorize-by-code.ts'
import type { BoundedFetch } from './bounded-fetch.ts'
import type { KnownClient } from './client-auth.ts'
import type { Found } from './discover.ts'
import type { RegisteredClient } from './identify-client.ts'
import type { Secret } from './secret.ts'
import type { CredentialStore } from './store.ts'

/** All that it takes to get tokens for one server. */
export interface Application {
  readonly found: Found
  readonly scopes: readonly string[]
  readonly store: CredentialStore
  readonly fetch: BoundedFetch
  /** `fetch` for what was not named by the server but in the options. */
  readonly trustedFetch: (address: string) => BoundedFetch
  readonly dpop: DPoPHandle | undefined
  readonly signal: AbortSignal
}

/** What came of asking. */
export interface Obtained {
  readonly response: TokenEndpointResponse
  readonly clientId: string
  /** The client, where it registered itself. */
  readonly registration?: Secret | undefined
}

/**
 * A visit of an issuer's page that another process may finish. Its issuer is the one that was found when it began. It holds secrets, and
 * is used once.
 */
export interface Departure extends Visit {
  readonly found: Found
  readonly scopes: readonly string[]
  readonly redirectUri: string
  readonly clientId: string
  /** The client, where it registered itself. */
  readonly registration?: Secret | undefined
}

/** A way to get tokens. */
export interface Grant {
  /** The only client that will do, where one was registered by hand: tokens of others are not used. */
  readonly client?: Pick<RegisteredClient, 'id' | 'issuer'> | undefined
  /** Whether a person is asked. */
  readonly asksPerson: boolean
  /** Whether there is nobody to be asked. */
  readonly isMute?: boolean | undefined
  readonly obtain: (application: Application) => Promise<Obtained>
  /** Begins what `arrive` finishes, where a person is asked. */
  readonly depart?: (
    application: Application,
    redirectUri: string,
  ) => Promise<{ readonly page: URL; readonly departure: Departure }>
  readonly arrive?: (application: Application, departure: Departure, back: URL) => Promise<Obtained>
  /** The client that tokens were given to, to refresh and revoke them. */
  readonly recall: (found: Found, registration: Secret | undefined) => KnownClient | undefined
}

/** The parameters that every request for a token has: for what, and with which scopes. (RFC 8707 §2, RFC 6749 §3.3) */
export const targetOf = ({
  found,
  scopes,
}: Pick<Application, 'found' | 'scopes'>): Readonly<Record<string, string>> => ({
  resource: found.resource,
  ...(scopes.length > 0 && { scope: scopes.join(' ') }),
})

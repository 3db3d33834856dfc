import type { AccessTokens } from '../access-token.ts'
import type { Client } from '../client.ts'
import { tellClient } from '../client-label.ts'
import type { Core } from '../core.ts'
import type { Failures } from '../failures.ts'
import type { Lifetimes } from '../lifetimes.ts'
import { invalidGrant } from '../oauth-error.ts'
import type { OAuthEvent } from '../events.ts'
import type { OAuthError } from '../oauth-error.ts'
import type { Parameters } from '../parameters.ts'
import type { GrantTokens } from '../grant-token.ts'
import type { Grant } from '../store.ts'

/** RFC 6749 section 5.1. */
export interface TokenResponse {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly refresh_token?: string | undefined
  readonly scope?: string | undefined
}

/** What grants of every type share. */
export interface TokenCore extends Core {
  readonly accessTokens: AccessTokens
  readonly codes: GrantTokens
  readonly refreshTokens: GrantTokens
  readonly lifetimes: Lifetimes
  readonly failures: Failures
  /** Whether the account that a grant is of may still use it. */
  readonly mayContinue: (grant: Grant) => boolean | Promise<boolean>
}

/** Turns what an authenticated client sends into tokens. */
export type GrantHandler = (core: TokenCore, client: Client, form: Parameters) => Promise<TokenResponse>

/** Left out when there is none: the grammar knows no empty one. (RFC 6749 section 3.3) */
export const joinScopes = (scopes: readonly string[]): string | undefined =>
  scopes.length > 0 ? scopes.join(' ') : undefined

/** What an event says of a grant. */
export const eventOf = (grant: Grant | undefined): Omit<OAuthEvent, 'type' | 'at'> => ({
  grantId: grant?.id,
  ...(grant && tellClient(grant.clientId, grant.client)),
  subject: grant?.subject,
  tenant: grant?.tenant,
  resource: grant?.resource,
})

/** Tells why, and nobody but the log. */
export async function refuseGrant(core: Core, client: Client, reason: string, grant?: Grant): Promise<OAuthError> {
  await core.tell({ type: 'token.refused', ...eventOf(grant), clientId: client.id, reason })
  return invalidGrant()
}

/** Ends a grant that somebody else may hold. */
export async function tellRevoked(core: Core, grant: Grant | undefined, reason: string): Promise<void> {
  if (grant) await core.tell({ type: 'grant.revoked', ...eventOf(grant), scopes: grant.scopes, reason })
}

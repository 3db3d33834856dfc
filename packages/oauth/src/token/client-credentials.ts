import { OAuthError } from '../oauth-error.ts'
import { grantableScopes, requestedResource } from '../scopes.ts'
import { issueAlone } from './client-grant.ts'
import type { GrantHandler } from './grant.ts'

/** A token for a program that acts for nobody but itself: one that the operator registered. (RFC 6749 section 4.4) */
export const clientCredentials: GrantHandler = (core, client, form) => {
  if (client.kind !== 'registered' || client.authentication === 'none') {
    throw new OAuthError('unauthorized_client', 'This client cannot act by itself.')
  }
  const resource = requestedResource(form, client, core)
  const scopes = grantableScopes(form.get('scope'), resource, client)
  const holder = { kind: 'client', subject: client.id, tenant: resource.tenant } as const
  return issueAlone(core, client, resource, scopes, holder, 'client_credentials')
}

import type { Client } from '../client.ts'
import { labelOf } from '../client-label.ts'
import { OAuthError } from '../oauth-error.ts'
import type { Resource } from '../resources.ts'
import { nameGrant, type Grant } from '../store.ts'
import { eventOf, joinScopes, type TokenCore, type TokenResponse } from './grant.ts'

/** A grant that lasts as long as its one token, and is stored so that it can be revoked. */
export async function issueAlone(
  core: TokenCore,
  client: Client,
  resource: Resource,
  scopes: readonly string[],
  holder: Pick<Grant, 'kind' | 'subject' | 'tenant'>,
  grantType: string,
): Promise<TokenResponse> {
  const now = core.now()
  const grant: Grant = {
    id: nameGrant(core.store, holder.subject),
    clientId: client.id,
    client: labelOf(client),
    ...holder,
    resource: resource.resource,
    scopes,
    createdAt: now,
    expiresAt: now + resource.tokenLifetime,
  }
  const { token, id, expiresIn } = await core.accessTokens.issue(grant, scopes)
  if (!(await core.store.addGrant(grant, undefined, now))) {
    throw new OAuthError('temporarily_unavailable', 'Try again in some minutes.', 503)
  }
  await core.tell({ type: 'token.issued', ...eventOf(grant), scopes, tokenId: id, grantType })
  return { access_token: token, token_type: 'Bearer', expires_in: expiresIn, scope: joinScopes(scopes) }
}

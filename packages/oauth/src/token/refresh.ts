import { invalidRequest, OAuthError } from '../oauth-error.ts'
import { admitsTenant } from '../resources.ts'
import { checkSameResource, readScopes } from '../scopes.ts'
import { eventOf, joinScopes, refuseGrant, tellRevoked, type GrantHandler, type TokenResponse } from './grant.ts'

/**
 * New tokens for a refresh token, which is used up by that. Its answer is sealed beside the successor: whoever presents the
 * same token once more within the grace gets the same answer, for answers get lost and processes share tokens. Otherwise a
 * second use means that two hold the token, and ends the grant. (RFC 9700 section 4.14.2)
 */
export const refreshToken: GrantHandler = async (core, client, form) => {
  const presented = form.get('refresh_token')
  if (presented === undefined) throw invalidRequest('refresh_token is missing.')
  const token = await core.refreshTokens.read(presented)
  if (!token) throw await refuseGrant(core, client, 'unknown_token')
  const now = core.now()
  const grant = await core.store.readGrant(token.grantId, now)
  if (!grant) throw await refuseGrant(core, client, 'no_grant')
  if (grant.clientId !== client.id) throw await refuseGrant(core, client, 'wrong_client', grant)
  checkSameResource(form, grant.resource, core)
  const asked = readScopes(form.get('scope'))
  if (asked?.some((scope) => !grant.scopes.includes(scope))) {
    throw new OAuthError('invalid_scope', 'A scope goes beyond what was granted.')
  }
  const resource = core.resources.find(grant.resource)
  if (!resource || !admitsTenant(resource, grant.tenant) || !(await core.mayContinue(grant))) {
    await core.store.revokeGrants({ grantId: grant.id })
    await tellRevoked(core, grant, 'account')
    throw await refuseGrant(core, client, 'account', grant)
  }

  const scopes = asked ?? grant.scopes
  const [access, next] = await Promise.all([core.accessTokens.issue(grant, scopes), core.refreshTokens.issue(grant.id)])
  const response: TokenResponse = {
    access_token: access.token,
    token_type: 'Bearer',
    expires_in: access.expiresIn,
    refresh_token: next.token,
    scope: joinScopes(scopes),
  }
  const sealedResponse = await core.sealFor(presented, JSON.stringify(response))
  const successor = { key: next.key, expiresAt: now + core.lifetimes.refresh, sealedResponse }
  const rotation = await core.store.rotateRefresh(grant.id, token.key, successor, now, core.lifetimes.grace)
  if (rotation.ok === true) {
    await core.tell({ type: 'token.refreshed', ...eventOf(grant), scopes, tokenId: access.id })
    return response
  }
  if (rotation.ok === 'again') {
    const again = await core.openWith(presented, rotation.sealedResponse)
    const answered = again === undefined ? undefined : (JSON.parse(again) as TokenResponse)
    // What was answered is not widened for who asks for less.
    const fits = answered?.scope?.split(' ').every((scope) => scopes.includes(scope)) ?? true
    if (answered && fits) return answered
    throw await refuseGrant(core, client, 'other_scope', grant)
  }
  if (rotation.why === 'reused') await core.tell({ type: 'token.refresh_reuse', ...eventOf(grant) })
  await tellRevoked(core, rotation.grant, rotation.why)
  throw await refuseGrant(core, client, `token_${rotation.why}`, grant)
}

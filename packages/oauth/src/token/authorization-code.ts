import { encodeBase64Url } from '../base64url.ts'
import { checkSameResource } from '../scopes.ts'
import { eventOf, joinScopes, refuseGrant, tellRevoked, type GrantHandler } from './grant.ts'
import { invalidRequest } from '../oauth-error.ts'

/** RFC 7636 section 4.1. */
const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/

/**
 * A code for tokens, once. Who presents it is checked before it is used up; a wrong verifier uses it up, for it is tried by
 * nobody but who stole the code.
 */
export const redeemCode: GrantHandler = async (core, client, form) => {
  const presented = form.get('code')
  if (presented === undefined) throw invalidRequest('code is missing.')
  const [known, challenge] = await Promise.all([core.codes.read(presented), challengeOf(form.get('code_verifier'))])
  const code = known && (await core.store.readCode(known.key))
  if (!code) throw await refuseGrant(core, client, 'unknown_code')
  if (code.clientId !== client.id) throw await refuseGrant(core, client, 'wrong_client')
  if ((form.get('redirect_uri') ?? code.redirectUri) !== code.redirectUri) {
    throw await refuseGrant(core, client, 'wrong_redirect_uri')
  }
  const now = core.now()
  const granted = await core.store.readGrant(code.grantId, now)
  if (granted) checkSameResource(form, granted.resource, core)
  if (challenge !== code.codeChallenge) {
    const revoked = await core.store.revokeGrants({ grantId: code.grantId })
    await tellRevoked(core, revoked[0], 'wrong_verifier')
    throw await refuseGrant(core, client, 'wrong_verifier', revoked[0])
  }

  const refresh = client.grants.includes('refresh_token') ? await core.refreshTokens.issue(code.grantId) : undefined
  const redemption = await core.store.redeemCode(
    code.key,
    refresh && { key: refresh.key, expiresAt: now + core.lifetimes.refresh },
    now,
  )
  if (!redemption.ok) {
    if (redemption.why === 'replayed')
      await core.tell({ type: 'code.replayed', ...eventOf(redemption.grant), clientId: client.id })
    await tellRevoked(core, redemption.grant, redemption.why)
    throw await refuseGrant(core, client, `code_${redemption.why}`, redemption.grant)
  }
  const { grant } = redemption
  const { token, id, expiresIn } = await core.accessTokens.issue(grant, grant.scopes)
  await core.tell({
    type: 'token.issued',
    ...eventOf(grant),
    scopes: grant.scopes,
    tokenId: id,
    grantType: 'authorization_code',
  })
  return {
    access_token: token,
    token_type: 'Bearer',
    expires_in: expiresIn,
    refresh_token: refresh?.token,
    scope: joinScopes(grant.scopes),
  }
}

async function challengeOf(verifier: string | undefined): Promise<string | undefined> {
  if (verifier === undefined || !VERIFIER.test(verifier)) return undefined
  return encodeBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))))
}

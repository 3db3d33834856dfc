import { jwtVerify, SignJWT, type JWTPayload } from 'jose'
import type { Core } from './core.ts'
import type { Keys } from './keys.ts'
import { invalidGrant } from './oauth-error.ts'
import { admitsTenant } from './resources.ts'
import type { Grant } from './store.ts'
import { joinScopes } from './token/grant.ts'

const TYPE = 'at+jwt'

export interface IssuedToken {
  readonly token: string
  readonly id: string
  /** Seconds. */
  readonly expiresIn: number
}

/** What an access token of this server says. (RFC 9068 section 2.2) */
export interface TokenClaims extends JWTPayload {
  readonly client_id: string
  readonly scope?: string
  /** The grant, to ask whether it is still alive. */
  readonly gid: string
  readonly tid?: string
}

export interface AccessTokens {
  /** @throws OAuthError `invalid_grant` when the resource is gone, or of another tenant than the grant. */
  readonly issue: (grant: Grant, scopes: readonly string[]) => Promise<IssuedToken>
  /** `undefined` for everything that is not a token of this server which is good now. */
  readonly read: (token: string) => Promise<TokenClaims | undefined>
}

export function createAccessTokens(core: Core, keys: Keys): AccessTokens {
  return {
    issue: async (grant, scopes) => {
      const now = core.now()
      const resource = core.resources.find(grant.resource)
      if (!resource || !admitsTenant(resource, grant.tenant)) throw invalidGrant()
      const expiresAt = Math.min(now + resource.tokenLifetime, grant.expiresAt)
      const { kid, alg, key } = await keys.current()
      const id = crypto.randomUUID()
      const token = await new SignJWT({
        client_id: grant.clientId,
        scope: joinScopes(scopes),
        gid: grant.id,
        tid: grant.tenant,
        auth_time: grant.authTime === undefined ? undefined : seconds(grant.authTime),
      })
        .setProtectedHeader({ alg, kid, typ: TYPE })
        .setIssuer(core.issuer)
        .setSubject(grant.subject)
        .setAudience(grant.resource)
        .setIssuedAt(seconds(now))
        .setExpirationTime(seconds(expiresAt))
        .setJti(id)
        .sign(key)
      return { token, id, expiresIn: seconds(expiresAt - now) }
    },

    read: async (token) => {
      try {
        const { payload } = await jwtVerify<TokenClaims>(token, keys.find, {
          issuer: core.issuer,
          typ: TYPE,
          algorithms: ['ES256', 'EdDSA', 'Ed25519'],
          requiredClaims: ['sub', 'aud', 'client_id', 'gid', 'exp', 'jti'],
          currentDate: new Date(core.now()),
        })
        return payload
      } catch {
        return undefined
      }
    },
  }
}

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000)

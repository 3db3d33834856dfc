import type { IDToken } from 'oauth4webapi'
import { Secret } from '../secrets.ts'
import type { User } from '../transaction.ts'
import { identityProvider, type ProviderOptions } from './identity-provider.ts'
import { loginWith } from './login-elsewhere.ts'
import type { LoginMethod } from './login.ts'

export interface UpstreamLoginOptions extends ProviderOptions {
  /** As people know it: "You sign in with …". */
  readonly name: string
  /** Who a person is here, or `undefined` for somebody who may not use this server; their `sub` unless given. */
  readonly user?: (claims: IDToken) => User | undefined | Promise<User | undefined>
}

/**
 * Has an OpenID provider sign people in, after they saw what they are asked for and allowed it.
 *
 * @example
 * createOAuth({ login: upstreamLogin({ name: 'Contoso', issuer: 'https://login.contoso.com', clientId, clientSecret }), … })
 */
export function upstreamLogin({ name, clientSecret, user, ...provider }: UpstreamLoginOptions): LoginMethod {
  const secret = clientSecret === undefined ? undefined : new Secret(clientSecret)
  return loginWith({
    name,
    origin: new URL(provider.issuer).origin,
    connect: (redirectUri, now) => identityProvider(provider, secret, redirectUri, now),
    user: (claims, now) => (user ? user(claims) : userOf(claims, now)),
  })
}

const userOf = ({ sub, name, email, auth_time: authTime }: IDToken, now: number): User => ({
  userId: sub,
  displayName: typeof email === 'string' ? email : typeof name === 'string' ? name : sub,
  authTime: authTime === undefined ? now : authTime * 1000,
})

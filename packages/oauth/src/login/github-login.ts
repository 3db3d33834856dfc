import { Secret } from '../secrets.ts'
import type { User } from '../transaction.ts'
import { gitHub, GITHUB, type GitHubAccount, type GitHubApp } from './github.ts'
import { loginWith } from './login-elsewhere.ts'
import type { LoginMethod } from './login.ts'

export interface GitHubLoginOptions extends GitHubApp {
  readonly clientSecret: string
  /**
   * Who an account is here, or `undefined` for one that may not use this server. Anybody can have an account, so there is no
   * default. Tell accounts by `id`: what was one's `login` may be another's tomorrow.
   */
  readonly user: (account: GitHubAccount) => User | undefined | Promise<User | undefined>
}

/**
 * Has GitHub sign people in, after they saw what they are asked for and allowed it. Register `<issuer>/login/callback` with an OAuth
 * app or a GitHub App; no permission of it is used.
 *
 * @throws TypeError without an id or a secret of the app.
 * @example
 * const team = new Set([583231])
 * const user = ({ id, login }: GitHubAccount) => (team.has(id) ? { userId: `${id}`, displayName: login } : undefined)
 * createOAuth({ login: githubLogin({ clientId, clientSecret, user }), … })
 */
export function githubLogin({ clientSecret, user, ...app }: GitHubLoginOptions): LoginMethod {
  if (app.clientId === '' || clientSecret === '') {
    throw new TypeError(
      'githubLogin needs the client id and a client secret of an app: https://github.com/settings/developers',
    )
  }
  const secret = new Secret(clientSecret)
  return loginWith({ name: 'GitHub', origin: GITHUB, connect: (redirectUri) => gitHub(app, secret, redirectUri), user })
}

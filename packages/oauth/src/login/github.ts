import * as oauth from 'oauth4webapi'
import { isObject } from '../register/client-metadata.ts'
import type { Secret } from '../secrets.ts'
import { type IdentityProvider, TIMEOUT } from './identity-provider.ts'

/** What GitHub says of an account. */
export interface GitHubAccount {
  /** Never given to another account. */
  readonly id: number
  /** The name that people see. It can be changed, and somebody else may then take it. */
  readonly login: string
}

export interface GitHubApp {
  readonly clientId: string
  /** In place of the global `fetch`. */
  readonly fetch?: typeof fetch
}

export const GITHUB = 'https://github.com'

/** GitHub publishes no metadata: this is what its documentation says. */
const SERVER: oauth.AuthorizationServer = {
  issuer: GITHUB,
  authorization_endpoint: `${GITHUB}/login/oauth/authorize`,
  token_endpoint: `${GITHUB}/login/oauth/access_token`,
}
const ACCOUNT = 'https://api.github.com/user'
/** GitHub refuses who does not say what it is, as `fetch` of Workers does not. */
const HEADERS = { accept: 'application/vnd.github+json', 'user-agent': 'hawser', 'x-github-api-version': '2022-11-28' }

/**
 * The code flow of GitHub with PKCE and state. It gives no ID token, so the account is read with the access token, which is
 * good for public data only and forgotten afterwards.
 *
 * @see https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 */
export function gitHub(
  { clientId, fetch: send = fetch }: GitHubApp,
  secret: Secret,
  redirectUri: string,
): IdentityProvider<GitHubAccount> {
  const client: oauth.Client = { client_id: clientId }

  return {
    leave: async ({ state, verifier }, selectAccount) => {
      const target = new URL(`${GITHUB}/login/oauth/authorize`)
      target.search = new URLSearchParams({
        client_id: clientId,
        redirect_uri: redirectUri,
        state,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...(selectAccount && { prompt: 'select_account' }),
      }).toString()
      return target
    },

    arrive: async (answer, { state, verifier }) => {
      const callback = oauth.validateAuthResponse(SERVER, client, answer, state)
      const proof = oauth.ClientSecretPost(secret.reveal())
      const response = await oauth.authorizationCodeGrantRequest(
        SERVER,
        client,
        proof,
        callback,
        redirectUri,
        verifier,
        { signal: AbortSignal.timeout(TIMEOUT), [oauth.customFetch]: (url, init) => send(url, init) },
      )
      const { access_token: token } = await oauth.processAuthorizationCodeResponse(SERVER, client, response)
      const account = await send(ACCOUNT, {
        headers: { ...HEADERS, authorization: `Bearer ${token}` },
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT),
      })
      if (account.status !== 200) throw new TypeError(`${ACCOUNT} answered ${account.status}`)
      return readAccount(await account.json())
    },
  }
}

function readAccount(account: unknown): GitHubAccount {
  if (!isObject(account)) throw new TypeError(`${ACCOUNT} answered no object`)
  const { id, login } = account
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id <= 0 || typeof login !== 'string' || login === '') {
    throw new TypeError(`${ACCOUNT} answered no account`)
  }
  return { id, login }
}

import * as oauth from 'oauth4webapi'
import type { Secret } from '../secrets.ts'

export interface ProviderOptions {
  /** The issuer of the OpenID provider, as its metadata says it. */
  readonly issuer: string
  readonly clientId: string
  /** Left out for a public client. */
  readonly clientSecret?: string
  /** Scopes to ask the provider for; `openid profile email` unless given. */
  readonly scope?: string
  /** In place of the global `fetch`. */
  readonly fetch?: typeof fetch
}

/** What the browser keeps, sealed, between leaving for the provider and coming back. */
export interface Trip {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** `Claims` are what a provider says of who signed in. */
export interface IdentityProvider<Claims> {
  /** Where to send the browser. */
  readonly leave: (trip: Trip, selectAccount: boolean) => Promise<URL>
  /** What the answer says of the person. Throws for an answer that is not the provider's or not to this trip. */
  readonly arrive: (answer: URLSearchParams, trip: Trip) => Promise<Claims>
}

/** Milliseconds that a provider has for an answer. */
export const TIMEOUT = 10_000
const METADATA_LIFETIME = 60 * 60 * 1000

/** HTTP Basic with both parts encoded once, RFC 6749 section 2.3.1, unreserved characters as they are. */
const basic =
  (secret: Secret): oauth.ClientAuth =>
  (_server, { client_id }, _body, headers) => {
    const credentials = `${encodeURIComponent(client_id)}:${encodeURIComponent(secret.reveal())}`
    headers.set('authorization', `Basic ${btoa(credentials)}`)
  }

const authentication = (
  { token_endpoint_auth_methods_supported: methods }: oauth.AuthorizationServer,
  secret: Secret | undefined,
) => {
  if (!secret) return oauth.None()
  // Without a list, Basic is what every provider takes. (OpenID Connect Discovery 1.0 section 3)
  return methods && !methods.includes('client_secret_basic') ? oauth.ClientSecretPost(secret.reveal()) : basic(secret)
}

const isLoopback = (issuer: URL): boolean => /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(issuer.hostname)

/** The code flow of OpenID Connect with PKCE, state and nonce. */
export function identityProvider(
  { issuer, clientId, scope = 'openid profile email', fetch: ownFetch }: ProviderOptions,
  secret: Secret | undefined,
  redirectUri: string,
  now: () => number,
): IdentityProvider<oauth.IDToken> {
  const url = new URL(issuer)
  const allowed = { [oauth.allowInsecureRequests]: url.protocol === 'http:' && isLoopback(url) }
  if (url.protocol !== 'https:' && !allowed[oauth.allowInsecureRequests]) {
    throw new TypeError(`The issuer of an upstream login is https, or http on this computer; it is ${issuer}.`)
  }
  const client: oauth.Client = { client_id: clientId }
  const options = () => ({
    ...allowed,
    signal: AbortSignal.timeout(TIMEOUT),
    ...(ownFetch && { [oauth.customFetch]: ownFetch }),
  })
  let known: { readonly server: Promise<oauth.AuthorizationServer>; readonly until: number } | undefined

  const discover = async (): Promise<oauth.AuthorizationServer> => {
    const server = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, options()))
    // The library compares parsed URLs; an issuer is compared as it is written. (OpenID Connect Discovery 1.0 section 4.3)
    if (server.issuer !== issuer) throw new TypeError(`Expected metadata of ${issuer}, got those of ${server.issuer}`)
    return server
  }

  const metadata = async (): Promise<oauth.AuthorizationServer> => {
    if (!known || known.until <= now()) known = { server: discover(), until: now() + METADATA_LIFETIME }
    const { server } = known
    try {
      return await server
    } catch (error) {
      if (known.server === server) known = undefined
      throw error
    }
  }

  return {
    leave: async ({ state, nonce, verifier }, selectAccount) => {
      const { authorization_endpoint: endpoint } = await metadata()
      const target = new URL(endpoint ?? '')
      if (target.protocol !== 'https:' && !allowed[oauth.allowInsecureRequests]) {
        throw new TypeError(`The authorization endpoint of ${issuer} is not https`)
      }
      const parameters = {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope,
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...(selectAccount && { prompt: 'select_account' }),
      }
      for (const [name, value] of Object.entries(parameters)) target.searchParams.set(name, value)
      return target
    },

    arrive: async (answer, { state, nonce, verifier }) => {
      const server = await metadata()
      const callback = oauth.validateAuthResponse(server, client, answer, state)
      const proof = authentication(server, secret)
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        proof,
        callback,
        redirectUri,
        verifier,
        options(),
      )
      const checks = { expectedNonce: nonce, requireIdToken: true }
      const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, checks)
      const claims = oauth.getValidatedIdTokenClaims(tokens)
      if (!claims) throw new TypeError(`${issuer} sent no ID token`)
      return claims
    },
  }
}

import {
  authorizationCodeGrantRequest,
  AuthorizationResponseError,
  calculatePKCECodeChallenge,
  generateRandomCodeVerifier,
  generateRandomState,
  type TokenEndpointResponse,
  validateAuthResponse,
} from 'oauth4webapi'
import type { Callback } from './ask.ts'
import { authenticateClient, type KnownClient } from './client-auth.ts'
import type { Found } from './discover.ts'
import { type Application, targetOf } from './grant.ts'
import { SignInError } from './sign-in-error.ts'
import { exchange, IssuerRefusal } from './token-request.ts'

/**
 * An issuer has to say that it protects codes, or be vouched for.
 *
 * @throws SignInError `no_pkce`. (basic/authorization/security-considerations#authorization-code-protection)
 */
export function checkPkce({ as, issuer, isGuessed }: Found, assumed: readonly string[]): void {
  if (as.code_challenge_methods_supported?.includes('S256') || isGuessed || assumed.includes(issuer)) return
  const { host } = new URL(issuer)
  throw new SignInError(
    'no_pkce',
    `${host} does not say that it supports PKCE with S256, so no code of it is used. If you know that it does, name it in assumePkce.`,
  )
}

/**
 * Brings a person to the issuer and turns the code that comes back into tokens. State, verifier and issuer are those of this
 * one visit: what comes back is used once, for the issuer that the visit was to.
 *
 * @throws SignInError `bad_callback`, `denied`, `refused` or `bad_token`.
 * @see basic/authorization#authorization-response-validation, RFC 9207
 */
export async function authorizeByCode(
  application: Application,
  client: KnownClient,
  callback: Callback,
): Promise<TokenEndpointResponse> {
  const { found, fetch, dpop, signal } = application
  const { as } = found
  if (as.authorization_endpoint === undefined)
    throw new SignInError('bad_metadata', 'The issuer has no page to sign in at.')
  const state = generateRandomState()
  const verifier = generateRandomCodeVerifier()
  const page = new URL(as.authorization_endpoint)
  const parameters = {
    response_type: 'code',
    client_id: client.id,
    redirect_uri: callback.redirectUri,
    state,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...targetOf(application),
    ...(dpop && { dpop_jkt: await dpop.calculateThumbprint() }),
  }
  for (const [name, value] of Object.entries(parameters)) page.searchParams.set(name, value)
  const isBack = (url: URL): boolean =>
    isSamePlace(url, callback.redirectUri) && url.searchParams.getAll('state').join(' ') === state
  const back = await callback.visit(page, isBack, signal)
  if (!isBack(back)) throw badCallback()
  const answer = readAnswer(found, client, back, state)
  return exchange({ found, client, fetch, dpop }, (known, options) =>
    authorizationCodeGrantRequest(as, known, authenticateClient(as, client), answer, callback.redirectUri, verifier, {
      ...options,
      additionalParameters: { resource: found.resource },
    }),
  )
}

const badCallback = (cause?: unknown): SignInError =>
  new SignInError(
    'bad_callback',
    'What came back from the browser is not the answer of the issuer, so it is not used.',
    { cause },
  )

function isSamePlace(url: URL, redirectUri: string): boolean {
  const expected = new URL(redirectUri)
  return url.origin === expected.origin && url.pathname === expected.pathname
}

/** Who answered is checked before anything of the answer is looked at. (RFC 9207 §2.4) */
function readAnswer({ as, issuer }: Found, client: KnownClient, url: URL, state: string): URLSearchParams {
  try {
    const answer = validateAuthResponse(as, { client_id: client.id }, url, state)
    if (answer.getAll('code').length === 1 && answer.get('code') !== '') return answer
  } catch (error) {
    if (!(error instanceof AuthorizationResponseError)) throw badCallback(error)
    if (error.error === 'access_denied')
      throw new SignInError('denied', 'Signing in was refused there.', { cause: error })
    throw new IssuerRefusal(error.error, new URL(issuer).host, { cause: error })
  }
  throw badCallback()
}

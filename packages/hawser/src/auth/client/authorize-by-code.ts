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

/** What the answer to one visit of the issuer's page is checked against. It is used once. */
export interface Visit {
  readonly state: string
  readonly verifier: string
}

/** The page that a person is brought to, with a state and a verifier of its own. */
export async function openVisit(
  application: Application,
  client: KnownClient,
  redirectUri: string,
): Promise<Visit & { readonly page: URL }> {
  const { found, dpop } = application
  const { authorization_endpoint: endpoint } = found.as
  if (endpoint === undefined) throw new SignInError('bad_metadata', 'The issuer has no page to sign in at.')
  const state = generateRandomState()
  const verifier = generateRandomCodeVerifier()
  const page = new URL(endpoint)
  const parameters = {
    response_type: 'code',
    client_id: client.id,
    redirect_uri: redirectUri,
    state,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...targetOf(application),
    ...(dpop && { dpop_jkt: await dpop.calculateThumbprint() }),
  }
  for (const [name, value] of Object.entries(parameters)) page.searchParams.set(name, value)
  return { page, state, verifier }
}

/** Whether an address is where this visit ends. */
const isBackFrom = ({ state }: Visit, redirectUri: string, url: URL): boolean =>
  isSamePlace(url, redirectUri) && url.searchParams.getAll('state').join(' ') === state

/**
 * Turns the code that came back from a visit into tokens: it is used once, for the issuer that the visit was to.
 *
 * @throws SignInError `bad_callback`, `denied`, `refused` or `bad_token`.
 * @see basic/authorization#authorization-response-validation, RFC 9207
 */
export async function redeemVisit(
  { found, fetch, dpop }: Application,
  client: KnownClient,
  redirectUri: string,
  visit: Visit,
  back: URL,
): Promise<TokenEndpointResponse> {
  if (!isBackFrom(visit, redirectUri, back)) throw badCallback()
  const answer = readAnswer(found, client, back, visit.state)
  return exchange({ found, client, fetch, dpop }, (known, options) =>
    authorizationCodeGrantRequest(
      found.as,
      known,
      authenticateClient(found.as, client),
      answer,
      redirectUri,
      visit.verifier,
      { ...options, additionalParameters: { resource: found.resource } },
    ),
  )
}

/**
 * Brings a person to the issuer and turns the code that comes back into tokens.
 *
 * @throws SignInError `bad_callback`, `denied`, `refused` or `bad_token`.
 */
export async function authorizeByCode(
  application: Application,
  client: KnownClient,
  { redirectUri, visit: bring }: Callback,
): Promise<TokenEndpointResponse> {
  const visit = await openVisit(application, client, redirectUri)
  const back = await bring(visit.page, (url) => isBackFrom(visit, redirectUri, url), application.signal)
  return redeemVisit(application, client, redirectUri, visit, back)
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

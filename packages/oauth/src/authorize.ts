import { answerPage, redirect, withParameters } from './answer.ts'
import type { Client } from './client.ts'
import { addressKey } from './address-key.ts'
import type { Core, Front } from './core.ts'
import { OAuthError, invalidRequest } from './oauth-error.ts'
import { readParameters, type Parameters } from './parameters.ts'
import { isLoopback, matchesRedirectUri, refuseRedirectUri } from './redirect-uri.ts'
import { grantableScopes, requestedResource } from './scopes.ts'
import { randomSecret } from './secrets.ts'
import { transactionCookie } from './cookie.ts'
import type { Transaction } from './transaction.ts'

const MAX_QUERY = 16_384
/** Of one address in a minute. */
const MAX_REQUESTS = 120
const MINUTE = 60_000
const MAX_STATE = 4_096
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/

export interface AuthorizeOptions {
  /** Milliseconds. */
  readonly transactionLifetime: number
  readonly redirectSchemes: ReadonlySet<string>
  readonly clientAddress?: ((request: Request) => string | undefined) | undefined
}

/**
 * Checks an authorization request and stores what it asks for; everything later goes by what is stored. Nobody is sent
 * anywhere before the client and its redirect URI are certain. (RFC 9700 section 4.11)
 */
export const createAuthorize =
  (
    core: Core,
    { admit, consent }: Pick<Front, 'admit' | 'consent'>,
    { transactionLifetime, redirectSchemes, clientAddress }: AuthorizeOptions,
  ) =>
  async (request: Request): Promise<Response> => {
    if (request.method !== 'GET') {
      const refusal = answerPage(405, 'This page is opened by a link.')
      refusal.headers.set('allow', 'GET')
      return refusal
    }
    const stranger = admit?.(request)
    if (stranger) return stranger
    const query = new URL(request.url).search.slice(1)
    if (query.length > MAX_QUERY) return answerPage(400, 'The request of the application is too long.')
    const parameters = readParameters(query)
    if (!(await isWithinLimit(core, clientAddress?.(request)))) {
      return answerPage(429, 'There are many sign-ins from your network just now. Try again in a minute.')
    }
    const client = await findClient(core, parameters, request)
    const redirectUri = parameters.get('redirect_uri')
    if (!client) return refuseAtHome(core, 'unknown_client')
    if (redirectUri === undefined || !isRegistered(client, redirectUri, redirectSchemes)) {
      return refuseAtHome(core, 'redirect_uri', client)
    }
    try {
      const asked = readRequest(parameters, client, core)
      const handle = randomSecret()
      const browser = randomSecret()
      const now = core.now()
      const [key, browserKey] = await Promise.all([core.digest('transaction', handle), core.digest('browser', browser)])
      const transaction: Transaction = {
        key,
        browserKey,
        version: 0,
        client: { ...client, jwks: undefined, secretDigest: undefined },
        redirectUri,
        ...asked,
        createdAt: now,
        expiresAt: now + transactionLifetime,
      }
      if (!(await core.store.addTransaction(transaction))) {
        throw new OAuthError('temporarily_unavailable', 'Too many people are signing in. Try again in some minutes.')
      }
      const response = await consent({ transaction, handle }, request)
      const headers = new Headers(response.headers)
      headers.delete('set-cookie')
      headers.append('set-cookie', transactionCookie(core, transaction, browser))
      // After it: a step that is done at once has the cookie forgotten.
      for (const cookie of response.headers.getSetCookie()) headers.append('set-cookie', cookie)
      return new Response(response.body, { status: response.status, headers })
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error
      await core.tell({ type: 'authorization.refused', clientId: client.id, reason: error.code })
      const state = parameters.get('state')
      const location = withParameters(redirectUri, {
        error: error.code,
        error_description: error.message,
        state: state !== undefined && state.length <= MAX_STATE ? state : undefined,
        iss: core.issuer,
      })
      // Whoever can make a client known could send people anywhere with a request that fails. (RFC 9700 section 4.11.2)
      return client.kind === 'registered' || isLoopback(redirectUri)
        ? redirect(location)
        : answerPage(400, 'The application asked for something that cannot be given.', location)
    }
  }

/** Each request is stored until it ends: one place shall not fill the store for all. */
async function isWithinLimit(core: Core, address: string | undefined): Promise<boolean> {
  if (address === undefined) return true
  const bucket = `authorize ${await addressKey(core, address)}`
  return core.store.hit(bucket, MAX_REQUESTS, MINUTE, core.now())
}

const findClient = async (core: Core, parameters: Parameters, request: Request): Promise<Client | undefined> => {
  const clientId = parameters.get('client_id')
  return clientId === undefined ? undefined : core.findClient(clientId, request)
}

const isRegistered = (client: Client, uri: string, schemes: ReadonlySet<string>): boolean =>
  client.redirectUris.some((registered) => matchesRedirectUri(registered, uri)) &&
  refuseRedirectUri(uri, schemes) === undefined

async function refuseAtHome(core: Core, reason: string, client?: Client): Promise<Response> {
  await core.tell({ type: 'authorization.refused', clientId: client?.id, reason })
  return answerPage(
    400,
    'The application that sent you here is not known, or asked to be answered at an address that is not its own.',
  )
}

type Asked = Pick<Transaction, 'resource' | 'scopes' | 'state' | 'codeChallenge'>

function readRequest(parameters: Parameters, client: Client, core: Core): Asked {
  if (parameters.all('request').length > 0) {
    throw new OAuthError('request_not_supported', 'The parameter request is not supported.')
  }
  if (parameters.all('request_uri').length > 0) {
    throw new OAuthError('request_uri_not_supported', 'The parameter request_uri is not supported.')
  }
  const resource = requestedResource(parameters, client, core)
  if (parameters.repeated !== undefined) throw invalidRequest('A parameter was sent more than once.')
  const responseType = parameters.get('response_type')
  if (responseType === undefined) throw invalidRequest('response_type is missing; send code.')
  if (responseType !== 'code') throw new OAuthError('unsupported_response_type', 'response_type must be code.')
  if ((parameters.get('response_mode') ?? 'query') !== 'query') throw invalidRequest('response_mode must be query.')
  if (!client.grants.includes('authorization_code')) {
    throw new OAuthError('unauthorized_client', 'This client cannot ask people.')
  }
  const codeChallenge = parameters.get('code_challenge')
  if (
    codeChallenge === undefined ||
    !CHALLENGE.test(codeChallenge) ||
    parameters.get('code_challenge_method') !== 'S256'
  ) {
    throw invalidRequest('PKCE is required: code_challenge of 43 characters, and code_challenge_method S256.')
  }
  const state = parameters.get('state')
  if (state !== undefined && state.length > MAX_STATE)
    throw invalidRequest(`state has at most ${MAX_STATE} characters.`)
  return {
    resource: resource.resource,
    scopes: grantableScopes(parameters.get('scope'), resource, client),
    state,
    codeChallenge,
  }
}

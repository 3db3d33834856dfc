import {
  allowInsecureRequests,
  type Client,
  customFetch,
  type DPoPHandle,
  genericTokenEndpointRequest,
  isDPoPNonceError,
  OperationProcessingError,
  processGenericTokenEndpointResponse,
  ResponseBodyError,
  type TokenEndpointRequestOptions,
  type TokenEndpointResponse,
  UnsupportedOperationError,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi'
import { ConnectionError } from '../../call/index.ts'
import type { BoundedFetch } from './bounded-fetch.ts'
import { authenticateClient, type KnownClient } from './client-auth.ts'
import type { Found } from './discover.ts'
import { outlineOf, SignInError } from './sign-in-error.ts'

/** Options for requests to an issuer whose addresses have been checked: those without TLS are on this machine. */
export const requestOptions = (fetch: BoundedFetch) => ({
  [customFetch]: (url: string, init: Parameters<BoundedFetch>[1]) => fetch(url, init),
  [allowInsecureRequests]: true,
})

/** An issuer said no, and gave a reason by its name. */
export class IssuerRefusal extends SignInError {
  /** Such as `invalid_grant`. (RFC 6749 §5.2) */
  readonly error: string

  constructor(error: string, host: string, options?: { readonly cause?: unknown }) {
    // Names are of the issuer's choice as well: only those that look like one are shown.
    const name = /^[a-z_]{1,40}$/.test(error) ? error : 'an unknown error'
    super('refused', `${host} refused to issue a token: ${name}.`, options)
    this.error = name
  }
}

export interface TokenRequest {
  readonly found: Found
  readonly client: KnownClient
  readonly fetch: BoundedFetch
  readonly dpop?: DPoPHandle | undefined
}

/** Sends a request for tokens, and once more when the issuer wants its nonce in the proof. (RFC 9449 §8) */
export async function exchange(
  { found, client, fetch, dpop }: TokenRequest,
  send: (client: Client, options: TokenEndpointRequestOptions) => Promise<Response>,
): Promise<TokenEndpointResponse> {
  const known: Client = { client_id: client.id }
  const options: TokenEndpointRequestOptions = { ...requestOptions(fetch), ...(dpop && { DPoP: dpop }) }
  const attempt = async () => processGenericTokenEndpointResponse(found.as, known, await send(known, options))
  try {
    return await attempt().catch((error: unknown) => {
      if (dpop === undefined || !isDPoPNonceError(error)) throw error
      return attempt()
    })
  } catch (error) {
    throw asIssuerError(error, new URL(found.issuer).host)
  }
}

/** Asks for tokens by a grant other than that of a code. */
export function requestToken(
  request: TokenRequest,
  grant: string,
  parameters: Readonly<Record<string, string>>,
): Promise<TokenEndpointResponse> {
  const { as } = request.found
  return exchange(request, (client, options) =>
    genericTokenEndpointRequest(as, client, authenticateClient(as, request.client), grant, { ...parameters }, options),
  )
}

/** What a library or an issuer says, in words of ours: descriptions of strangers are not shown. */
export function asIssuerError(error: unknown, host: string): Error {
  if (error instanceof SignInError || error instanceof ConnectionError) return error
  const unavailable = () =>
    new ConnectionError('unavailable', `${host} cannot issue tokens now.`, { cause: outlineOf(error) })
  if (error instanceof ResponseBodyError) {
    if (error.status === 429) return unavailable()
    return new IssuerRefusal(error.error, host, { cause: error })
  }
  if (error instanceof WWWAuthenticateChallengeError) return new IssuerRefusal('invalid_client', host, { cause: error })
  if (error instanceof UnsupportedOperationError || error instanceof OperationProcessingError) {
    const { cause } = error
    if (cause instanceof Response && (cause.status >= 500 || cause.status === 429)) return unavailable()
    if (cause instanceof Response && cause.status !== 200 && cause.status !== 201)
      return new IssuerRefusal(`http_${cause.status}`, host, { cause: error })
    return new SignInError('bad_token', `${host} answered with something that is no token.`, { cause: error })
  }
  return error instanceof Error ? error : new Error(String(error))
}

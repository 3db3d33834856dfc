import {
  deviceAuthorizationRequest,
  deviceCodeGrantRequest,
  processDeviceAuthorizationResponse,
  type TokenEndpointResponse,
} from 'oauth4webapi'
import { pause } from '../../call/index.ts'
import { checkAddress, type Surroundings } from './address.ts'
import type { DeviceCode } from './ask.ts'
import { authenticateClient, type KnownClient } from './client-auth.ts'
import { type Application, targetOf } from './grant.ts'
import { SignInError } from './sign-in-error.ts'
import { asIssuerError, exchange, IssuerRefusal, requestOptions } from './token-request.ts'

/** Seconds between two questions, when the issuer does not say; and the longest that it can choose. (RFC 8628 §3.2) */
const INTERVAL = 5
const LONGEST_INTERVAL = 60
/** Seconds that a code is waited for at most. */
const PATIENCE = 900
const USER_CODE = /^[\w -]{1,40}$/

/**
 * Lets a person sign in on another device, and asks the issuer until that is done.
 *
 * @throws SignInError `refused`, `denied` or `bad_metadata`.
 * @see RFC 8628
 */
export async function authorizeByDevice(
  application: Application,
  client: KnownClient,
  showCode: (code: DeviceCode) => void,
): Promise<TokenEndpointResponse> {
  const { found, fetch, dpop, signal } = application
  const { as } = found
  const { host } = new URL(found.issuer)
  if (as.device_authorization_endpoint === undefined)
    throw new SignInError('bad_metadata', `${host} lets nobody sign in on another device.`)
  const authentication = authenticateClient(as, client)
  const known = { client_id: client.id }
  const given = await deviceAuthorizationRequest(
    as,
    known,
    authentication,
    { ...targetOf(application) },
    requestOptions(fetch),
  )
    .then((response) => processDeviceAuthorizationResponse(as, known, response))
    .catch((error: unknown) => {
      throw asIssuerError(error, host)
    })
  const surroundings: Surroundings = { server: new URL(found.issuer), privateNetwork: true }
  const page = checkAddress(given.verification_uri, 'the page of a code', surroundings)
  const { verification_uri_complete: complete } = given
  if (!USER_CODE.test(given.user_code))
    throw new SignInError('bad_metadata', `${host} gave a code that nobody can type.`)
  const lifetime = Math.min(given.expires_in, PATIENCE) * 1000
  const expiresAt = Date.now() + lifetime
  showCode({
    userCode: given.user_code,
    page,
    completePage: complete === undefined ? undefined : checkAddress(complete, 'the page of a code', surroundings),
    expiresAt,
  })
  let interval = Math.min(given.interval ?? INTERVAL, LONGEST_INTERVAL)
  while (Date.now() < expiresAt) {
    await pause(interval * 1000, signal)
    const response = await exchange({ found, client, fetch, dpop }, (each, options) =>
      deviceCodeGrantRequest(as, each, authentication, given.device_code, {
        ...options,
        additionalParameters: { resource: found.resource },
      }),
    ).catch((error: unknown) => {
      const name = error instanceof IssuerRefusal ? error.error : undefined
      if (name === 'access_denied') throw new SignInError('denied', 'Signing in was refused there.', { cause: error })
      if (name !== 'authorization_pending' && name !== 'slow_down') throw error
      if (name === 'slow_down') interval = Math.min(interval + INTERVAL, LONGEST_INTERVAL)
      return undefined
    })
    if (response !== undefined) return response
  }
  throw new SignInError('refused', `Nobody signed in at ${host} in time.`)
}

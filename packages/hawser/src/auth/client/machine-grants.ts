import type { TokenEndpointResponse } from 'oauth4webapi'
import { processGenericTokenEndpointResponse, genericTokenEndpointRequest } from 'oauth4webapi'
import type { KnownClient } from './client-auth.ts'
import { authenticateClient } from './client-auth.ts'
import { findIssuer } from './discover.ts'
import { type Application, type Grant, targetOf } from './grant.ts'
import { type ClientIdentity, knownFrom, namedClient, type RegisteredClient } from './identify-client.ts'
import { own, type Json, parseObject } from './json.ts'
import { SignInError } from './sign-in-error.ts'
import { asIssuerError, requestOptions, requestToken } from './token-request.ts'

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag'

/** The client is who acts. (ext-auth: OAuth client credentials) */
export function clientGrant(client: RegisteredClient): Grant {
  const recall: Grant['recall'] = (found) => knownFrom(client, found)
  const obtain: Grant['obtain'] = async (application) => {
    const known = knownFrom(client, application.found)
    const response = await requestToken({ ...application, client: known }, 'client_credentials', targetOf(application))
    return { response, clientId: known.id }
  }
  return { client, asksPerson: false, obtain, recall }
}

/** What runs the program vouches for it by a signed token. */
export interface WorkloadOptions {
  /** What the issuer calls this workload, and which issuer that is. */
  readonly client: Pick<RegisteredClient, 'id' | 'issuer'>
  /** A fresh token of the platform, such as that of a Kubernetes service account, made out to `audience`. */
  readonly assertion: (audience: string) => string | Promise<string>
}

/** The platform vouches for the program. What is refused is not tried in another way. (RFC 7523 §2.1) */
export function workloadGrant({ client, assertion }: WorkloadOptions): Grant {
  const recall: Grant['recall'] = (found) => knownFrom(client, found)
  const obtain: Grant['obtain'] = async (application) => {
    const known = knownFrom(client, application.found)
    return bearAssertion(application, known, await assertion(application.found.issuer))
  }
  return { client, asksPerson: false, obtain, recall }
}

async function bearAssertion(application: Application, client: KnownClient, assertion: string) {
  const parameters = {
    assertion,
    ...targetOf(application),
    ...(client.secret === undefined && { client_id: client.id }),
  }
  const response = await requestToken({ ...application, client }, JWT_BEARER, parameters)
  return { response, clientId: client.id }
}

/** An enterprise decides for its people which servers they use. */
export interface EnterpriseOptions {
  /** Where the person is signed in: the identity provider, and what it calls this client. */
  readonly provider: RegisteredClient
  /** The proof that the person is signed in there: an ID token that was issued to this client. */
  readonly idToken: () => string | Promise<string>
  /** What the issuer of the server calls this client. */
  readonly client: ClientIdentity
}

/** The identity provider vouches for the person to the issuer of the server. (ext-auth: enterprise-managed authorization) */
export function enterpriseGrant({ provider, idToken, client: identity }: EnterpriseOptions): Grant {
  const identify = (found: Application['found']): KnownClient => {
    const client = namedClient(identity, found)
    if (client !== undefined) return client
    throw new SignInError(
      'no_client',
      `${new URL(found.issuer).host} has to know this client. Register one there, and name it in the options.`,
    )
  }
  const obtain: Grant['obtain'] = async (application) => {
    const client = identify(application.found)
    const assertion = await vouch(application, client, provider, await idToken())
    return bearAssertion(application, client, assertion)
  }
  return {
    client: identity.registered,
    asksPerson: false,
    obtain,
    recall: identify,
  }
}

/** Has the identity provider vouch for the person, and looks at for whom and for what before that is shown to anybody. */
async function vouch(
  application: Application,
  client: KnownClient,
  provider: RegisteredClient,
  idToken: string,
): Promise<string> {
  const { found, trustedFetch } = application
  const fetch = trustedFetch(provider.issuer)
  const { host } = new URL(provider.issuer)
  const surroundings = { server: new URL(provider.issuer), privateNetwork: true }
  const as = await findIssuer(provider.issuer, { fetch, surroundings })
  if (as === undefined) throw new SignInError('bad_metadata', `${host} publishes no metadata.`)
  const known = knownFrom(provider, { ...found, issuer: provider.issuer })
  const parameters = {
    ...targetOf(application),
    requested_token_type: ID_JAG,
    audience: found.issuer,
    subject_token: idToken,
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
  }
  const send = async (): Promise<TokenEndpointResponse> => {
    const us = { client_id: known.id }
    const request = requestOptions(fetch)
    const response = await genericTokenEndpointRequest(
      as,
      us,
      authenticateClient(as, known),
      TOKEN_EXCHANGE,
      parameters,
      request,
    )
    // It is no access token, and its type says so. (RFC 8693 §2.2.1)
    return processGenericTokenEndpointResponse(as, us, response, { recognizedTokenTypes: { n_a: () => {} } })
  }
  const answer = await send().catch((error: unknown) => {
    throw asIssuerError(error, host)
  })
  const { issued_token_type: type, access_token: assertion } = answer
  const isOurs =
    type === ID_JAG && isFor(assertion, { audience: found.issuer, resource: found.resource, client: client.id })
  if (isOurs) return assertion
  throw new SignInError('bad_token', `${host} vouched for somebody or something else than it was asked for.`)
}

interface Expected {
  readonly audience: string
  readonly resource: string
  readonly client: string
}

/** Whether an assertion says what it was asked to say. Who may believe it checks its signature. */
function isFor(assertion: string, { audience, resource, client }: Expected): boolean {
  const [header, payload] = assertion.split('.', 2).map(decodePart)
  if (header === undefined || payload === undefined || own(header, 'typ') !== 'oauth-id-jag+jwt') return false
  const aud = own(payload, 'aud')
  const [only, ...others] = Array.isArray(aud) ? aud : [aud]
  const named = own(payload, 'resource')
  const expiry = own(payload, 'exp')
  return (
    only === audience &&
    others.length === 0 &&
    (named === undefined || named === resource) &&
    own(payload, 'client_id') === client &&
    typeof expiry === 'number' &&
    expiry * 1000 > Date.now()
  )
}

function decodePart(part: string): Json | undefined {
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (each) => each.charCodeAt(0))
    return parseObject(new TextDecoder().decode(bytes), 'a token')
  } catch {
    return undefined
  }
}

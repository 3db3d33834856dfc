import { dynamicClientRegistrationRequest, processDynamicClientRegistrationResponse } from 'oauth4webapi'
import type { BoundedFetch } from './bounded-fetch.ts'
import type { KnownClient, PrivateKey } from './client-auth.ts'
import type { Found } from './discover.ts'
import { type Json, own, ownText, parseObject, readObject } from './json.ts'
import { Secret } from './secret.ts'
import { SignInError } from './sign-in-error.ts'
import type { CredentialStore } from './store.ts'
import { asIssuerError, IssuerRefusal, requestOptions } from './token-request.ts'

/** A client that its issuer knows already. */
export interface RegisteredClient {
  readonly id: string
  /** The issuer that knows it, character by character: to no other is anything of it sent. */
  readonly issuer: string
  readonly secret?: string | undefined
  readonly privateKey?: PrivateKey | undefined
}

/** Who this client says that it is. */
export interface ClientIdentity {
  /** What people are shown where they are asked; `MCP client` when left out. */
  readonly name?: string | undefined
  /**
   * Where a document describes this client: an https URL with a path, whose `client_id` is that URL. Used with issuers that read
   * such documents. (draft-ietf-oauth-client-id-metadata-document)
   */
  readonly metadataUrl?: string | undefined
  /** With an issuer that knows the client. Goes before all else. */
  readonly registered?: RegisteredClient | undefined
}

/** @throws TypeError for a metadata URL that no issuer would read. */
export function checkIdentity({ metadataUrl }: ClientIdentity): void {
  if (metadataUrl === undefined) return
  const url = URL.parse(metadataUrl)
  const isGood =
    url?.protocol === 'https:' &&
    url.pathname !== '/' &&
    url.hash === '' &&
    url.username === '' &&
    url.href === metadataUrl
  if (!isGood) throw new TypeError('metadataUrl must be an https URL with a path, written as URLs are.')
}

export interface IdentifyOptions {
  readonly found: Found
  readonly identity: ClientIdentity
  /** Empty where there is no way back, as for another device. */
  readonly redirectUri: string
  readonly store: CredentialStore
  readonly fetch: BoundedFetch
  readonly usesDpop: boolean
  readonly now: number
}

/**
 * By what name the issuer knows this client: as it was registered by hand, by the document that describes it, or as it
 * registers itself. What was registered is kept for that issuer alone.
 *
 * @throws SignInError `no_client`, `registration_refused` or `other_issuer`.
 * @see basic/authorization/client-registration
 */
export async function identifyClient(options: IdentifyOptions): Promise<KnownClient> {
  const { found, identity, redirectUri, store, now } = options
  const named = namedClient(identity, found)
  if (named !== undefined) return named
  const key = registrationKey(found.issuer, redirectUri)
  // Whoever signs in at two servers of one issuer at a time registers once.
  return store.lock(key, async () => {
    const kept = decodeClient(await store.get(key), now)
    if (kept !== undefined) return kept
    const { host } = new URL(found.issuer)
    if (found.as.registration_endpoint === undefined) {
      throw new SignInError(
        'no_client',
        `${host} lets no client register itself. Register one there, and name it in the options.`,
      )
    }
    const text = await register(options)
    const client = decodeClient(text, now)
    if (client === undefined)
      throw new SignInError('registration_refused', `${host} registered a client that has expired already.`)
    await store.set(key, text)
    return client
  })
}

/** The client that needs no registration with this issuer. */
export function namedClient({ registered, metadataUrl }: ClientIdentity, found: Found): KnownClient | undefined {
  if (registered !== undefined) return knownFrom(registered, found)
  const isRead = metadataUrl !== undefined && found.as['client_id_metadata_document_supported'] === true
  return isRead ? { id: metadataUrl, method: 'none' } : undefined
}

/** @throws SignInError `other_issuer`: nothing of a client is sent to who does not know it. */
export function knownFrom({ id, issuer, secret, privateKey }: RegisteredClient, found: Found): KnownClient {
  if (issuer !== found.issuer) {
    throw new SignInError(
      'other_issuer',
      `The client was registered with another issuer than ${new URL(found.issuer).host}.`,
    )
  }
  return { id, secret: secret === undefined ? undefined : new Secret(secret), privateKey }
}

/** Where the registration with an issuer is kept. */
export const registrationKey = (issuer: string, redirectUri: string): string => `client ${issuer} ${redirectUri}`

/** As text for a store, with the secret. */
export const encodeClient = ({ id, secret, method }: KnownClient): Secret =>
  new Secret(JSON.stringify({ id, secret: secret?.reveal(), method }))

/** The client as it registered itself, if it did and the registration holds. */
export function decodeClient(text: string | undefined, now: number): KnownClient | undefined {
  const client = readObject(text ?? '')
  if (client === undefined) return undefined
  const [id, secret] = [ownText(client, 'id'), ownText(client, 'secret')]
  const expiresAt = own(client, 'expiresAt')
  if (id === undefined || (typeof expiresAt === 'number' && expiresAt <= now)) return undefined
  return { id, secret: secret === undefined ? undefined : new Secret(secret), method: ownText(client, 'method') }
}

/**
 * Registers as what the address to come back to is one of, and once more as the other kind where the issuer does not like it: an app
 * may have an https address as well. (client-registration#application-type-and-redirect-uri-constraints)
 */
async function register(options: IdentifyOptions): Promise<string> {
  const { host } = new URL(options.found.issuer)
  try {
    if (!options.redirectUri.startsWith('https:')) return await registerAs('native', options)
    return await registerAs('web', options).catch((error: unknown) => {
      const isAboutAddress = error instanceof IssuerRefusal && error.error === 'invalid_redirect_uri'
      if (!isAboutAddress) throw error
      return registerAs('native', options)
    })
  } catch (error) {
    if (!(error instanceof IssuerRefusal)) throw error
    throw new SignInError('registration_refused', `${host} refused to register this client (${error.error}).`, {
      cause: error,
    })
  }
}

async function registerAs(
  kind: 'native' | 'web',
  { found, identity, redirectUri, fetch, usesDpop }: IdentifyOptions,
): Promise<string> {
  const { as, issuer } = found
  const offered = as.token_endpoint_auth_methods_supported
  const method = ['none', 'client_secret_basic', 'client_secret_post'].find(
    (each) => offered?.includes(each) ?? each === 'none',
  )
  const metadata = {
    client_name: identity.name ?? 'MCP client',
    application_type: kind,
    ...(redirectUri === ''
      ? { grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'], response_types: [] }
      : {
          redirect_uris: [redirectUri],
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
        }),
    token_endpoint_auth_method: method ?? 'none',
    ...(usesDpop && { dpop_bound_access_tokens: true }),
  }
  try {
    const response = await dynamicClientRegistrationRequest(as, metadata, requestOptions(fetch))
    const client = await processDynamicClientRegistrationResponse(await readRegistration(response))
    const { client_secret: secret, client_secret_expires_at: expiry } = client
    return JSON.stringify({
      id: client.client_id,
      secret,
      // Basic is what counts for who has a secret and was told nothing. (RFC 7591 §2)
      method: typeof client.token_endpoint_auth_method === 'string' ? client.token_endpoint_auth_method : undefined,
      expiresAt: typeof expiry === 'number' && expiry > 0 ? expiry * 1000 : undefined,
    })
  } catch (error) {
    throw asIssuerError(error, new URL(issuer).host)
  }
}

/**
 * What is used of a registration, and nothing else that an issuer may have put there. Many leave out when a secret expires, where
 * RFC 7591 §3.2.1 has them say 0. Some answer with 200 for 201.
 */
async function readRegistration(response: Response): Promise<Response> {
  if (response.status !== 201 && response.status !== 200) return response
  const client = parseObject(await response.text(), 'a registration')
  const expiry = own(client, 'client_secret_expires_at')
  const registration = {
    client_id: readPrintable(client, 'client_id'),
    client_secret: readPrintable(client, 'client_secret'),
    client_secret_expires_at: typeof expiry === 'number' ? expiry : 0,
    token_endpoint_auth_method: ownText(client, 'token_endpoint_auth_method'),
  }
  return Response.json(registration, { status: 201 })
}

/** What addresses and headers can carry. (RFC 6749 appendix A) */
const PRINTABLE = /^[\x20-\x7e]{1,4096}$/

function readPrintable(client: Json, name: string): string | undefined {
  const text = ownText(client, name)
  if (text === undefined || PRINTABLE.test(text)) return text
  throw new SignInError('registration_refused', `Expected a ${name} of at most 4096 printable characters, got another.`)
}

import type { AuthorizationServer } from 'oauth4webapi'
import { checkAddress, type Surroundings } from './address.ts'
import type { BoundedFetch } from './bounded-fetch.ts'
import { ConnectionError } from '../../call/index.ts'
import { type Json, own, ownText, ownTexts, parseObject } from './json.ts'
import { readScopes } from './read-challenges.ts'
import { SignInError } from './sign-in-error.ts'

/** Who issues tokens for a server, and for what. */
export interface Found {
  /** What tokens are asked for, character by character as the server publishes it. (RFC 8707) */
  readonly resource: string
  /** Character by character as it was named. */
  readonly issuer: string
  /** Where a challenge said that the metadata of the server is, if it was found there. */
  readonly place?: string | undefined
  readonly as: AuthorizationServer
  /** Scopes that the server publishes. */
  readonly scopes: readonly string[] | undefined
  /** Whether the issuer publishes nothing, so that its endpoints are those of convention. */
  readonly isGuessed: boolean
}

/** All that are published are asked for, in the address of a page that a program is started with. */
const MAX_SCOPES = 256

export interface DiscoverOptions {
  readonly fetch: BoundedFetch
  readonly surroundings: Surroundings
  /** From the challenge, where there was one. */
  readonly resourceMetadata?: string | undefined
  /** From a challenge of before: looked at where nothing is at the well-known places. */
  readonly earlierMetadata?: string | undefined
  /** The issuer that is wanted; the first that the server names when left out. */
  readonly issuer?: string | undefined
  /** Taken before others that the server names. */
  readonly preferred?: string | undefined
  /** Whether the origin of a server that publishes nothing is taken for its issuer. */
  readonly guessIssuer?: boolean | undefined
}

/**
 * Finds out who issues tokens for a server: by the metadata that its challenge names, or that is at the well-known places,
 * and by the metadata of the issuer. Everything is compared as it is written.
 *
 * @throws SignInError `bad_metadata`, `forbidden_address` or `other_issuer`; ConnectionError when somebody does not answer.
 * @see basic/authorization/authorization-server-discovery, RFC 9728, RFC 8414
 */
export async function discover(options: DiscoverOptions): Promise<Found> {
  const { surroundings } = options
  const described = await findResource(options)
  if (described !== undefined) {
    const { metadata, place } = described
    const resource = checkResource(metadata, surroundings.server)
    const issuer = chooseIssuer(metadata, options)
    const scopes = ownTexts(metadata, 'scopes_supported')
    const as = await findIssuer(issuer, options)
    if (as === undefined) throw new SignInError('bad_metadata', `${new URL(issuer).host} publishes no metadata.`)
    return {
      resource,
      issuer,
      place,
      as,
      scopes: scopes && readScopes(scopes.join(' ')).slice(0, MAX_SCOPES),
      isGuessed: false,
    }
  }
  const { origin, host } = surroundings.server
  if (options.guessIssuer !== true)
    throw new SignInError('bad_metadata', `${host} wants a token, but does not publish who issues them. (RFC 9728)`)
  if (options.issuer !== undefined && options.issuer !== origin) throw otherIssuer(host)
  const as = await findIssuer(origin, options, isOf(origin))
  const found = { resource: describeServer(surroundings.server), scopes: undefined }
  return { ...found, issuer: as?.issuer ?? origin, as: as ?? guessEndpoints(origin), isGuessed: as === undefined }
}

/** Where nobody named an issuer, there is nothing that its name could be identical to but the place that it was found at. */
const isOf =
  (origin: string) =>
  (issuer: string | undefined): issuer is string =>
    issuer !== undefined && URL.parse(issuer)?.origin === origin

/** The metadata of the resource; `undefined` only when all places say that there is none. */
async function findResource(
  options: DiscoverOptions,
): Promise<{ readonly metadata: Json; readonly place: string | undefined } | undefined> {
  const { resourceMetadata, earlierMetadata, surroundings } = options
  const { server } = surroundings
  const path = server.pathname === '/' ? '' : server.pathname
  const wellKnown = `${server.origin}/.well-known/oauth-protected-resource`
  const named = resourceMetadata !== undefined
  // The query is part of what is asked about. (RFC 9728 §3.1)
  const known = [`${wellKnown}${path}${server.search}`, wellKnown]
  const earlier = earlierMetadata === undefined ? [] : [earlierMetadata]
  const places = named ? [resourceMetadata] : [...new Set([...known, ...earlier])]
  let isMissing = !named
  for (const place of places) {
    const url = checkAddress(place, 'the metadata of the server', surroundings)
    const answer = await read(url, options.fetch)
    if (answer.json !== undefined) return { metadata: answer.json, place: known.includes(place) ? undefined : place }
    // Only "there is none" means that there is none: an error must not lead to what is weaker.
    if (answer.status !== 404) isMissing = false
  }
  if (isMissing) return undefined
  throw new SignInError('bad_metadata', `${server.host} does not hand out its metadata, without which nobody signs in.`)
}

/** Tries places in the order of the specification. (authorization-server-discovery#authorization-server-metadata-discovery) */
export async function findIssuer(
  issuer: string,
  { fetch, surroundings }: Pick<DiscoverOptions, 'fetch' | 'surroundings'>,
  // RFC 8414 §3.3: identical, not equivalent.
  isRight: (named: string | undefined) => named is string = (named): named is string => named === issuer,
): Promise<AuthorizationServer | undefined> {
  const { origin, pathname, search } = checkAddress(issuer, 'an issuer', surroundings)
  if (search !== '') throw new SignInError('bad_metadata', 'Expected an issuer without a query.')
  const path = pathname.replace(/\/$/, '')
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ]
  let isMissing = true
  for (const place of new Set(places)) {
    const { json, status } = await read(new URL(place), fetch)
    if (json !== undefined) return checkIssuer(json, isRight, surroundings)
    if (status !== 404) isMissing = false
  }
  if (isMissing) return undefined
  throw new SignInError('bad_metadata', `${new URL(issuer).host} does not hand out its metadata.`)
}

/**
 * Without JSON when there is no such document.
 *
 * @throws ConnectionError for a status that says nothing about that.
 */
async function read(url: URL, fetch: BoundedFetch): Promise<{ readonly status: number; readonly json?: Json }> {
  const response = await fetch(url.href, { headers: { accept: 'application/json' } })
  const { status } = response
  if (status === 200) return { status, json: parseObject(await response.text(), `metadata at ${url.host}`) }
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) return { status }
  throw new ConnectionError('unavailable', `${url.host} does not hand out its metadata now (HTTP ${status}).`)
}

/** A resource is the server, or what the server is part of. (RFC 9728 §3.3, which would have them equal) */
function checkResource(metadata: Json, server: URL): string {
  const text = ownText(metadata, 'resource') ?? ''
  const [, path = '', query = ''] = URI.exec(text) ?? []
  const url = URL.parse(text)
  const isOurs =
    URI.test(text) &&
    url?.origin === server.origin &&
    url.pathname === (path || '/') &&
    url.search === query &&
    (query === '' || query === server.search) &&
    isWithin(server.pathname, url.pathname)
  if (isOurs) return text
  throw new SignInError(
    'bad_metadata',
    `The metadata of ${server.host} is about another resource, so no token is asked for.`,
  )
}

/**
 * An absolute URI with path and query, and nothing else: what the parser of URLs repairs would be one resource here and another one
 * for the issuer. (RFC 8707 §2)
 */
const URI = /^https?:\/\/[a-z\d._:[\]-]+(\/[^?#]*)?(\?[^#]+)?$/i

const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)

/** Servers may name their issuers in another order each time; whoever is signed in at one of them stays there. */
function chooseIssuer(
  metadata: Json,
  { issuer: wanted, preferred }: Pick<DiscoverOptions, 'issuer' | 'preferred'>,
): string {
  const named = ownTexts(metadata, 'authorization_servers') ?? []
  const [first] = named
  if (first === undefined) throw new SignInError('bad_metadata', 'The server does not say who issues tokens for it.')
  if (wanted === undefined) return preferred !== undefined && named.includes(preferred) ? preferred : first
  if (named.includes(wanted)) return wanted
  throw otherIssuer(String(own(metadata, 'resource')))
}

const otherIssuer = (of: string): SignInError =>
  new SignInError('other_issuer', `The issuer that the credentials belong to issues no tokens for ${of} any more.`)

/** Endpoints that are used are checked here, once, so that nothing is sent before all of them are known to be good. */
const ENDPOINTS = [
  'authorization_endpoint',
  'token_endpoint',
  'registration_endpoint',
  'revocation_endpoint',
  'device_authorization_endpoint',
] as const

/** Members that are searched as lists of text. What is none of those says nothing: a text may contain what no list says. */
const LISTS = ['code_challenge_methods_supported', 'scopes_supported', 'token_endpoint_auth_methods_supported'] as const

function checkIssuer(
  metadata: Json,
  isRight: (named: string | undefined) => named is string,
  surroundings: Surroundings,
): AuthorizationServer {
  const issuer = ownText(metadata, 'issuer')
  if (!isRight(issuer)) {
    throw new SignInError('bad_metadata', 'The issuer that the server names publishes the metadata of another one.')
  }
  for (const name of ENDPOINTS) {
    const address = own(metadata, name)
    if (address !== undefined) checkAddress(address, `the ${name}`, surroundings)
  }
  const { __proto__: _, ...rest } = { ...metadata }
  const lists = Object.fromEntries(LISTS.map((name) => [name, ownTexts(metadata, name)]))
  return { ...rest, ...lists, issuer }
}

/** Endpoints that were a convention before metadata was required. */
const guessEndpoints = (origin: string): AuthorizationServer => ({
  issuer: origin,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  registration_endpoint: `${origin}/register`,
})

/** The address of a server as a resource. (basic/authorization#canonical-server-uri) */
const describeServer = ({ origin, pathname, search }: URL): string =>
  `${origin}${pathname === '/' ? '' : pathname}${search}`

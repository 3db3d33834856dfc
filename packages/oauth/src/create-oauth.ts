import type { JWK } from 'jose'
import { createAccessTokens } from './access-token.ts'
import { answerDocument, answerError, answerPage, answerPreflight } from './answer.ts'
import { createAuthorize } from './authorize.ts'
import type { ClientSource } from './client.ts'
import type { Core, CreateFront, Route } from './core.ts'
import { createEnding } from './ending.ts'
import type { OnEvent } from './events.ts'
import { createGrantTokens } from './grant-token.ts'
import { createFailures } from './failures.ts'
import { createGrantAccess, type GrantAccess } from './grants/grant-access.ts'
import { createFront, type FrontContext, type FrontOptions } from './front.ts'
import { createIntrospect } from './introspect.ts'
import { givenKeys, storedKeys } from './keys.ts'
import { createLifetimes, type LifetimeOptions } from './lifetimes.ts'
import { createMetadata } from './metadata.ts'
import { OAuthError } from './oauth-error.ts'
import { registeredClients, type ClientOptions } from './registered-clients.ts'
import { createResources, type ResourceOptions } from './resources.ts'
import { createRevoke } from './revoke.ts'
import { createSecrets, Secret } from './secrets.ts'
import type { Grant, GrantStore } from './store.ts'
import type { TokenCore } from './token/grant.ts'
import type { TrustedIssuer } from './token/identity-assertion.ts'
import { createGrants, createToken } from './token/token.ts'

export interface OAuthOptions extends Partial<FrontOptions> {
  /** The origin that people see, as `https://notes.example.com`; each token and answer carries it. Never taken from a request. */
  readonly issuer: string
  readonly store: GrantStore
  /**
   * At least 32 characters made at random, as `openssl rand -base64 32` makes them; the same for all processes that share the
   * store, and kept elsewhere than the store. Of several the first makes, and all are tried, so that one can take the place of
   * another. Left out, a store in memory gets one of its own.
   */
  readonly secret?: string | readonly string[] | undefined
  readonly resources: readonly ResourceOptions[]
  /** For requests that name none, where there are several. */
  readonly defaultResource?: string | undefined
  readonly clients?: readonly ClientOptions[] | undefined
  /** Sign-in, consent and registration of your own, in place of `login` and what belongs to it. */
  readonly front?: CreateFront | undefined
  /** Private keys with `kid` and `alg`; the first signs. Left out, keys are made, stored sealed, and rotated. */
  readonly keys?: readonly JWK[] | undefined
  readonly trustedIssuers?: readonly TrustedIssuer[] | undefined
  readonly lifetimes?: LifetimeOptions | undefined
  /** Schemes of applications, as `cursor`, that redirect URIs may have. Any program of a device can claim one. */
  readonly redirectSchemes?: readonly string[] | undefined
  /** Whether a grant may be refreshed: `false` for accounts and tenants that are closed. That revokes the grant. */
  readonly mayContinue?: ((grant: Grant) => boolean | Promise<boolean>) | undefined
  /** Takes part in every decision: when it rejects, nothing is handed out. */
  readonly onEvent?: OnEvent | undefined
  /** Hears of what went wrong here; `console.error` when left out. */
  readonly onError?: ((error: unknown) => void) | undefined
  /** Milliseconds since 1970; the clock of the machine when left out. */
  readonly now?: (() => number) | undefined
}

/** An authorization server. */
export interface OAuth {
  readonly issuer: string
  /** Answers the paths of this server, and 404 elsewhere. */
  readonly fetch: (request: Request) => Promise<Response>
  readonly handles: (pathname: string) => boolean
  readonly metadata: Readonly<Record<string, unknown>>
  /** Public keys, for a resource server in this process. */
  readonly jwks: () => Promise<{ readonly keys: readonly JWK[] }>
  /** Whether a grant, `gid` of a token, was neither revoked nor expired. */
  readonly isGrantLive: (grantId: string) => Promise<boolean>
  /** What people allowed, for pages and programs of the operator. */
  readonly grants: GrantAccess
}

const WELL_KNOWN = '/.well-known/oauth-authorization-server'
const METADATA_AGE = 300
/** Shorter than the time that a key is published before it signs. */
const JWKS_AGE = 300
const MIN_SECRET = 32
const MAX_CLIENT_ID = 2_048

/**
 * An OAuth 2.1 authorization server: codes with PKCE, refresh tokens that are used once, and access tokens as JWTs for one
 * resource each.
 *
 * @throws TypeError for a configuration that cannot work, naming what to change.
 */
export function createOAuth(options: OAuthOptions): OAuth {
  const { store, onEvent, onError = console.error, now = Date.now } = options
  const { issuer, base } = checkIssuer(options.issuer)
  const lifetimes = createLifetimes(options.lifetimes ?? {})
  const resources = createResources(options.resources, options.defaultResource)
  const schemes: ReadonlySet<string> = new Set(options.redirectSchemes ?? [])
  const secrets = createSecrets(chooseSecrets(options))
  const sources: ClientSource[] = [registeredClients(options.clients ?? [], { ...secrets, resources }, schemes)]

  const core: Core = {
    ...secrets,
    issuer,
    url: (path) => issuer.replace(/\/$/, '') + path,
    store,
    resources,
    now,
    findClient: async (clientId, request) => {
      if (clientId.length > MAX_CLIENT_ID) return undefined
      for (const find of sources) {
        const client = await find(clientId, request)
        if (client) return client
      }
      return undefined
    },
    tell: async (event) => onEvent?.({ ...event, at: now() }),
  }
  const keys = options.keys ? givenKeys(options.keys) : storedKeys(core, lifetimes.signingKey)
  const tokenCore: TokenCore = {
    ...core,
    lifetimes,
    failures: createFailures(core, options.clientAddress ?? (() => undefined)),
    accessTokens: createAccessTokens(core, keys),
    codes: createGrantTokens(core, 'code'),
    refreshTokens: createGrantTokens(core, 'refresh'),
    mayContinue: options.mayContinue ?? (() => true),
  }
  const front = chooseFront(options, { redirectSchemes: schemes, grantLifetime: lifetimes.grant })({
    ...core,
    ...createEnding(core, lifetimes),
  })
  sources.push(...front.clients)
  const grants = createGrants(options.trustedIssuers ?? [])
  const hasIntrospection = options.resources.some(({ introspection }) => introspection !== undefined)
  const metadata = createMetadata(core, grants, hasIntrospection, front.metadata)
  const jwks: OAuth['jwks'] = async () => ({ keys: await keys.published() })

  const authorize = createAuthorize(core, front, {
    transactionLifetime: lifetimes.transaction,
    redirectSchemes: schemes,
    clientAddress: options.clientAddress,
  })
  const describe = forPrograms('GET', () => answerDocument(metadata, METADATA_AGE), onError)
  const routes = new Map<string, Route>([
    [base + WELL_KNOWN, describe],
    [WELL_KNOWN + base, describe],
    [WELL_KNOWN, describe],
    [`${base}/jwks`, forPrograms('GET', async () => answerDocument(await jwks(), JWKS_AGE), onError)],
    [`${base}/authorize`, forPeople(authorize, onError)],
    [`${base}/token`, forPrograms('POST', createToken(tokenCore, grants), onError)],
    [`${base}/revoke`, forPrograms('POST', createRevoke(tokenCore), onError)],
  ])
  if (hasIntrospection) {
    routes.set(`${base}/introspect`, forPrograms('POST', createIntrospect(tokenCore, options.resources), onError))
  }
  for (const [path, route] of front.routes) routes.set(base + path, forPeople(route, onError))

  return {
    issuer,
    metadata,
    jwks,
    handles: (pathname) => routes.has(pathname),
    fetch: async (request) =>
      (await routes.get(new URL(request.url).pathname)?.(request)) ?? new Response(null, { status: 404 }),
    isGrantLive: async (grantId) => (await store.readGrant(grantId, now())) !== undefined,
    grants: createGrantAccess(core),
  }
}

/** Adds what programs in browsers need, and says every failure in JSON. */
const forPrograms =
  (method: 'GET' | 'POST', route: Route, onError: (error: unknown) => void): Route =>
  async (request) => {
    if (request.method === 'OPTIONS') return answerPreflight(method)
    if (method === 'GET' && request.method !== 'GET' && request.method !== 'HEAD') {
      return answerError(new OAuthError('invalid_request', 'Use GET.', 405, { allow: 'GET, HEAD' }))
    }
    try {
      return await route(request)
    } catch (error) {
      if (error instanceof OAuthError) return answerError(error)
      onError(error)
      return answerError(new OAuthError('server_error', 'Something went wrong here. Try again later.', 503))
    }
  }

const forPeople =
  (route: Route, onError: (error: unknown) => void): Route =>
  async (request) => {
    try {
      return await route(request)
    } catch (error) {
      if (error instanceof OAuthError) return answerPage(error.status, error.message)
      onError(error)
      return answerPage(503, 'Something went wrong here. Try again later.')
    }
  }

/** It is compared character by character by everybody. (RFC 8414 section 2, RFC 9207 section 2.4) */
function checkIssuer(issuer: string): { readonly issuer: string; readonly base: string } {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined
  const isLocal = url?.protocol === 'http:' && /^(?:127\.0\.0\.1|\[::1\]|localhost)$/.test(url.hostname)
  const isPlain = url !== undefined && (issuer === url.href || `${issuer}/` === url.href) && !/[?#@]/.test(issuer)
  if (!isPlain || !(url.protocol === 'https:' || isLocal) || issuer.endsWith('/')) {
    throw new TypeError(
      `issuer is an https URL without query, fragment and slash at its end, as https://notes.example.com (http on this machine only); it is ${JSON.stringify(issuer)}.`,
    )
  }
  return { issuer, base: url.pathname === '/' ? '' : url.pathname }
}

function chooseFront({ front, login, ...options }: OAuthOptions, context: FrontContext): CreateFront {
  if (front) return front
  if (login) return createFront({ ...options, login }, context)
  throw new TypeError('login says how people sign in: devLogin() on this machine, upstreamLogin({ … }), or a function.')
}

function chooseSecrets({ secret, store }: OAuthOptions): readonly Secret[] {
  if (secret === undefined && !store.isLasting) return []
  const secrets = typeof secret === 'string' ? [secret] : (secret ?? [])
  if (secrets.length === 0 || secrets.some(({ length }) => length < MIN_SECRET)) {
    throw new TypeError(
      `secret has at least ${MIN_SECRET} characters made at random, and stays the same as long as the store does; make one with: openssl rand -base64 32`,
    )
  }
  return secrets.map((one) => new Secret(one))
}

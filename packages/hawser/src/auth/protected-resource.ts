import type { JWK } from 'jose'
import type { Authenticator, Principal } from '../call/index.ts'
import { readBearer } from './bearer.ts'
import { canonicalResource, type ClaimRules, type Claims, toPrincipal } from './claims.ts'
import { checkUrl, type Fetch } from './fetch-json.ts'
import type { TokenCheck } from './introspection.ts'
import { readIssuer } from './issuer-metadata.ts'
import { type Algorithm, ALGORITHMS, createVerifier } from './jwt.ts'
import { createKept, unavailable } from './kept.ts'
import { createLocalKeys, createRemoteKeys, type KeySource } from './key-source.ts'
import { describeResource, metadataPaths } from './metadata.ts'
import { createTokenCache } from './token-cache.ts'
import { type AuthCrypto, authCrypto } from './web-crypto.ts'

/** Public keys. (RFC 7517 §5) */
export interface LocalKeys {
  readonly keys: readonly JWK[]
}

/** An issuer in this process, such as a server of `@hawser/oauth`. */
export interface LocalIssuer {
  readonly issuer: string
  readonly jwks: () => LocalKeys | Promise<LocalKeys>
  /** Whether a grant still holds, for scopes that are `live`. */
  readonly isGrantLive?: ((grant: string) => boolean | Promise<boolean>) | undefined
}

/** What a server is protected by. */
export interface ProtectedResourceOptions {
  /** The URL of the endpoint as clients know it. Tokens are for this resource alone, and clients compare it letter by letter. */
  readonly resource: string
  /** Who gives out tokens: the URL of any authorization server, exactly as it calls itself, or one in this process. */
  readonly issuer?: string | LocalIssuer | undefined
  /** Has each token checked by its issuer, `introspection({ … })`, in place of its signature. */
  readonly tokens?: TokenCheck | undefined
  /** Asked for scopes that are `live`: by `introspection({ … })`, where the issuer is not in this process. */
  readonly live?: TokenCheck | undefined
  /** Where the keys of the issuer are; what its metadata says when left out. */
  readonly jwks?: string | undefined
  /** What tokens may be signed with; ES256, EdDSA and RS256 when left out. */
  readonly algorithms?: readonly Algorithm[] | undefined
  /** `typ` of tokens; `at+jwt` alone when left out. `JWT` lets in whatever an issuer signs for this audience. */
  readonly types?: readonly string[] | undefined
  /** Other names for this resource in `aud`, for issuers that do not take a URL. */
  readonly audience?: string | readonly string[] | undefined
  /** Takes tokens that are for other resources, too: whoever runs one of those can use them here. */
  readonly allowOtherAudiences?: boolean | undefined
  /** Where scopes are in a token; `scope` when left out. */
  readonly scopeClaim?: string | ((claims: Claims) => unknown) | undefined
  /** Seconds by which clocks may differ; 60 when left out. */
  readonly clockTolerance?: number | undefined
  /** Milliseconds that a token which was found good counts as such; 60 000 when left out. */
  readonly keepMs?: number | undefined
  /** Whether clients find this resource at the root of its host as well; `false` where the host has several. */
  readonly root?: boolean | undefined
  /** For people who write clients. */
  readonly documentation?: string | undefined
  /** As `fetch` of the platform, which it is when left out. */
  readonly fetch?: Fetch | undefined
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** What `protectedResource({ … })` of `hawser/auth` makes, with what the runtime does best. */
export function protectedResource(options: ProtectedResourceOptions, crypto: AuthCrypto = authCrypto): Authenticator {
  const { resource, tokens, live } = options
  const url = checkUrl('resource', resource)
  const local = typeof options.issuer === 'object' ? options.issuer : undefined
  const named = typeof options.issuer === 'object' ? options.issuer.issuer : options.issuer
  const issuer = tokens?.issuer ?? named
  if (issuer === undefined)
    throw new TypeError('protectedResource({ … }) needs an `issuer`, or `tokens` that name one.')
  checkUrl('issuer', issuer)
  for (const [name, other] of Object.entries({ issuer: named, live: live?.issuer })) {
    if (other === undefined || other === issuer) continue
    throw new TypeError(`protectedResource({ ${name} }) is ${other}, but tokens are from ${issuer}.`)
  }
  const skewMs = (options.clockTolerance ?? 60) * 1000
  if (!(skewMs >= 0 && skewMs < Infinity))
    throw new TypeError(`clockTolerance must be a number of seconds, 0 or more; it is ${options.clockTolerance}.`)
  const { audience = [], scopeClaim = 'scope' } = options
  const names = typeof audience === 'string' ? [audience] : audience
  const rules: ClaimRules = {
    issuer,
    audiences: new Set([resource, ...names].map(canonicalResource)),
    allowOtherAudiences: options.allowOtherAudiences ?? false,
    readScopes: typeof scopeClaim === 'function' ? scopeClaim : (claims) => claims[scopeClaim],
    skewMs,
  }
  const read = tokens?.ask ?? createReader(options, issuer, local, crypto)
  const asks = tokens ?? live
  /** For what has to be asked about again; a caller that somebody made up is not in it. */
  const tokenOf = new WeakMap<Principal, string>()
  const find = async (token: string): Promise<Principal> => {
    const principal = Object.freeze(toPrincipal(await read(token), rules))
    if (asks !== undefined) tokenOf.set(principal, token)
    return principal
  }
  const tooMany = unavailable(new Error('Too many tokens are being checked at once.'))
  const cache = createTokenCache(crypto.digest, tokens?.keepMs ?? options.keepMs ?? MINUTE_MS, tooMany)
  const description = {
    resource,
    issuers: [issuer],
    documentation: options.documentation,
    isAtRoot: options.root ?? true,
  }
  return {
    resource,
    authenticate: (header) => {
      const token = readBearer(header)
      return token === undefined ? undefined : cache.get(token, () => find(token))
    },
    challenge: { resource_metadata: `${url.origin}${metadataPaths(url).own}` },
    documents: (server) => describeResource(description, server),
    isLive: asks === undefined ? localLife(local) : (principal) => stillHolds(principal, asks, tokenOf),
  }
}

/** Checks tokens by the keys of their issuer. */
function createReader(
  options: ProtectedResourceOptions,
  issuer: string,
  local: LocalIssuer | undefined,
  { verifySignature }: AuthCrypto,
): (token: string) => Promise<Claims> {
  const { jwks, types = ['at+jwt'], algorithms = ['ES256', 'EdDSA', 'Ed25519', 'RS256'] } = options
  const fetch = options.fetch ?? globalThis.fetch
  const strange = algorithms.find((algorithm) => !ALGORITHMS.includes(algorithm))
  if (strange !== undefined || algorithms.length === 0) {
    throw new TypeError(`algorithms must be some of ${ALGORITHMS.join(', ')}; got ${JSON.stringify(algorithms)}.`)
  }
  const verify = createVerifier({ algorithms, types }, verifySignature)
  if (jwks !== undefined) checkUrl('jwks', jwks)
  const remote = createKept(async (): Promise<KeySource> => {
    const found = jwks ?? (await readIssuer(fetch, issuer)).jwksUri
    if (found !== undefined) return createRemoteKeys(fetch, found)
    throw new Error(`The issuer ${issuer} does not say where its keys are. Give the address with \`jwks\`.`)
  }, DAY_MS)
  const localKeys = local && createLocalKeys(local.jwks)
  return async (token) => verify(token, localKeys ?? (await remote()))
}

/** An issuer in this process knows its grants by name. */
function localLife(local: LocalIssuer | undefined): Authenticator['isLive'] {
  const isGrantLive = local?.isGrantLive
  if (isGrantLive === undefined) return undefined
  return ({ grant }) => {
    if (grant === undefined)
      throw new Error('The access token names no grant (`gid`), so nobody can tell whether it holds.')
    return isGrantLive(grant)
  }
}

/** Asks the issuer now, whatever it said a moment ago. */
async function stillHolds(
  principal: Principal,
  { ask }: TokenCheck,
  tokenOf: WeakMap<Principal, string>,
): Promise<boolean> {
  const token = tokenOf.get(principal)
  if (token === undefined) throw new Error('This caller was changed on the way, so their token is not known any more.')
  try {
    await ask(token)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'invalid_token') return false
    throw error
  }
}

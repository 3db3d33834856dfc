import type { TokenEndpointResponse } from 'oauth4webapi'
import { getValidatedIdTokenClaims } from 'oauth4webapi'
import { own, ownText, ownTexts, readObject } from './json.ts'
import { readScopes } from './read-challenges.ts'
import { Secret } from './secret.ts'
import { SignInError } from './sign-in-error.ts'

/** What an issuer gave for one server. */
export interface Tokens {
  readonly issuer: string
  readonly resource: string
  /** Where the challenge said that the metadata of the server is. */
  readonly resourceMetadata?: string | undefined
  readonly clientId: string
  /** The client, where it registered itself: it refreshes and revokes these tokens, whatever registers next. */
  readonly registration?: Secret | undefined
  /** Tells one consent from another; refreshed tokens belong to the same. */
  readonly grant: string
  readonly scheme: 'Bearer' | 'DPoP'
  readonly access: Secret
  readonly refresh?: Secret | undefined
  /** Milliseconds since 1970. */
  readonly expiresAt?: number | undefined
  /** What was granted. */
  readonly scopes: readonly string[]
  /** All that was ever asked for: what is asked next includes it. */
  readonly requested: readonly string[]
  /** Who signed in, where the issuer says it. */
  readonly account?: string | undefined
  /** The private key that a DPoP token is bound to, as JWK. */
  readonly key?: Secret | undefined
}

export type TokenContext = Pick<
  Tokens,
  'issuer' | 'resource' | 'resourceMetadata' | 'clientId' | 'registration' | 'grant' | 'requested' | 'key'
>

/** Visible ASCII, so that nothing can end the header that carries it. (RFC 6750 §2.1) */
const TOKEN = /^[\x21-\x7e]{1,16384}$/
/** Seconds; who promises more is taken at a year. */
const LONGEST = 31_536_000

/** @throws SignInError `bad_token`. */
export function readTokens(response: TokenEndpointResponse, context: TokenContext, now: number): Tokens {
  const { access_token: access, refresh_token: refresh, token_type: type, expires_in: expiresIn, scope } = response
  if (!TOKEN.test(access) || (refresh !== undefined && !TOKEN.test(refresh)))
    throw badToken('characters that no header can carry')
  if (context.key !== undefined && type !== 'dpop') throw badToken('no binding to the key that was shown')
  if (context.key === undefined && type !== 'bearer') throw badToken(`the type ${JSON.stringify(type).slice(0, 40)}`)
  return {
    ...context,
    scheme: type === 'dpop' ? 'DPoP' : 'Bearer',
    access: new Secret(access),
    refresh: refresh === undefined ? undefined : new Secret(refresh),
    expiresAt: expiresIn === undefined ? undefined : now + Math.min(expiresIn, LONGEST) * 1000,
    // Left out when it is what was asked for. (RFC 6749 §5.1)
    scopes: scope === undefined ? context.requested : readScopes(scope),
    account: readAccount(response),
  }
}

const badToken = (what: string): SignInError =>
  new SignInError('bad_token', `Expected a token that can be used, got one with ${what}.`)

function readAccount(response: TokenEndpointResponse): string | undefined {
  const claims = getValidatedIdTokenClaims(response)
  const name = [claims?.['email'], claims?.['preferred_username'], claims?.sub].find((each) => typeof each === 'string')
  return typeof name === 'string' ? name.slice(0, 200) : undefined
}

/** As text for a store. It holds secrets. */
export function encodeTokens({ access, refresh, registration, key, ...rest }: Tokens): string {
  return JSON.stringify({
    v: 1,
    ...rest,
    access: access.reveal(),
    refresh: refresh?.reveal(),
    registration: registration?.reveal(),
    key: key?.reveal(),
  })
}

/** Nothing for what this release does not know how to read. */
export function decodeTokens(text: string | undefined): Tokens | undefined {
  const value = readObject(text ?? '')
  if (value === undefined || own(value, 'v') !== 1) return undefined
  const get = (name: string): string => ownText(value, name) ?? ''
  const secret = (name: string): Secret | undefined => {
    const found = ownText(value, name)
    return found === undefined ? undefined : new Secret(found)
  }
  const access = secret('access')
  if (access === undefined) return undefined
  const expiresAt = own(value, 'expiresAt')
  return {
    issuer: get('issuer'),
    resource: get('resource'),
    resourceMetadata: ownText(value, 'resourceMetadata'),
    clientId: get('clientId'),
    registration: secret('registration'),
    grant: get('grant'),
    scheme: get('scheme') === 'DPoP' ? 'DPoP' : 'Bearer',
    access,
    refresh: secret('refresh'),
    expiresAt: typeof expiresAt === 'number' ? expiresAt : undefined,
    scopes: ownTexts(value, 'scopes') ?? [],
    requested: ownTexts(value, 'requested') ?? [],
    account: ownText(value, 'account'),
    key: secret('key'),
  }
}

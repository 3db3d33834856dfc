import {
  createLocalJWKSet,
  decodeJwt,
  errors,
  jwtVerify,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose'
import { ASSERTION_ALGORITHMS } from '../client-assertion.ts'
import { CLOCK_TOLERANCE } from '../clock.ts'
import { isFirstUse } from '../first-use.ts'
import { invalidRequest, OAuthError } from '../oauth-error.ts'
import { admitsTenant } from '../resources.ts'
import { checkSameResource, readScopes } from '../scopes.ts'
import type { User } from '../transaction.ts'
import { issueAlone } from './client-grant.ts'
import { refuseGrant, type GrantHandler, type TokenCore } from './grant.ts'
import { remoteKeys } from './remote-keys.ts'

/** An identity provider whose assertions are taken for a sign-in. */
export interface TrustedIssuer {
  readonly issuer: string
  /** Its public keys, or the URL where they stand; never what an assertion names. */
  readonly jwks: JSONWebKeySet | URL
  /**
   * The account of a subject, or `undefined` when it has none here. Link by `sub` of this issuer: an address can belong to
   * another person tomorrow.
   */
  readonly account: (claims: JWTPayload & { readonly sub: string }) => User | undefined | Promise<User | undefined>
  /** Seconds between `iat` and `exp` at most; 300 when left out. */
  readonly maxLifetime?: number | undefined
}

const TYPE = 'oauth-id-jag+jwt'
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
export const ID_JAG_PROFILE = 'urn:ietf:params:oauth:grant-profile:id-jag'
const DEFAULT_LIFETIME = 300
const MAX_ID = 256

interface Trusted extends TrustedIssuer {
  readonly keys: JWTVerifyGetKey
}

/** What an identity provider says about a person's client, for a token. (ext-auth: enterprise-managed-authorization) */
export function createIdentityAssertion(issuers: readonly TrustedIssuer[]): GrantHandler {
  const trusted = new Map<string, Trusted>(
    issuers.map((one) => [
      one.issuer,
      { ...one, keys: one.jwks instanceof URL ? remoteKeys(one.jwks) : createLocalJWKSet(one.jwks) },
    ]),
  )
  return async (core, client, form) => {
    if (client.authentication === 'none')
      throw new OAuthError('unauthorized_client', 'This client has to prove itself.')
    const assertion = form.get('assertion')
    if (assertion === undefined) throw invalidRequest('assertion is missing.')
    const issuer = trusted.get(issuerOf(assertion) ?? '')
    const claims = issuer && (await readClaims(core, issuer, assertion))
    if (!issuer || !claims || claims.client_id !== client.id) throw await refuseGrant(core, client, 'assertion')
    const resource = claims.resource === undefined ? core.resources.fallback : core.resources.find(claims.resource)
    if (!resource || !(client.resources?.includes(resource.resource) ?? true)) {
      throw await refuseGrant(core, client, 'assertion_resource')
    }
    checkSameResource(form, resource.resource, core)
    const asked = readScopes(form.get('scope'))
    const allowed = claims.scope?.split(' ') ?? []
    const scopes = [...new Set(allowed)].filter(
      (scope) =>
        resource.scopes.has(scope) && (client.scopes?.includes(scope) ?? true) && (asked?.includes(scope) ?? true),
    )
    const user = await issuer.account(claims)
    if (!user || !admitsTenant(resource, user.tenant)) {
      throw await refuseGrant(core, client, 'assertion_account')
    }
    const { iss, sub, jti, exp } = claims
    if (!(await isFirstUse(core, ['id-jag', iss, sub, jti], (exp + CLOCK_TOLERANCE) * 1000, core.now()))) {
      throw await refuseGrant(core, client, 'assertion_replayed')
    }
    const holder = { kind: 'user', subject: user.userId, tenant: user.tenant } as const
    return issueAlone(core, client, resource, scopes, holder, JWT_BEARER)
  }
}

interface Claims extends JWTPayload {
  readonly iss: string
  readonly sub: string
  readonly jti: string
  readonly exp: number
  readonly iat: number
  readonly client_id: string
  readonly resource?: string
  readonly scope?: string
}

async function readClaims(
  core: TokenCore,
  { issuer, keys, maxLifetime = DEFAULT_LIFETIME }: Trusted,
  assertion: string,
): Promise<Claims | undefined> {
  try {
    const { payload } = await jwtVerify<Claims>(assertion, keys, {
      algorithms: ASSERTION_ALGORITHMS,
      typ: TYPE,
      issuer,
      audience: core.issuer,
      requiredClaims: ['sub', 'jti', 'exp', 'iat', 'client_id'],
      clockTolerance: CLOCK_TOLERANCE,
      currentDate: new Date(core.now()),
    })
    const { aud, exp, iat, sub, jti, client_id, resource, scope } = payload
    const isForUsAlone = typeof aud === 'string' || aud?.length === 1
    const areTexts = [sub, jti, client_id, resource ?? '', scope ?? ''].every((text) => typeof text === 'string')
    const isShort = exp - iat <= maxLifetime && iat * 1000 <= core.now() + CLOCK_TOLERANCE * 1000
    // A token that is bound to a key is not for bearers.
    return isForUsAlone && areTexts && isShort && jti.length <= MAX_ID && payload['cnf'] === undefined
      ? payload
      : undefined
  } catch (error) {
    if (isUnreachable(error)) throw error
    return undefined
  }
}

/** Nobody can tell now whether the assertion is good: the keys of its issuer were not to be had. */
function isUnreachable(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return true
  return error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || error.code === 'ERR_JOSE_GENERIC'
}

function issuerOf(assertion: string): string | undefined {
  try {
    return decodeJwt(assertion).iss
  } catch {
    return undefined
  }
}

import type { Principal } from '../call/index.ts'
import { refuse } from './bearer.ts'

/** What is claimed for a token: the payload of a JWT, or the answer of an introspection. */
export interface Claims {
  readonly [name: string]: unknown
}

/** What a token has to say to be one for this resource. */
export interface ClaimRules {
  readonly issuer: string
  /** Without doubt: a token for one of these, and for nothing else. */
  readonly audiences: ReadonlySet<string>
  readonly allowOtherAudiences: boolean
  readonly readScopes: (claims: Claims) => unknown
  /** Milliseconds by which clocks may differ. */
  readonly skewMs: number
}

/** Scopes of one token; nobody needs more, and each check of a challenge would have to name them. */
const MAX_SCOPES = 256

/** Who a token stands for, when it is one for this resource. Throws AuthorizationError `invalid_token`. */
export function toPrincipal(claims: Claims, rules: ClaimRules): Principal {
  const { iss, aud, sub, exp, nbf, cnf, client_id: clientId, azp, tid, gid } = claims
  if (iss !== rules.issuer) throw refuse('issuer')
  const now = Date.now()
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf * 1000 - rules.skewMs <= now)) throw refuse('expired')
  if (typeof exp !== 'number' || exp * 1000 + rules.skewMs <= now) throw refuse('expired')
  checkAudience(aud, rules)
  // A Bearer is whoever holds the token; the key that this one is bound to was not shown. (RFC 9449 §7.2, RFC 8705 §3)
  if (cnf !== undefined) throw refuse('bound')
  if (typeof sub !== 'string' || sub === '') throw refuse('invalid')
  return {
    subject: sub,
    scopes: new Set(toScopes(rules.readScopes(claims))),
    issuer: rules.issuer,
    clientId: text(clientId) ?? text(azp),
    tenant: text(tid),
    grant: text(gid),
    expiresAt: exp * 1000 + rules.skewMs,
  }
}

function checkAudience(aud: unknown, { audiences, allowOtherAudiences }: ClaimRules): void {
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  const isOurs = (one: unknown): boolean =>
    typeof one === 'string' && (audiences.has(one) || audiences.has(canonicalResource(one)))
  const isAllowed = allowOtherAudiences ? named.some(isOurs) : named.length > 0 && named.every(isOurs)
  if (!isAllowed) throw refuse('audience')
}

/** Scheme and host in lower case, and no slash for an empty path; nothing else is the same. (RFC 3986 §6.2.2.1) */
export function canonicalResource(uri: string): string {
  const parts = /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)(\/?)(.*)$/i.exec(uri)
  if (parts === null) return uri
  const [, origin = '', slash, rest] = parts
  return `${origin.toLowerCase()}${rest === '' ? '' : slash}${rest}`
}

/** A list with spaces between, or an array, as issuers write them. */
function toScopes(value: unknown): readonly string[] {
  const scopes = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : []
  const named = scopes.filter((scope): scope is string => typeof scope === 'string' && scope !== '')
  if (named.length > MAX_SCOPES) throw refuse('invalid')
  return named
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

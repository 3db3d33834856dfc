import { countAttempts } from './attempts.ts'
import type { Found } from './discover.ts'
import { SignInError } from './sign-in-error.ts'
import type { Tokens } from './tokens.ts'

/** A server wants more than was granted. */
export interface StepUp {
  readonly server: string
  /** The method, and the name of the tool or the address of the resource where there is one. */
  readonly operation: string
  /** What is missing. */
  readonly missing: readonly string[]
  /** All that would be asked for. */
  readonly scopes: readonly string[]
}

/** What bounds the scopes that are asked for. */
export interface ScopeLimits {
  readonly scopes: readonly string[]
  readonly maxScopes: readonly string[] | undefined
  readonly onStepUp: ((stepUp: StepUp) => boolean | Promise<boolean>) | undefined
}

/** What scopes are needed for; without an operation, being signed in at all. */
interface Wanted {
  readonly challenge: { readonly scopes: readonly string[] } | undefined
  readonly operation?: string
  /** Whether nobody will be asked, so that this is no attempt: it is told what would be. */
  readonly isMute?: boolean | undefined
}

/** What is asked for at one server, or a refusal to ask. */
export type ChooseScopes = (wanted: Wanted, old: Tokens | undefined, found: Found) => Promise<readonly string[]>

/** How often in ten minutes: for one need, and for all of them together. */
const MOST_EACH = 2
const MOST = 6

export const union = (...lists: readonly (readonly string[])[]): readonly string[] => [...new Set(lists.flat())]

export const covers = (granted: readonly string[], wanted: readonly string[]): boolean =>
  wanted.every((scope) => granted.includes(scope))

/**
 * Chooses the scopes that a person or an issuer is asked for, within what the client may have and not again and again.
 *
 * @throws SignInError, when called, `beyond_limits` or `denied`.
 * @see basic/authorization#scope-selection-strategy, basic/authorization#step-up-authorization-flow
 */
export function createScopeChoice(server: URL, { scopes: always, maxScopes, onStepUp }: ScopeLimits): ChooseScopes {
  const attempts = countAttempts()
  return async ({ challenge, operation, isMute = false }, old, found) => {
    const take = (what: string, most: number): boolean => isMute || attempts.take(what, most)
    const named = challenge?.scopes ?? []
    const before = old === undefined ? [] : union(old.requested, old.scopes)
    const isAllowed = (scope: string): boolean =>
      maxScopes === undefined || maxScopes.includes(scope) || scope === 'offline_access'
    const beyond = (why: string) => new SignInError('beyond_limits', why, { scopes: named })
    if (operation === undefined) {
      if (!take('sign in', MOST)) throw beyond(`Signing in at ${server.host} was tried too often. Try again later.`)
      // The challenge counts; without one, what the server publishes. (basic/authorization#scope-selection-strategy)
      const known = union(before, always, named)
      const scopes = (known.length > 0 ? known : (found.scopes ?? [])).filter(isAllowed)
      // To ask for nothing is to leave it to the issuer.
      if (scopes.length > 0 || maxScopes === undefined) return scopes
      throw beyond(`${server.host} asks for nothing that this client may have.`)
    }
    const missing = named.filter((scope) => !old?.scopes.includes(scope))
    if (!missing.every(isAllowed)) throw beyond(`${server.host} asks for more than this client may have.`)
    const isTooOften = !take(`${operation} ${missing.toSorted().join(' ')}`, MOST_EACH) || !take('step up', MOST)
    if (isTooOften) throw beyond(`${server.host} asks for more permissions again and again.`)
    const scopes = union(before, always, missing).filter(isAllowed)
    const isGranted = (await onStepUp?.({ server: server.href, operation, missing, scopes })) ?? true
    if (isGranted) return scopes
    throw new SignInError('denied', `More permissions for ${server.host} were denied.`, { scopes: missing })
  }
}

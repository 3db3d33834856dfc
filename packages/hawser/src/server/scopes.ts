import { AuthorizationError, DefinitionError, type Principal } from '../call/index.ts'

/** One permission, as people see it. */
export interface ScopeDefinition<Scope extends string = string> {
  readonly title: string
  /** Scopes that come with this one. */
  readonly implies?: readonly Scope[] | undefined
}

/** Every permission of a server, by name: its title, or its title with what it implies. */
export type ScopeCatalogue<Scope extends string> = {
  readonly [S in Scope]: string | ScopeDefinition<NoInfer<Scope>>
}

/** A required scope, with every scope that grants it: itself, and those that imply it. */
interface Requirement {
  readonly scope: string
  readonly grantedBy: readonly string[]
}

/** Checks a principal against what an item requires; throws one error that names all that is missing. */
export type Authorize = (principal: Principal | undefined) => void

/** (RFC 6749 §3.3) */
const SCOPE = /^[!#-[\]-~]+$/

/** Compiles the scope catalogue, so that a check at run time is a few set look-ups. */
export function createAuthorizer(
  catalogue: ScopeCatalogue<string>,
): (required: readonly string[], where: string) => Authorize | undefined {
  const implied = new Map(
    Object.entries(catalogue).map(([scope, definition]) => [
      scope,
      typeof definition === 'string' ? [] : (definition.implies ?? []),
    ]),
  )
  const wrong = Object.keys(catalogue).find((scope) => !SCOPE.test(scope))
  if (wrong !== undefined) {
    throw new DefinitionError(
      'bad-scope',
      `The scope "${wrong}" cannot stand in a token. Use visible ASCII without spaces, quotes and backslashes.`,
    )
  }
  const checkDeclared = (scope: string, who: string): void => {
    if (implied.has(scope)) return
    const message = `${who} the scope "${scope}", which is not declared. Add it to \`scopes\` of mcp({ … }).`
    throw new DefinitionError('unknown-scope', message)
  }
  for (const [scope, others] of implied) for (const other of others) checkDeclared(other, `Scope "${scope}" implies`)

  const holds = (held: string, wanted: string, seen: Set<string>): boolean =>
    held === wanted ||
    (!seen.has(held) && (implied.get(seen.add(held) && held) ?? []).some((next) => holds(next, wanted, seen)))

  return (required, where) => {
    if (required.length === 0) return undefined
    const requirements = required.map((scope): Requirement => {
      checkDeclared(scope, `${where} requires`)
      return { scope, grantedBy: [...implied.keys()].filter((held) => holds(held, scope, new Set())) }
    })
    return (principal) => {
      const missing = requirements.filter(
        ({ grantedBy }) => principal === undefined || !grantedBy.some((scope) => principal.scopes.has(scope)),
      )
      if (missing.length === 0) return
      const scopes = missing.map(({ scope }) => scope)
      throw principal === undefined
        ? new AuthorizationError('missing_token', `Sign in first. Needed: ${scopes.join(', ')}.`, scopes)
        : new AuthorizationError('insufficient_scope', `Permission missing: ${scopes.join(', ')}.`, scopes)
    }
  }
}

/** Whether a caller passes a check, for lists that leave out what they may not use. */
export function permits(authorize: Authorize | undefined, principal: Principal | undefined): boolean {
  try {
    authorize?.(principal)
    return true
  } catch (error) {
    if (error instanceof AuthorizationError) return false
    throw error
  }
}

import { DefinitionError, type Risk, RISKS } from '../call/index.ts'

/** One permission, as people see it. */
export interface ScopeDefinition<Scope extends string = string> {
  readonly title: string
  /** How much harm it does in the wrong hands; `medium` when left out. */
  readonly risk?: Risk | undefined
  /** Scopes that come with this one. */
  readonly implies?: readonly Scope[] | undefined
  /** Asked for when a client signs in, before anything is called. */
  readonly baseline?: boolean | undefined
  /** Each use asks the issuer whether the grant still holds, so that it ends at once when it is revoked. */
  readonly live?: boolean | undefined
}

/** Every permission of a server, by name: its title, or its title with what else there is to say. */
export type ScopeCatalogue<Scope extends string> = {
  readonly [S in Scope]: string | ScopeDefinition<NoInfer<Scope>>
}

/** One scope, with all that a check wants to know of it. */
export interface Requirement {
  readonly scope: string
  /** Every scope that grants it: itself first, and those that imply it. */
  readonly grantedBy: readonly string[]
  readonly risk: Risk
  readonly isLive: boolean
}

/** The scopes of a server, checked. */
export interface Catalogue {
  /** @throws DefinitionError `unknown-scope`, which says who asks for it. */
  readonly require: (scope: string, who: string) => Requirement
  readonly declared: ReadonlyMap<string, { readonly definition: ScopeDefinition; readonly requirement: Requirement }>
  readonly baseline: readonly string[]
  readonly hasLive: boolean
}

/** (RFC 6749 §3.3) */
const SCOPE = /^[!#-[\]-~]+$/

/** What a refresh token is asked for with: between a client and its authorization server, and nothing for a resource. */
const RESERVED: ReadonlySet<string> = new Set(['offline_access'])

/**
 * Checks the catalogue of a server.
 *
 * @throws DefinitionError `bad-scope` or `unknown-scope`.
 */
export function compileCatalogue(given: ScopeCatalogue<string>): Catalogue {
  const scopes = new Map(
    Object.entries(given).map(([scope, definition]): [string, ScopeDefinition] => [
      scope,
      typeof definition === 'string' ? { title: definition } : definition,
    ]),
  )
  for (const [scope, definition] of scopes) checkScope(scope, definition)
  const declared = (scope: string, who: string): ScopeDefinition => {
    const definition = scopes.get(scope)
    if (definition !== undefined) return definition
    const message = `${who} the scope "${scope}", which is not declared. Add it to \`scopes\` of mcp({ … }).`
    throw new DefinitionError('unknown-scope', message)
  }
  for (const [scope, { implies = [] }] of scopes)
    for (const other of implies) declared(other, `Scope "${scope}" implies`)

  const grants = (held: string, wanted: string, seen: Set<string>): boolean =>
    held === wanted ||
    (!seen.has(held) && (scopes.get(seen.add(held) && held)?.implies ?? []).some((next) => grants(next, wanted, seen)))

  const compiled = new Map(
    [...scopes].map(([scope, definition]) => {
      const { risk = 'medium', live = false } = definition
      const others = [...scopes.keys()].filter((held) => held !== scope && grants(held, scope, new Set()))
      const requirement: Requirement = { scope, grantedBy: [scope, ...others], risk, isLive: live }
      return [scope, { definition, requirement }]
    }),
  )
  return {
    require: (scope, who) => compiled.get(scope)?.requirement ?? (declared(scope, who) as never),
    declared: compiled,
    baseline: [...scopes].filter(([, { baseline }]) => baseline === true).map(([scope]) => scope),
    hasLive: [...scopes.values()].some(({ live }) => live === true),
  }
}

function checkScope(scope: string, { risk }: ScopeDefinition): void {
  if (!SCOPE.test(scope)) {
    throw new DefinitionError(
      'bad-scope',
      `The scope "${scope}" cannot stand in a token. Use visible ASCII without spaces, quotes and backslashes.`,
    )
  }
  if (RESERVED.has(scope)) {
    throw new DefinitionError('bad-scope', `"${scope}" is for clients to ask for, and no permission of a server.`)
  }
  if (risk !== undefined && !RISKS.includes(risk)) {
    const got = JSON.stringify(risk)
    throw new DefinitionError('bad-scope', `Scope "${scope}": risk is one of ${RISKS.join(', ')}; it is ${got}.`)
  }
}

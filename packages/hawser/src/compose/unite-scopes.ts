import { DefinitionError } from '../call/index.ts'
import type { Protected } from '../server/index.ts'

type Declared = Protected['scopes']
/** What people are told of a scope. */
type ScopeDefinition = Declared extends ReadonlyMap<string, { readonly definition: infer D }> ? D : never

/**
 * The scopes of several servers as those of one. A name that two of them declare would open both by one consent, so it is refused.
 *
 * @throws DefinitionError `shared-scope`.
 */
export function uniteScopes(
  servers: Readonly<Record<string, { readonly parts: Protected }>>,
): Readonly<Record<string, ScopeDefinition>> {
  const owners = new Map<string, string>()
  const united: [string, ScopeDefinition][] = []
  for (const [name, { parts }] of Object.entries(servers)) {
    for (const [scope, { definition }] of parts.scopes) {
      const other = owners.get(scope)
      if (other !== undefined) {
        const message = `The servers "${other}" and "${name}" both have a scope "${scope}", so that one consent would open both.`
        throw new DefinitionError('shared-scope', `${message} Name each after its server, as "${name}:…".`)
      }
      owners.set(scope, name)
      united.push([scope, definition])
    }
  }
  return Object.fromEntries(united)
}

import type { Client } from './client.ts'
import type { Core } from './core.ts'
import { OAuthError } from './oauth-error.ts'
import { severalResources, type Parameters } from './parameters.ts'
import { isScopeToken, type Resource, type Resources } from './resources.ts'

const MAX_SCOPES = 100

const invalidScope = (message: string): OAuthError => new OAuthError('invalid_scope', message)
const invalidTarget = (): OAuthError =>
  new OAuthError('invalid_target', 'The resource is none that this client can get tokens for.')

/** The scopes of a request, or `undefined` when it names none. */
export function readScopes(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined
  const scopes = [...new Set(text.split(' '))]
  if (scopes.length > MAX_SCOPES) throw invalidScope(`At most ${MAX_SCOPES} scopes are read.`)
  if (!scopes.every(isScopeToken)) throw invalidScope('A scope is malformed.')
  return scopes
}

/** @throws OAuthError `invalid_scope` for one that the resource does not have or the client may not have. */
export function grantableScopes(text: string | undefined, resource: Resource, client: Client): readonly string[] {
  const mayHave = (scope: string): boolean => resource.scopes.has(scope) && (client.scopes?.includes(scope) ?? true)
  const asked = readScopes(text)
  if (asked === undefined) return baseline(resource).filter(mayHave)
  if (!asked.every(mayHave)) throw invalidScope('A scope is not one of this resource, or not for this client.')
  return asked
}

const baseline = ({ scopes }: Resource): readonly string[] =>
  [...scopes].filter(([, description]) => description.baseline === true).map(([scope]) => scope)

/** @throws OAuthError `invalid_target` unless it is one resource, registered and for this client. (RFC 8707 section 2) */
export function requestedResource(
  parameters: Parameters,
  client: Client,
  { resources }: { readonly resources: Resources },
): Resource {
  const asked = parameters.all('resource')
  if (new Set(asked).size > 1) throw severalResources()
  const [uri] = asked
  const resource = uri === undefined ? resources.fallback : resources.find(uri)
  if (!resource || !(client.resources?.includes(resource.resource) ?? true)) throw invalidTarget()
  return resource
}

/** A token endpoint cannot change what the grant is for. */
export function checkSameResource(
  parameters: Parameters,
  granted: string,
  { resources }: Pick<Core, 'resources'>,
): void {
  const uri = parameters.get('resource')
  if (uri !== undefined && resources.find(uri)?.resource !== granted) throw invalidTarget()
}

import { DefinitionError } from '../call/index.ts'
import type { Resource as ResourceListing, ResourceTemplate } from '../protocol/index.ts'
import { parseTemplate } from '../uri-template/parse.ts'
import type { UriTemplate } from '../uri-template/template.ts'
import type { Access, Authorizer } from './access.ts'
import { checkPositive } from './check-options.ts'
import type { Anything, Resource, ResourceDefinition } from './definitions.ts'
import { listedMeta } from './listed-scopes.ts'

type Definition = Omit<ResourceDefinition<string, Anything, string>, 'complete'> & Pick<CompiledResource, 'complete'>

/** A resource or a family of resources, ready to be read. */
export interface CompiledResource {
  readonly name: string
  readonly definition: Definition
  readonly access: Access
  readonly template: UriTemplate
  readonly listing: ResourceListing | ResourceTemplate
  readonly complete?: { readonly [variable: string]: Anything }
}

/** Checks one resource when the module loads. (server/resources) */
export function compileResource(name: string, resource: Resource, authorizer: Authorizer): CompiledResource {
  const where = `Resource "${name}"`
  if (resource?.kind !== 'resource') {
    throw new DefinitionError('not-a-resource', `${where} is not a resource. Make it with \`.resource({ … })\`.`)
  }
  const definition = resource.definition as Definition
  const template = readTemplate(where, definition.uri)
  for (const variable of Object.keys(definition.complete ?? {})) {
    if (!template.variables.includes(variable)) {
      throw new DefinitionError(
        'unknown-completion',
        `${where} completes "${variable}", but ${definition.uri} has no such variable.`,
      )
    }
  }
  const { title, description, mimeType, icons, annotations, size, meta } = definition
  const access = authorizer(definition, where)
  const shown = { name, title, description, mimeType, icons, annotations, _meta: listedMeta(meta, access) }
  checkPositive(where, 'timeout', definition.timeout)
  return {
    name,
    definition,
    access,
    template,
    complete: definition.complete,
    listing: isFixed(template) ? { uri: definition.uri, size, ...shown } : { uriTemplate: definition.uri, ...shown },
  }
}

/** A template without variables is a plain URI. */
export function isFixed(template: UriTemplate): boolean {
  return template.variables.length === 0
}

function readTemplate(where: string, uri: string): UriTemplate {
  const refuse = (problem: string, cause?: unknown): DefinitionError =>
    new DefinitionError('bad-uri-template', `${where}: ${problem}`, { cause })
  let template: UriTemplate
  try {
    template = parseTemplate(uri)
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : String(cause), cause)
  }
  const { unmatchable, parts } = template
  if (unmatchable !== undefined) throw refuse(unmatchable)
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:/.test(uri)) {
    throw refuse(`"${uri}" has no scheme. Start it with one such as notes://.`)
  }
  const [literal] = parts
  if (isFixed(template) && typeof literal === 'string' && literal !== uri) {
    throw refuse(`"${uri}" holds what no URI may hold. Encode it: "${literal}".`)
  }
  return template
}

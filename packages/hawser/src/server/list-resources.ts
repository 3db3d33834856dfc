import type { Call, Reply } from '../call/index.ts'
import type { Resource as ResourceListing, ResourceTemplate } from '../protocol/index.ts'
import { match } from '../uri-template/match.ts'
import { type CompiledResource, isFixed } from './compile-resource.ts'
import type { ServerFrame } from './frame.ts'
import { createListPages, type Listed } from './listing.ts'
import { type List, slicePage } from './page.ts'
import { runWithoutAsking } from './run-handler.ts'
import { unknownTemplate } from './unknown.ts'

type ListResources = (call: Call<'resources/list'>) => Reply<'resources/list'> | Promise<Reply<'resources/list'>>

/** Members of one family that are listed; a handler that returns more is cut, since each request holds them all. */
const MAX_MEMBERS = 10_000

/** Answers `resources/list`: from text when all resources are fixed, anew per caller when a family lists its members. */
export function createResourceList(resources: readonly CompiledResource[], frame: ServerFrame): ListResources {
  const fixed = resources.filter(({ template }) => isFixed(template))
  const families = resources.filter(({ definition }) => definition.list !== undefined)
  if (families.length === 0) return createListPages('resources', fixed, frame) as ListResources
  return async (call) => {
    const members = await Promise.all(families.map((family) => listMembers(family, call, frame)))
    const shown = fixed.filter(({ access }) => frame.shows?.(access, call.principal) ?? true)
    const all = [...shown.map(({ listing }) => listing as ResourceListing), ...members.flat()]
    const { page, nextCursor } = slicePage(all, frame.pageSize, call.params.cursor, 'resources')
    return { resources: page, nextCursor, ttlMs: 0, cacheScope: 'private', _meta: frame.resultMeta }
  }
}

/** Nothing for a caller who may not read the family: only what can be read is listed. */
async function listMembers(
  { definition, listing, name, access, template }: CompiledResource,
  call: Call<'resources/list'>,
  frame: ServerFrame,
): Promise<readonly ResourceListing[]> {
  const { list, bindings } = definition
  if (list === undefined || !access.permits(call.principal)) return []
  // What is listed is told of, and what was revoked is not; each member of a family that chooses is asked for apart.
  if (!access.isDynamic) await access.admit(call, () => unknownTemplate(definition.uri))
  const members = await runWithoutAsking(
    frame,
    call,
    { name, arguments: {}, bindings },
    definition.timeout,
    (context) => list(context),
  )
  const { uriTemplate: _, ...shared } = listing as ResourceTemplate
  const mayRead = (uri: string): boolean => {
    const variables = match(template, uri, { traversal: true })
    return variables !== undefined && access.permits(call.principal, variables)
  }
  const shown = access.isDynamic ? members.filter(({ uri }) => mayRead(uri)) : members
  return shown.slice(0, MAX_MEMBERS).map((member) => ({ ...shared, ...member }))
}

/** Answers `resources/templates/list`. */
export function createTemplateList(resources: readonly CompiledResource[], frame: ServerFrame): List {
  return createListPages('resourceTemplates', listTemplates(resources), frame)
}

/** The families, as clients see them. */
export function listTemplates(resources: readonly CompiledResource[]): readonly Listed<ResourceTemplate>[] {
  return resources
    .filter(({ template }) => !isFixed(template))
    .map(({ listing, access }) => ({ listing: listing as ResourceTemplate, access }))
}

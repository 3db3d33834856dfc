import type { Call, Reply } from '../call/index.ts'
import type { ReadResourceResult, ResourceContents } from '../protocol/index.ts'
import { match } from '../uri-template/match.ts'
import { type CompiledResource, isFixed } from './compile-resource.ts'
import { toBase64 } from './content.ts'
import type { ResourceReturn } from './definitions.ts'
import type { ServerFrame } from './frame.ts'
import { readRefusal } from './late-refusal.ts'
import { runForPeer } from './run-handler.ts'
import { toTtlMs } from './ttl-ms.ts'
import { unknownResource } from './unknown.ts'

export interface Found {
  readonly resource: CompiledResource
  readonly variables: { readonly [name: string]: string }
}

/** Finds what a URI names: a fixed resource by its text, else the most specific template. */
export function createFinder(resources: readonly CompiledResource[]): (uri: string) => Found | undefined {
  const fixed = new Map(
    resources.filter(({ template }) => isFixed(template)).map((resource) => [resource.definition.uri, resource]),
  )
  const families = resources.filter(({ template }) => !isFixed(template))
  return (uri) => {
    const resource = fixed.get(uri)
    if (resource !== undefined) return { resource, variables: {} }
    for (const family of families) {
      const variables = match(family.template, uri, { traversal: family.definition.traversal ?? false })
      if (variables !== undefined) return { resource: family, variables }
    }
    return undefined
  }
}

/** Answers `resources/read`. (server/resources#reading-resources) */
export function createResourceReader(
  find: (uri: string) => Found | undefined,
  frame: ServerFrame,
): (call: Call<'resources/read'>) => Promise<Reply<'resources/read'>> {
  return async (call) => {
    const { uri } = call.params
    const found = await enterResource(find, call)
    const { definition } = found.resource
    const outcome = await runForPeer<ResourceReturn>(
      frame,
      call,
      { name: uri, arguments: {}, bindings: definition.bindings },
      definition.timeout,
      (context) => definition.read(found.variables, context),
    ).catch((error: unknown) => {
      throw readRefusal(error, found.resource.access, call)
    })
    if ('resultType' in outcome) return { ...outcome, _meta: frame.resultMeta }
    if (outcome.value === undefined || outcome.value === null) throw unknownResource(uri)
    const result: ReadResourceResult = {
      contents: toContents(uri, definition.mimeType, outcome.value),
      ttlMs: toTtlMs(typeof definition.ttl === 'function' ? definition.ttl(found.variables) : (definition.ttl ?? 0)),
      // What not everybody may read is nobody's to keep for others. (server/utilities/caching#security-considerations)
      cacheScope: found.resource.access.isPublic ? (definition.cache ?? 'private') : 'private',
      _meta: frame.resultMeta,
    }
    return result
  }
}

/** Finds what a call reads, and lets the call in. */
async function enterResource(find: (uri: string) => Found | undefined, call: Call<'resources/read'>): Promise<Found> {
  const { uri } = call.params
  const hidden = (): Error => unknownResource(uri)
  const found = find(uri)
  if (found === undefined) throw hidden()
  await found.resource.access.admit(call, hidden, found.variables)
  // The handler sees decoded what is chosen undecoded, so it takes the scopes of what that would name, too.
  const other = uri.includes('%') ? find(decode(uri)) : undefined
  if (other !== undefined && other.resource !== found.resource)
    await other.resource.access.admit(call, hidden, other.variables)
  return found
}

function decode(uri: string): string {
  try {
    return decodeURIComponent(uri)
  } catch {
    return uri
  }
}

function toContents(
  uri: string,
  mimeType: string | undefined,
  value: NonNullable<ResourceReturn>,
): readonly ResourceContents[] {
  if (typeof value === 'string') return [{ uri, mimeType: mimeType ?? 'text/plain', text: value }]
  if (value instanceof Uint8Array)
    return [{ uri, mimeType: mimeType ?? 'application/octet-stream', blob: toBase64(value) }]
  return Array.isArray(value) ? value : [value as ResourceContents]
}

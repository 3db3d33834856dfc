import type { Reply } from '../../call/index.ts'
import { type ContentBlock, isObject } from '../../protocol/index.ts'
import { hasFeature, NEWEST_REVISION, type Revision } from '../revisions.ts'
import { expressContent } from './express-content.ts'

type Fields = { readonly [name: string]: unknown }

/** Lists are the same objects for every caller, so that what was made of them once is found again. */
const texts = new WeakMap<object, Map<Revision, string>>()

/**
 * The JSON of a reply in an earlier revision: without the members that it does not know, so that clients with strict
 * schemas take it.
 *
 * @throws TypeError when the reply cannot be JSON.
 */
export function expressResult(method: string, reply: Reply, revision: Revision): string {
  if (!Object.isFrozen(reply)) return translate(method, reply, revision)
  let byRevision = texts.get(reply)
  if (byRevision === undefined) texts.set(reply, (byRevision = new Map()))
  let text = byRevision.get(revision)
  if (text === undefined) byRevision.set(revision, (text = translate(method, reply, revision)))
  return text
}

function translate(method: string, reply: Reply, revision: Revision): string {
  const { ttlMs: _, cacheScope: __, resultType: ___, ...result } = reply as Fields
  const express = Object.hasOwn(BY_METHOD, method) ? BY_METHOD[method] : undefined
  return JSON.stringify(express === undefined ? result : express(result, revision))
}

const BY_METHOD: { readonly [method: string]: (result: Fields, revision: Revision) => object } = {
  'tools/list': (result, revision) => mapList(result, 'tools', (tool) => expressTool(tool, revision)),
  'resources/list': (result, revision) => mapList(result, 'resources', (item) => withoutLater(item, revision)),
  'resources/templates/list': (result, revision) =>
    mapList(result, 'resourceTemplates', (item) => withoutLater(item, revision)),
  'prompts/list': (result, revision) => mapList(result, 'prompts', (prompt) => expressPrompt(prompt, revision)),
  'tools/call': ({ structuredContent, ...result }, revision) => ({
    ...mapList(result, 'content', (block) => expressContent(block as unknown as ContentBlock, revision)),
    ...(isObject(structuredContent) && hasFeature(revision, 'structuredOutput') && { structuredContent }),
  }),
  'prompts/get': (result, revision) =>
    mapList(result, 'messages', ({ role, content }) => ({
      role,
      content: expressContent(content as ContentBlock, revision),
    })),
}

function mapList(result: Fields, field: string, express: (item: Fields) => object): Fields {
  const items = result[field]
  return Array.isArray(items) ? { ...result, [field]: items.map(express) } : result
}

function withoutLater(item: Fields, revision: Revision): Fields {
  if (revision === NEWEST_REVISION) return item
  const { title, icons: _, _meta, ...others } = item
  return {
    ...others,
    ...(title !== undefined && hasFeature(revision, 'titles') && { title }),
    ...(_meta !== undefined && hasFeature(revision, 'itemMeta') && { _meta }),
  }
}

/** Before 2026-07-28 structured content is an object, and so is its schema. */
function expressTool(tool: Fields, revision: Revision): Fields {
  const { outputSchema, annotations, ...others } = withoutLater(tool, revision)
  const isKept = hasFeature(revision, 'structuredOutput') && isObject(outputSchema) && outputSchema['type'] === 'object'
  // The only place that one revision had for a title.
  const title = hasFeature(revision, 'titles') ? undefined : tool['title']
  return {
    ...others,
    ...(isKept && { outputSchema }),
    ...(isObject(annotations) && hasFeature(revision, 'toolAnnotations') && { annotations: { title, ...annotations } }),
  }
}

function expressPrompt(prompt: Fields, revision: Revision): Fields {
  const listing = withoutLater(prompt, revision)
  if (hasFeature(revision, 'titles')) return listing
  return mapList(listing, 'arguments', (argument) => ({ ...argument, title: undefined }))
}

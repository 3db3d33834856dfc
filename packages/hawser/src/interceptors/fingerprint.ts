import type { ToolListing } from '../protocol/index.ts'
import { canonicalJson } from '../call/index.ts'

/** Fingerprints by the name of their tool. */
export interface Fingerprints {
  readonly [tool: string]: string
}

/**
 * Says in 64 hexadecimal digits how a tool is defined: SHA-256 of the canonical JSON (RFC 8785) of an object with its `name`,
 * `description`, `inputSchema`, `outputSchema` and `annotations`, those that it has. That is what a model is told and what
 * consent is given to; title, icons and `_meta` may change without notice.
 *
 * @example const [search] = await client.listTools(); const known = await fingerprint(search)
 */
export async function fingerprint(tool: ToolListing): Promise<string> {
  const { name, description, inputSchema, outputSchema, annotations } = tool
  const text = canonicalJson({ name, description, inputSchema, outputSchema, annotations })
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * Takes the fingerprints of all tools of a server. Of tools with one name, which none should have, the first counts.
 *
 * @example await writeFile('notes.json', JSON.stringify(await fingerprints(await client.listTools())))
 */
export async function fingerprints(tools: readonly ToolListing[]): Promise<Fingerprints> {
  const first = new Map(tools.toReversed().map((tool) => [tool.name, tool]))
  const taken = [...first.values()].map(async (tool) => [tool.name, await fingerprint(tool)] as const)
  return Object.fromEntries((await Promise.all(taken)).sort(([a], [b]) => (a < b ? -1 : 1)))
}

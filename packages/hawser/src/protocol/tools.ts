import type { Icon } from './capabilities.ts'
import type { JsonSchema } from './json.ts'
import type { Meta } from './meta.ts'

/** Untrusted hints about what a tool does. (server/tools#tool) */
export interface ToolAnnotations {
  readonly title?: string
  readonly readOnlyHint?: boolean
  readonly destructiveHint?: boolean
  readonly idempotentHint?: boolean
  readonly openWorldHint?: boolean
}

/** A tool as `tools/list` shows it. (server/tools#tool) */
export interface ToolListing {
  readonly name: string
  readonly title?: string
  readonly description?: string
  readonly inputSchema: JsonSchema & { readonly type: 'object' }
  readonly outputSchema?: JsonSchema
  readonly annotations?: ToolAnnotations
  readonly icons?: readonly Icon[]
  readonly _meta?: Meta
}

/** An argument that is mirrored into the header `Mcp-Param-{name}`; `path` is its chain of property names. (server/tools#x-mcp-header) */
export interface HeaderField {
  readonly name: string
  readonly path: readonly string[]
  readonly type: 'string' | 'integer' | 'boolean'
}

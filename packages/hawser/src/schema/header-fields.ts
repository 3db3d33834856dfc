import type { HeaderField, JsonSchema } from '../protocol/index.ts'
import { clip } from './clip.ts'
import { SchemaError } from './schema-error.ts'

const KEYWORD = 'x-mcp-header'
const MAX_DEPTH = 64
const MAX_SCHEMAS = 10_000
/** `1*tchar`, which leaves out control characters too. (RFC 9110 §5.6.2) */
const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/
/** Keywords whose value is data, where an equal name means nothing. */
const DATA = /^(?:const|default|enum|examples)$/
/** Keywords whose value maps names of the author's choice to schemas. */
const NAMED = /^(?:\$defs|definitions|dependencies|dependentSchemas|patternProperties|properties)$/

/**
 * Finds the arguments of a tool that are mirrored into `Mcp-Param-*` headers. (server/tools#x-mcp-header)
 *
 * @example findHeaderFields({ type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } })
 * // [{ name: 'Region', path: ['region'], type: 'string' }]
 * @throws {SchemaError} when an annotation breaks a rule; `path` is the property
 */
export function findHeaderFields(inputSchema: JsonSchema): readonly HeaderField[] {
  /** By lower-case name: header names are compared without case. (RFC 9110 §5.1) */
  const fields = new Map<string, HeaderField>()
  let schemas = 0

  const visit = (schema: unknown, path: readonly string[], isReachable: boolean, depth: number): void => {
    if (typeof schema !== 'object' || schema === null) return
    if (depth > MAX_DEPTH || ++schemas > MAX_SCHEMAS) {
      throw new SchemaError(`Expected at most ${MAX_DEPTH} levels and ${MAX_SCHEMAS} subschemas, got more.`)
    }
    for (const [keyword, value] of Object.entries(schema)) {
      if (keyword === KEYWORD) addField(fields, value, schema, path, isReachable)
      else if (NAMED.test(keyword)) {
        const stays = isReachable && keyword === 'properties'
        for (const [name, part] of Object.entries(value ?? {})) visit(part, [...path, name], stays, depth + 1)
      } else if (!DATA.test(keyword)) visit(value, path, false, depth + 1)
    }
  }
  visit(inputSchema, [], true, 0)
  return [...fields.values()]
}

/** The same for a client, which leaves out a tool that breaks a rule and goes on with the others. (server/tools#x-mcp-header) */
export function checkHeaderFields(inputSchema: JsonSchema): {
  readonly fields?: readonly HeaderField[]
  readonly error?: SchemaError
} {
  try {
    return { fields: findHeaderFields(inputSchema) }
  } catch (error) {
    if (error instanceof SchemaError) return { error }
    throw error
  }
}

function addField(
  fields: Map<string, HeaderField>,
  name: unknown,
  { type }: { readonly type?: unknown },
  path: readonly string[],
  isReachable: boolean,
): void {
  const property = path.join('.')
  const refuse = (expected: string, got: unknown): SchemaError => {
    const shown = clip(JSON.stringify(got) ?? 'none', 80)
    const message = `${KEYWORD} of "${property}": expected ${expected}, got ${shown}. Change or remove it.`
    return new SchemaError(message, { path: property })
  }
  if (typeof name !== 'string' || !TOKEN.test(name)) {
    throw refuse('a header name of letters, digits and hyphens', name)
  }
  const lower = name.toLowerCase()
  const owner = fields.get(lower)
  if (owner) throw refuse(`another name than "${owner.path.join('.')}" has`, name)
  if (!isReachable || path.length === 0) throw refuse('a property reached through "properties" alone', 'another')
  if (type !== 'string' && type !== 'integer' && type !== 'boolean') {
    throw refuse('type "string", "integer" or "boolean"', type)
  }
  fields.set(lower, { name, path, type })
}

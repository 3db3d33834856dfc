import type { HeaderField, JsonSchema } from '../protocol/index.ts'
import { clip } from './clip.ts'
import { SchemaError } from './schema-error.ts'

const KEYWORD = 'x-mcp-header'
const MAX_DEPTH = 64
const MAX_SCHEMAS = 10_000
/** `1*tchar`, which leaves out control characters too. (RFC 9110 §5.6.2) */
const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/
/** Keywords whose value is data, where an equal name means nothing. */
const DATA = new Set(['const', 'default', 'enum', 'examples'])
/** Keywords whose value maps names of the author's choice to schemas. */
const NAMED = new Set(['$defs', 'definitions', 'dependencies', 'dependentSchemas', 'patternProperties', 'properties'])

/**
 * Finds the arguments of a tool that are mirrored into `Mcp-Param-*` headers. (server/tools#x-mcp-header)
 *
 * @example findHeaderFields({ type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } })
 * // [{ name: 'Region', path: ['region'], type: 'string' }]
 * @throws {SchemaError} when an annotation breaks a rule; `path` is the property
 */
export function findHeaderFields(inputSchema: JsonSchema): readonly HeaderField[] {
  const fields: HeaderField[] = []
  const owners = new Map<string, readonly string[]>()
  let schemas = 0

  const visit = (schema: unknown, path: readonly string[], isReachable: boolean, depth: number): void => {
    if (typeof schema !== 'object' || schema === null) return
    if (depth > MAX_DEPTH || ++schemas > MAX_SCHEMAS) {
      throw new SchemaError(`Expected at most ${MAX_DEPTH} levels and ${MAX_SCHEMAS} subschemas, got more.`)
    }
    for (const [keyword, value] of Object.entries(schema)) {
      if (keyword === KEYWORD) {
        const field = checkField(value, schema, path, isReachable)
        // Header names are compared without case. (RFC 9110 §5.1)
        const lower = field.name.toLowerCase()
        const owner = owners.get(lower)
        if (owner) throw refuse(path, `a name of its own, got ${show(value)}, which "${owner.join('.')}" has too`)
        owners.set(lower, path)
        fields.push(field)
      } else if (NAMED.has(keyword) && !Array.isArray(schema)) {
        const stays = isReachable && keyword === 'properties'
        for (const [name, part] of Object.entries(value ?? {})) visit(part, [...path, name], stays, depth + 1)
      } else if (!DATA.has(keyword)) {
        visit(value, path, false, depth + 1)
      }
    }
  }
  visit(inputSchema, [], true, 0)
  return fields
}

/** The same for a client, which leaves out a tool that breaks a rule and goes on with the others. (server/tools#x-mcp-header) */
export function checkHeaderFields(
  inputSchema: JsonSchema,
): { readonly fields: readonly HeaderField[]; readonly error?: undefined } | { readonly error: SchemaError } {
  try {
    return { fields: findHeaderFields(inputSchema) }
  } catch (error) {
    if (error instanceof SchemaError) return { error }
    throw error
  }
}

function checkField(
  name: unknown,
  schema: { readonly type?: unknown },
  path: readonly string[],
  isReachable: boolean,
): HeaderField {
  if (typeof name !== 'string' || !TOKEN.test(name)) {
    throw refuse(path, `a header name of letters, digits and hyphens, got ${show(name)}`)
  }
  if (!isReachable || path.length === 0) {
    throw refuse(path, 'a property reached through "properties" alone, got one at the root or under another keyword')
  }
  const { type } = schema
  if (type !== 'string' && type !== 'integer' && type !== 'boolean') {
    throw refuse(path, `type "string", "integer" or "boolean", got ${show(type)}`)
  }
  return { name, path, type }
}

function refuse(path: readonly string[], problem: string): SchemaError {
  const property = path.join('.')
  return new SchemaError(`${KEYWORD}${property && ` of "${property}"`}: expected ${problem}. Change or remove it.`, {
    path: property,
  })
}

function show(value: unknown): string {
  return clip(JSON.stringify(value) ?? 'none', 80)
}

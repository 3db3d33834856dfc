import type { JsonSchema, ToolListing } from '../protocol/index.ts'
import { checkDialect } from './dialect.ts'
import { findUnconvertible } from './find-unconvertible.ts'
import { resolveRef } from './resolve-ref.ts'
import { SchemaError } from './schema-error.ts'
import type { StandardConverter, StandardSchema } from './standard-schema.ts'

export type Direction = 'input' | 'output'
export type InputSchema = ToolListing['inputSchema']

/** The schema of a tool without arguments. (server/tools#tool) */
export const noInput: InputSchema = { type: 'object', additionalProperties: false }

/**
 * Converts a schema of any Standard Schema library to JSON Schema, 2020-12 where the library can.
 *
 * @example toJsonSchema(z.object({ id: z.string() }), 'input') // { type: 'object', properties: { id: … }, required: ['id'] }
 * @throws {SchemaError} when the library has no converter, or the schema no JSON Schema; `path` is the property at fault
 */
export function toJsonSchema(schema: StandardSchema, direction: Direction): JsonSchema {
  checkConvertible(schema)
  let converted: JsonSchema
  try {
    converted = convert(schema, direction)
  } catch (cause) {
    const path = findUnconvertible(schema, (part) => convert(part, direction))
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SchemaError(
      `Expected a type that JSON has${path && ` at "${path}"`}, got another (${reason}). ` +
        `Use e.g. a string with a format, or ${PLAIN}.`,
      { path, cause },
    )
  }
  checkDialect(converted)
  return converted
}

/**
 * The schema of a tool's arguments, whose root must be an object; `type` is added when only the branches of a union or an
 * intersection say so. (server/tools#tool)
 *
 * @throws {SchemaError} as `toJsonSchema`, and when something other than an object is accepted
 */
export function toInputSchema(schema: StandardSchema): InputSchema {
  const converted = toJsonSchema(schema, 'input')
  if (isObject(converted)) return converted
  if (acceptsOnlyObjects(converted, converted, 0)) return { ...converted, type: 'object' }
  throw new SchemaError(`Expected type "object" at the root, got ${describeType(converted)}. Wrap it: { value: … }.`)
}

/** How a message names what a schema accepts. */
export function describeType({ type, $ref }: JsonSchema): string {
  if (type !== undefined) return `type ${JSON.stringify(type)}`
  return $ref === undefined ? 'no type' : 'a reference'
}

const PLAIN = 'jsonSchema() of hawser/json-schema'

type Convertible = StandardSchema & { readonly '~standard': { readonly jsonSchema: StandardConverter } }

function checkConvertible(schema: StandardSchema): asserts schema is Convertible {
  const standard: Partial<StandardSchema['~standard']> | undefined = (schema as StandardSchema | undefined)?.[
    '~standard'
  ]
  if (!standard?.validate) {
    throw new SchemaError(`Expected a Standard Schema, got none. Use zod 4, arktype, valibot, or ${PLAIN}.`)
  }
  if (standard.jsonSchema) return
  const remedy = standard.vendor === 'valibot' ? 'toStandardJsonSchema() of @valibot/to-json-schema' : PLAIN
  throw new SchemaError(`Expected a schema that converts to JSON Schema, got one of ${standard.vendor}. Use ${remedy}.`)
}

/** ArkType turns what JSON has no type for into `{}` unless it is told to throw. */
function createArktypeOptions(): Record<string, unknown> {
  const without = (code: string) => () => {
    throw new Error(`ArkType has no JSON Schema for this ${code}.`)
  }
  const codes = ['date', 'domain', 'proto', 'symbolKey', 'unit']
  return { fallback: Object.fromEntries(codes.map((code) => [code, without(code)])) }
}

function convert(schema: StandardSchema, direction: Direction): JsonSchema {
  checkConvertible(schema)
  const { jsonSchema, vendor } = schema['~standard']
  const libraryOptions = vendor === 'arktype' ? createArktypeOptions() : undefined
  try {
    return jsonSchema[direction]({ target: 'draft-2020-12', libraryOptions })
  } catch (error) {
    try {
      return {
        $schema: 'http://json-schema.org/draft-07/schema#',
        ...jsonSchema[direction]({ target: 'draft-07', libraryOptions }),
      }
    } catch {
      throw error
    }
  }
}

function isObject(schema: JsonSchema): schema is InputSchema {
  return schema['type'] === 'object'
}

const MAX_DEPTH = 16

/** Tells whether a value must be an object to match: by its type, all branches of a union, one of an intersection, or what it refers to. */
function acceptsOnlyObjects(schema: unknown, root: JsonSchema, depth: number): boolean {
  if (depth > MAX_DEPTH || typeof schema !== 'object' || schema === null) return false
  const { type, anyOf, oneOf, allOf, $ref } = schema as JsonSchema
  if (type !== undefined) return type === 'object'
  const only = (branch: unknown): boolean => acceptsOnlyObjects(branch, root, depth + 1)
  return (
    (Array.isArray(anyOf) && anyOf.length > 0 && anyOf.every(only)) ||
    (Array.isArray(oneOf) && oneOf.length > 0 && oneOf.every(only)) ||
    (Array.isArray(allOf) && allOf.some(only)) ||
    (typeof $ref === 'string' && only(resolveRef($ref, root)))
  )
}

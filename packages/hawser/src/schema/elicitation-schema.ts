import { type FormField, isObject, type JsonSchema, type RequestedSchema } from '../protocol/index.ts'
import { resolveRef } from './resolve-ref.ts'
import { SchemaError } from './schema-error.ts'
import type { StandardSchema } from './standard-schema.ts'
import { describeType, toJsonSchema } from './to-json-schema.ts'

const known = new WeakMap<StandardSchema, RequestedSchema>()

/**
 * Converts a schema to the restricted form schema that clients show to people. Rules that a form cannot show (patterns,
 * other formats, multiples) are left out: the answer is validated by the schema itself. (client/elicitation#requested-schema)
 *
 * @example toElicitationSchema(z.object({ name: z.string() }))
 * // { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }
 * @throws {SchemaError} when a property is no form field; `path` is the property
 */
export function toElicitationSchema(schema: StandardSchema): RequestedSchema {
  const found = known.get(schema)
  if (found) return found
  const json = toJsonSchema(schema, 'input')
  const { type, properties, required } = follow(json, json)
  if (type !== 'object' || !isObject(properties)) throw refuse('an object of form fields', json)
  const fields = Object.entries(properties).map(
    ([name, field]) => [name, toField(name, follow(field, json), json)] as const,
  )
  const requested = {
    type,
    properties: Object.fromEntries(fields),
    ...(isStrings(required) && required.length > 0 && { required }),
  } as const
  known.set(schema, requested)
  return requested
}

const ANY = ['title', 'description', 'default']
/** The keywords that a field of each type may have besides. */
const KEYWORDS: { readonly [T in FormField['type']]: readonly string[] } = {
  string: ['minLength', 'maxLength', 'format'],
  number: ['minimum', 'maximum'],
  integer: ['minimum', 'maximum'],
  boolean: [],
  array: ['minItems', 'maxItems'],
}
const FORMATS = ['email', 'uri', 'date', 'date-time']

function toField(name: string, field: JsonSchema, root: JsonSchema): FormField {
  const choices = readChoices(field)
  if (choices) return { type: 'string', ...choices, ...pick(field) }
  const type = typeOf(field)
  const items = type === 'array' ? readChoices(follow(field['items'], root)) : undefined
  // A form has no choice of numbers, and without the list the person could not answer.
  const isNumberChoice = (field['enum'] ?? field['const']) !== undefined && type !== 'boolean'
  if (type === undefined || isNumberChoice || (type === 'array' && !items))
    throw refuse(`a form field at "${name}"`, field, name)
  const picked = { type, ...pick(type === 'string' ? field : withBounds(field), KEYWORDS[type]) }
  if (!items) return picked
  return { ...picked, items: items.oneOf ? { anyOf: items.oneOf } : { type: 'string', ...items } }
}

function typeOf({ type }: JsonSchema): FormField['type'] | undefined {
  return typeof type === 'string' && Object.hasOwn(KEYWORDS, type) ? (type as FormField['type']) : undefined
}

interface Choices {
  readonly enum?: readonly string[]
  readonly enumNames?: readonly string[]
  readonly oneOf?: readonly { readonly const: string; readonly title: string }[]
}

/** Reads the ways of libraries to write a choice of strings: `enum`, `const`, and constants under `anyOf` or `oneOf`. */
function readChoices({ const: only, enum: values, enumNames, oneOf, anyOf }: JsonSchema): Choices | undefined {
  if (typeof only === 'string') return { enum: [only] }
  if (isStrings(values)) return isStrings(enumNames) ? { enum: values, enumNames } : { enum: values }
  const branches = oneOf ?? anyOf
  if (!Array.isArray(branches)) return undefined
  const constants: unknown = branches.map((branch: unknown) => (isObject(branch) ? branch['const'] : undefined))
  if (!isStrings(constants)) return undefined
  const titles: unknown[] = branches.map((branch: JsonSchema) => branch['title'])
  if (titles.every((title) => title === undefined)) return { enum: constants }
  const titleOf = (title: unknown, value: string): string => (typeof title === 'string' ? title : value)
  return { oneOf: constants.map((value, i) => ({ const: value, title: titleOf(titles[i], value) })) }
}

/** Libraries write the range of safe integers as bounds, and a form has no exclusive ones. */
function withBounds(field: JsonSchema): JsonSchema {
  const { type, minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = field
  const step = type === 'integer' ? 1 : 0
  return {
    ...field,
    minimum: typeof above === 'number' ? above + step : minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum,
    maximum: typeof below === 'number' ? below - step : maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum,
  }
}

function pick(field: JsonSchema, keywords: readonly string[] = []): JsonSchema {
  const picked: Record<string, unknown> = {}
  for (const keyword of [...ANY, ...keywords]) {
    const value = field[keyword]
    if (value !== undefined && (keyword !== 'format' || FORMATS.includes(value as string))) picked[keyword] = value
  }
  return picked
}

/** Libraries move named or repeated types to `$defs`; keywords beside the reference count too. */
function follow(schema: unknown, root: JsonSchema): JsonSchema {
  if (!isObject(schema)) return {}
  const { $ref, ...own } = schema
  const target = typeof $ref === 'string' ? resolveRef($ref, root) : undefined
  return isObject(target) ? { ...target, ...own } : schema
}

function refuse(expected: string, schema: JsonSchema, path?: string): SchemaError {
  return new SchemaError(
    `Expected ${expected}, got ${describeType(schema)}. ` +
      'A form has strings, numbers, booleans, choices of strings and lists of them: flatten the rest, or ask in steps.',
    { path },
  )
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')
}

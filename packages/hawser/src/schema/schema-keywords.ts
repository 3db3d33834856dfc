/** What the value of a keyword must be, so that a schema is refused when it is loaded and not when it is used. */
export type KeywordKind =
  | 'schema'
  | 'schemas'
  | 'named schemas'
  | 'items'
  | 'dependencies'
  | 'names'
  | 'named names'
  | 'list'
  | 'types'
  | 'number'
  | 'positive number'
  | 'count'
  | 'text'
  | 'boolean'
  | 'pattern'
  | 'unsupported'

const kinds: Readonly<Record<KeywordKind, string>> = {
  schema:
    'additionalItems additionalProperties contains else if not propertyNames then unevaluatedItems unevaluatedProperties',
  schemas: 'allOf anyOf oneOf prefixItems',
  'named schemas': '$defs definitions dependentSchemas patternProperties properties',
  items: 'items',
  dependencies: 'dependencies',
  names: 'required',
  'named names': 'dependentRequired',
  list: 'enum',
  types: 'type',
  number: 'exclusiveMaximum exclusiveMinimum maximum minimum',
  'positive number': 'multipleOf',
  count: 'maxContains maxItems maxLength maxProperties minContains minItems minLength minProperties',
  text: '$anchor $id $ref $schema format',
  boolean: 'uniqueItems',
  pattern: 'pattern',
  unsupported: '$dynamicRef $recursiveAnchor $recursiveRef',
}

/** The keywords of 2020-12 and draft-07 that have a say in validation. (json-schema-core and -validation 2020-12) */
export const KEYWORDS: ReadonlyMap<string, KeywordKind> = new Map(
  (Object.keys(kinds) as KeywordKind[]).flatMap((kind) =>
    kinds[kind].split(' ').map((keyword) => [keyword, kind] as const),
  ),
)

/** Keywords whose schemas judge the same value as the schema that they stand in, true for those with one schema. */
export const IN_PLACE: ReadonlyMap<string, boolean> = new Map([
  ['allOf', false],
  ['anyOf', false],
  ['dependencies', false],
  ['dependentSchemas', false],
  ['else', true],
  ['if', true],
  ['not', true],
  ['oneOf', false],
  ['then', true],
])

export const TYPES: ReadonlySet<unknown> = new Set([
  'array',
  'boolean',
  'integer',
  'null',
  'number',
  'object',
  'string',
])

/** Formats that are checked, all in linear time; others are annotations. (json-schema-validation §7) */
export const FORMATS: ReadonlySet<unknown> = new Set([
  'date',
  'date-time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'json-pointer',
  'relative-json-pointer',
  'time',
  'uri',
  'uri-reference',
  'uri-template',
  'uuid',
])

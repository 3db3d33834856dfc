import { isObject } from '../protocol/index.ts'
import { checkDialect, type Dialect } from './dialect.ts'
import { checkPattern } from './pattern.ts'
import { SchemaError } from './schema-error.ts'
import { KEYWORDS, type KeywordKind, TYPES } from './schema-keywords.ts'

/** An object of the validator's own copy of a schema. */
export type SchemaNode = Record<string, unknown>

export interface KeywordRules {
  readonly dialect: Dialect
  /** False for patterns that the author vouches for. */
  readonly guardsPatterns: boolean
}

const MAX_DEPTH = 64
const MAX_SCHEMAS = 10_000
/** Judging a pattern takes up to some hundredths of a second. */
const MAX_PATTERNS = 100

/**
 * Walks the subschemas of a schema and checks that each keyword has a value that it may have.
 *
 * @returns every subschema that is an object, and the longest text that each pattern may be tried on
 */
export function createKeywordChecker(rules: KeywordRules): {
  readonly nodes: ReadonlySet<SchemaNode>
  readonly maxLengths: ReadonlyMap<string, number>
  readonly check: (schema: unknown, pointer: string) => void
} {
  const nodes = new Set<SchemaNode>()
  const maxLengths = new Map<string, number>()

  const checkPatternOf = (source: string, place: string): void => {
    if (maxLengths.has(source)) return
    if (rules.guardsPatterns && maxLengths.size === MAX_PATTERNS)
      throw refuse(place, `at most ${MAX_PATTERNS} different patterns`, 'more')
    maxLengths.set(source, checkPattern(source, place, !rules.guardsPatterns))
  }
  const check = (schema: unknown, pointer: string, depth = 0): void => {
    if (typeof schema === 'boolean') return
    if (!isObject(schema)) throw refuse(pointer, 'a schema, which is an object or a boolean', schema)
    const node: SchemaNode = schema
    if (nodes.has(node)) return
    nodes.add(node)
    if (depth > MAX_DEPTH || nodes.size > MAX_SCHEMAS) {
      throw refuse(pointer, `at most ${MAX_DEPTH} levels and ${MAX_SCHEMAS} subschemas`, 'more')
    }
    if (node['$schema'] !== undefined && checkDialect(node) !== rules.dialect) {
      throw refuse(`${pointer}/$schema`, 'the dialect of the whole schema', node['$schema'])
    }
    // The validator takes it for `$id`, its name in draft-04.
    delete node['id']
    for (const [keyword, value] of Object.entries(node)) {
      const kind = KEYWORDS.get(keyword)
      const place = `${pointer}/${keyword}`
      if (kind !== undefined && !fits(kind, value, rules.dialect))
        throw refuse(place, expectation(kind, keyword), value)
      const into = (part: unknown, name: string): void => check(part, `${place}/${name}`, depth + 1)
      switch (kind) {
        case 'pattern':
          checkPatternOf(String(value), place)
          break
        case 'schema':
          check(value, place, depth + 1)
          break
        case 'items':
        case 'schemas':
          if (Array.isArray(value)) for (const [index, part] of value.entries()) into(part, String(index))
          else check(value, place, depth + 1)
          break
        case 'dependencies':
        case 'named schemas':
          for (const [name, part] of Object.entries(value ?? {})) {
            if (keyword === 'patternProperties') checkPatternOf(name, place)
            if (kind === 'named schemas' || !isNames(part)) into(part, name)
          }
          break
        default:
        // Holds no schema.
      }
    }
  }
  return { nodes, maxLengths, check }
}

function fits(kind: KeywordKind, value: unknown, dialect: Dialect): boolean {
  switch (kind) {
    case 'schema':
      return true
    case 'items':
      return !Array.isArray(value) || dialect === '07'
    case 'schemas':
      return Array.isArray(value) && value.length > 0
    case 'dependencies':
    case 'named schemas':
      return isObject(value)
    case 'named names':
      return isObject(value) && Object.values(value).every(isNames)
    case 'names':
      return isNames(value)
    case 'list':
      return Array.isArray(value)
    case 'types':
      return TYPES.has(value) || (Array.isArray(value) && value.length > 0 && value.every((type) => TYPES.has(type)))
    case 'number':
      return typeof value === 'number'
    case 'positive number':
      return typeof value === 'number' && value > 0
    case 'count':
      return Number.isInteger(value) && Number(value) >= 0
    case 'pattern':
    case 'text':
      return typeof value === 'string'
    case 'boolean':
      return typeof value === 'boolean'
    case 'unsupported':
      return false
  }
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string')
}

function expectation(kind: KeywordKind, keyword: string): string {
  if (kind === 'unsupported') return `a schema without ${keyword}, which is not supported; use $ref`
  if (kind === 'items') return 'one schema; a list of them is prefixItems in 2020-12'
  if (kind === 'types') return `one or more of ${[...TYPES].join(', ')}`
  return kind
}

function refuse(path: string, expected: string, value: unknown): SchemaError {
  const got = JSON.stringify(value)?.slice(0, 80)
  return new SchemaError(`Invalid JSON Schema at ${path}: expected ${expected}, got ${got}.`, { path })
}

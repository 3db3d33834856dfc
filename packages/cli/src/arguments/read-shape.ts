/** A JSON Schema, as servers send it: nothing about it is certain. */
export type Schema = Readonly<Record<string, unknown>>

export type Kind = 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'object' | 'array'

/** What a value may be, as far as a command line has to know. */
export interface Shape {
  readonly kinds: ReadonlySet<Kind>
  /** The values of `enum` and `const`. */
  readonly constants: readonly unknown[]
  /** The schema of the items of a list. */
  readonly items: unknown
}

const KINDS: ReadonlySet<unknown> = new Set<Kind>(['string', 'number', 'integer', 'boolean', 'null', 'object', 'array'])

/** References may lead in circles. */
const MAX_DEPTH = 8

export const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads a property's schema through references and alternatives. No kinds mean that anything goes. */
export function readShape(schema: unknown, root: Schema): Shape {
  const kinds = new Set<Kind>()
  const constants: unknown[] = []
  let items: unknown
  const visit = (given: unknown, depth: number): void => {
    if (!isSchema(given) || depth > MAX_DEPTH) return
    const { type, enum: values, const: only, $ref } = given
    for (const kind of [type].flat()) if (KINDS.has(kind)) kinds.add(kind as Kind)
    if (Array.isArray(values)) constants.push(...(values as readonly unknown[]))
    if (only !== undefined) constants.push(only)
    items ??= given['items']
    if (typeof $ref === 'string') visit(resolve($ref, root), depth + 1)
    for (const keyword of ['anyOf', 'oneOf', 'allOf']) {
      const branches = given[keyword]
      if (Array.isArray(branches)) for (const branch of branches) visit(branch, depth + 1)
    }
  }
  visit(schema, 0)
  for (const constant of constants) if (kinds.size === 0 || typeof constant !== 'string') kinds.add(kindOf(constant))
  return { kinds, constants, items }
}

function kindOf(value: unknown): Kind {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  const type = typeof value
  return KINDS.has(type) ? (type as Kind) : 'string'
}

/** Follows a JSON Pointer inside the schema. (RFC 6901) */
function resolve(ref: string, root: Schema): unknown {
  if (!ref.startsWith('#')) return undefined
  let found: unknown = root
  for (const part of ref.split('/').slice(1)) {
    const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined
    found = (found as Schema)[name]
  }
  return found
}

/** The type in a few words: `integer`, `"a" | "b"`, `string[]`. */
export function describeShape(schema: unknown, root: Schema, depth = 0): string {
  const { kinds, constants, items } = readShape(schema, root)
  if (constants.length > 0) return describeConstants(constants)
  const words = [...kinds].map((kind) => {
    if (kind !== 'array') return kind
    const item = items === undefined || depth > 2 ? 'anything' : describeShape(items, root, depth + 1)
    return item.includes('|') ? `(${item})[]` : `${item}[]`
  })
  return words.length === 0 ? 'anything' : words.join(' | ')
}

/** Alternatives that are named before the rest is only counted. */
const MAX_CONSTANTS = 8

function describeConstants(constants: readonly unknown[]): string {
  const shown = constants.slice(0, MAX_CONSTANTS).map((constant) => JSON.stringify(constant))
  const more = constants.length - shown.length
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(' | ')
}

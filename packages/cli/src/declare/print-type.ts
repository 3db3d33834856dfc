import { comment, quote, quoteName } from './quote.ts'
import { createReferences, type References } from './references.ts'

/** Subschemas that one module may print; what comes after them is `unknown`. */
const MAX_SCHEMAS = 20_000
/** How deep subschemas are followed, those behind references included. */
const MAX_DEPTH = 40
/** Values of an enumeration that are printed one by one. */
const MAX_VALUES = 200
/** Alternatives of a type: the compiler multiplies those that stand side by side, and gives up on too many. */
const MAX_WIDTH = 2000

/** Prints JSON Schemas as types. */
export interface TypePrinter {
  /** The type of the values that a schema allows. */
  readonly print: (schema: unknown) => string
  /** Declarations of the types that were printed by name, since they are used in several places or in themselves. */
  readonly declarations: () => readonly string[]
}

/** A type as it is written. What is loose consists of several and needs brackets inside of another. */
interface Printed {
  readonly text: string
  readonly isLoose?: true
  /** Alternatives that it has; one when left out. */
  readonly width?: number
}

const UNKNOWN: Printed = { text: 'unknown' }
const NEVER: Printed = { text: 'never' }

type Fields = { readonly [name: string]: unknown }

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Where a subschema stands. */
interface Place {
  readonly depth: number
  readonly references: References
  /** The name that stands for this very type, without an object or a list in between. */
  readonly within: string | undefined
}

/**
 * Makes a printer for the schemas of one module. It knows a closed set of keywords, puts nothing of a schema into the module
 * but quoted names, literals and comments, and follows no reference out of its schema. What TypeScript cannot say – ranges,
 * patterns, conditions – is left out, so a type allows what its schema does, and at times more.
 *
 * @example createTypePrinter().print({ type: 'array', items: { type: 'integer' } }) // 'readonly number[]'
 */
export function createTypePrinter(): TypePrinter {
  const declared: string[] = []
  const widths = new Map<string, number>()
  let left = MAX_SCHEMAS
  /** Names are made here, so that those of the schema need not be names in TypeScript. */
  let lastName = 0

  const print = (schema: unknown, place: Place): Printed => {
    if (schema === false) return NEVER
    if (!isFields(schema) || place.depth > MAX_DEPTH || --left < 0) return UNKNOWN
    return intersect([
      printReference(schema['$ref'], place),
      ...(printEach(schema['allOf'], place) ?? []),
      unite(printEach(schema['anyOf'], place)),
      unite(printEach(schema['oneOf'], place)),
      printOwn(schema, place),
    ])
  }

  const printEach = (schemas: unknown, place: Place): readonly Printed[] | undefined =>
    Array.isArray(schemas) ? schemas.map((schema) => print(schema, { ...place, depth: place.depth + 1 })) : undefined

  const printReference = (reference: unknown, { references, within, depth }: Place): Printed => {
    const found = typeof reference === 'string' ? references.find(reference, within) : undefined
    if (found === undefined) return UNKNOWN
    const { name, schema, isNew } = found
    if (isNew) {
      const at = declared.push('') - 1
      const printed = print(schema, { references, depth: depth + 1, within: name })
      declared[at] = `type ${name} = ${printed.text}`
      widths.set(name, printed.width ?? 1)
    }
    return { text: name, width: widths.get(name) }
  }

  /** What the keywords say that are about the value itself. */
  const printOwn = (schema: Fields, place: Place): Printed => {
    if (Object.hasOwn(schema, 'const')) return { text: printLiteral(schema['const'], 0) }
    const { enum: values, type } = schema
    if (Array.isArray(values)) {
      return values.length > MAX_VALUES ? UNKNOWN : unite(values.map((value) => ({ text: printLiteral(value, 0) })))
    }
    if (type !== undefined) return unite([type].flat().map((one) => printByType(one, schema, place)))
    if ('properties' in schema || 'additionalProperties' in schema) return printByType('object', schema, place)
    return 'items' in schema || 'prefixItems' in schema ? printByType('array', schema, place) : UNKNOWN
  }

  const printByType = (type: unknown, schema: Fields, { depth, references }: Place): Printed => {
    const inner: Place = { depth: depth + 1, references, within: undefined }
    switch (type) {
      case 'string':
      case 'boolean':
      case 'null':
        return { text: type }
      case 'number':
      case 'integer':
        return { text: 'number' }
      case 'object':
        return printObject(schema, inner)
      case 'array':
        return printList(schema, inner)
      default:
        return UNKNOWN
    }
  }

  const printObject = (schema: Fields, place: Place): Printed => {
    const { properties, required, additionalProperties: rest, patternProperties } = schema
    const named = Object.entries(isFields(properties) ? properties : {})
    const isRequired = new Set(Array.isArray(required) ? required : [])
    const members = named.map(([name, property]) => {
      const about = isFields(property) ? comment(property['description']) : ''
      return `${about}readonly ${quoteName(name)}${isRequired.has(name) ? '' : '?'}: ${print(property, place).text}`
    })
    // Beside named properties, one type for all others would have to allow these as well.
    const isClosed = rest === false || (rest === undefined && isFields(properties) && patternProperties === undefined)
    if (!isClosed) {
      const others = named.length > 0 || patternProperties !== undefined ? UNKNOWN : print(rest ?? true, place)
      members.push(`readonly [name: string]: ${others.text}`)
    }
    return { text: members.length === 0 ? '{}' : `{\n${members.map((member) => `${indent(member)}\n`).join('')}}` }
  }

  const printList = (schema: Fields, place: Place): Printed => {
    // Before 2020-12, `items` lists what comes first and `additionalItems` is the rest.
    const isOld = Array.isArray(schema['items'])
    const first: unknown = isOld ? schema['items'] : schema['prefixItems']
    const rest: unknown = isOld ? schema['additionalItems'] : schema['items']
    if (!Array.isArray(first)) return { text: `readonly ${wrap(print(rest ?? true, place))}[]`, isLoose: true }
    const { minItems } = schema
    const least = typeof minItems === 'number' ? minItems : 0
    const items = first.map((item, at) => `${wrap(print(item, place))}${at < least ? '' : '?'}`)
    const others = rest === false ? [] : [`...${wrap(print(rest ?? true, place))}[]`]
    return { text: `readonly [${[...items, ...others].join(', ')}]`, isLoose: true }
  }

  return {
    print: (schema) =>
      print(schema, { depth: 0, references: createReferences(schema, () => `T${++lastName}`), within: undefined }).text,
    declarations: () => declared,
  }
}

/** One of these; anything when there is none to choose from. */
function unite(types: readonly Printed[] | undefined): Printed {
  if (types === undefined || types.some(({ text }) => text === UNKNOWN.text)) return UNKNOWN
  return join(types, '|', (widths) => widths.reduce((sum, width) => sum + width, 0)) ?? NEVER
}

/** All of these at once. */
function intersect(types: readonly Printed[]): Printed {
  const known = types.filter(({ text }) => text !== UNKNOWN.text)
  return join(known, '&', (widths) => widths.reduce((product, width) => product * width, 1)) ?? UNKNOWN
}

function join(
  types: readonly Printed[],
  operator: '|' | '&',
  widen: (widths: readonly number[]) => number,
): Printed | undefined {
  const different = [...new Map(types.map((type) => [type.text, type])).values()]
  if (different.length < 2) return different[0]
  const width = widen(different.map((type) => type.width ?? 1))
  return width > MAX_WIDTH ? UNKNOWN : { text: different.map(wrap).join(` ${operator} `), isLoose: true, width }
}

function wrap({ text, isLoose }: Printed): string {
  return isLoose === true ? `(${text})` : text
}

function printLiteral(value: unknown, depth: number): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'number'
  if (typeof value === 'boolean' || value === null) return String(value)
  if (depth > MAX_DEPTH) return 'unknown'
  if (Array.isArray(value)) return `(readonly [${value.map((item) => printLiteral(item, depth + 1)).join(', ')}])`
  if (!isFields(value)) return 'unknown'
  const members = Object.entries(value).map(
    ([name, one]) => `readonly ${quoteName(name)}: ${printLiteral(one, depth + 1)}`,
  )
  return members.length === 0 ? '{}' : `{ ${members.join('; ')} }`
}

/** Moves lines to the right. No literal goes over several lines, so none is changed. */
export function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ')
}

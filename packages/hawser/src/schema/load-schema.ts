import { dereference, type Schema, type SchemaDraft } from '@cfworker/json-schema'
import { isObject, type JsonSchema } from '../protocol/index.ts'
import { createKeywordChecker, type SchemaNode } from './check-keywords.ts'
import { copySchema } from './copy-schema.ts'
import { checkDialect } from './dialect.ts'
import { SchemaError } from './schema-error.ts'
import { FORMATS, IN_PLACE } from './schema-keywords.ts'
import { countsVisits, fewEnough } from './visits.ts'

export interface LoadedSchema {
  readonly root: Schema | boolean
  readonly draft: SchemaDraft
  readonly lookup: Record<string, Schema | boolean>
  /** The longest property name that the schema's patterns may be tried on. */
  readonly maxName: number
}

/** Base of relative references; the name can never be looked up. (RFC 2606) */
const BASE = new URL('https://schema.invalid/')

/**
 * Makes a copy of a JSON Schema ready for the validator and refuses what it would get wrong or not end on.
 *
 * @throws {SchemaError} naming the place in the schema
 */
export function loadSchema(schema: JsonSchema | boolean, guardsPatterns: boolean): LoadedSchema {
  const dialect = typeof schema === 'boolean' ? '2020-12' : checkDialect(schema)
  const root = copySchema(schema, countsVisits)
  const { nodes, maxLengths, check } = createKeywordChecker({ dialect, guardsPatterns })
  check(root, '#')
  const lookup = index(root as Schema | boolean)
  // Grows while it is read: a reference may lead to where no keyword does, and from there on.
  for (const node of nodes) {
    const { $ref } = node
    if (typeof $ref === 'string') check(targetOf(node, lookup), $ref)
  }
  checkProgress(nodes, lookup)
  let maxName = Infinity
  for (const node of nodes) {
    for (const name of Object.keys(node['patternProperties'] ?? {})) {
      maxName = Math.min(maxName, maxLengths.get(name) ?? Infinity)
    }
    if (!FORMATS.has(node['format'])) delete node['format']
    const { pattern } = node
    const longest = typeof pattern === 'string' ? (maxLengths.get(pattern) ?? Infinity) : Infinity
    if (longest < Infinity) limit(node, 'pattern', { maxLength: longest })
    if (node['uniqueItems'] === true) limit(node, 'uniqueItems', fewEnough)
  }
  return {
    root: root as Schema | boolean,
    draft: dialect === '07' ? '7' : dialect,
    lookup,
    maxName,
  }
}

function index(root: Schema | boolean): Record<string, Schema | boolean> {
  try {
    return dereference(root, Object.create(null) as Record<string, Schema | boolean>, BASE)
  } catch (cause) {
    throw new SchemaError(`Expected unique and valid $id and $ref, got: ${String(cause)}`, { cause })
  }
}

/** What `$ref` points at, which must be in the schema itself. (basic#ref-resolution) */
function targetOf(node: SchemaNode, lookup: Record<string, unknown>): unknown {
  const target = lookup[String(node['__absolute_ref__'])]
  if (target !== undefined) return target
  const ref = JSON.stringify(node['$ref'])
  throw new SchemaError(
    `Expected $ref to point into the schema, got ${ref}. Nothing is ever fetched: copy the schema it means to $defs.`,
  )
}

/** A schema that applies itself to the same value would be applied for ever. */
function checkProgress(nodes: ReadonlySet<SchemaNode>, lookup: Record<string, unknown>): void {
  const done = new Set<SchemaNode>()
  const within = new Set<SchemaNode>()
  const visit = (node: unknown): void => {
    if (!isObject(node) || done.has(node)) return
    if (within.has(node)) {
      throw new SchemaError(
        'Expected a schema that refers to itself only from inside properties or items, ' +
          'got one that does so for the same value. Remove the circular $ref.',
      )
    }
    within.add(node)
    if (node['$ref'] !== undefined) visit(targetOf(node, lookup))
    for (const [keyword, part] of Object.entries(node)) {
      const isOne = IN_PLACE.get(keyword)
      if (isOne === true) visit(part)
      else if (isOne === false) for (const branch of Object.values(part ?? {})) visit(branch)
    }
    within.delete(node)
    done.add(node)
  }
  for (const node of nodes) visit(node)
}

/** Moves a keyword to where it is looked at only for values within a limit; beyond, the limit itself is what fails. */
function limit(node: SchemaNode, keyword: string, within: object): void {
  const before: unknown = node['allOf']
  const guard = { if: { not: within }, else: { [keyword]: node[keyword] } }
  node['allOf'] = [...(Array.isArray(before) ? (before as unknown[]) : []), within, guard]
  delete node[keyword]
}

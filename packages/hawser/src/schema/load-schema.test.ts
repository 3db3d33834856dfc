import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '../protocol/index.ts'
import { jsonSchema, SchemaError } from './json-schema.ts'

const draft07 = 'http://json-schema.org/draft-07/schema#'

describe('a schema that is refused when it is loaded', () => {
  const failure = (schema: JsonSchema): SchemaError => {
    try {
      jsonSchema(schema)
    } catch (error) {
      if (error instanceof SchemaError) return error
      throw error
    }
    throw new Error('Expected the schema to be refused.')
  }

  // MUST NOT dereference network URIs; other dialects get an error. (basic#ref-resolution, #implementation-requirements)
  // spec: ref-no-fetch, ref-unresolved, schema-unknown-dialect
  it.each<[JsonSchema, string]>([
    [{ $ref: 'https://example.com/schema.json' }, 'Nothing is ever fetched'],
    [{ $ref: '#/$defs/missing' }, 'got "#/$defs/missing"'],
    [{ properties: { a: { $ref: 'other.json#/a' } } }, 'Nothing is ever fetched'],
    [{ $schema: 'http://json-schema.org/draft-04/schema#' }, 'Expected JSON Schema 2020-12 or draft-07'],
    [{ $defs: { a: { $schema: draft07 } } }, 'the dialect of the whole schema'],
    [{ $id: 'http://[', type: 'string' }, 'unique and valid $id'],
    [{ $defs: { a: { $id: 'x' }, b: { $id: 'x', type: 'null' } } }, 'unique and valid $id'],
    [{ $dynamicRef: '#a' }, '$dynamicRef, which is not supported'],
    [{ items: { $recursiveRef: '#' } }, '$recursiveRef, which is not supported'],
    [{ $recursiveAnchor: true }, '$recursiveAnchor, which is not supported'],
    [{ pattern: '(a+)+$' }, 'reads each text in one way'],
    [{ patternProperties: { '(a+)+$': {} } }, 'reads each text in one way'],
    [{ pattern: '(' }, 'regular expression'],
  ])('%j', (schema, message) => {
    expect(failure(schema).message).toContain(message)
  })

  // spec: schema-valid
  it.each<[string, unknown]>([
    ['type', 'text'],
    ['type', []],
    ['type', ['string', 1]],
    ['properties', []],
    ['properties', { a: 1 }],
    ['items', [{}]],
    ['items', 'x'],
    ['anyOf', []],
    ['anyOf', {}],
    ['not', null],
    ['required', 'a'],
    ['required', [1]],
    ['enum', 'a'],
    ['minimum', '1'],
    ['multipleOf', 0],
    ['maxLength', -1],
    ['maxLength', 1.5],
    ['uniqueItems', 1],
    ['pattern', 1],
    ['$ref', {}],
    ['dependentRequired', { a: 'b' }],
    ['dependencies', { a: 1 }],
  ])('%s of %j', (keyword, value) => {
    const error = failure({ properties: { a: { [keyword]: value } } })
    expect(error.path).toMatch(`#/properties/a/${keyword}`)
    expect(error.message).toMatch(/expected .+, got .+\.$/)
  })

  it('one that applies itself to the same value', () => {
    expect(failure({ $ref: '#' }).message).toContain('Remove the circular $ref')
    expect(
      failure({ $defs: { a: { anyOf: [{ $ref: '#/$defs/b' }] }, b: { not: { $ref: '#/$defs/a' } } } }).message,
    ).toContain('Remove the circular $ref')
  })

  // spec: schema-bounds
  it('one that is too deep or too large', () => {
    const nest = (depth: number): JsonSchema => (depth === 0 ? {} : { not: nest(depth - 1) })
    expect(failure(nest(65)).message).toContain('at most 64 levels')
    expect(failure({ anyOf: Array.from({ length: 10_001 }, () => ({})) }).message).toContain('at most 64 levels')
    expect(() => jsonSchema(nest(60))).not.toThrow()
    const anyOf = Array.from({ length: 101 }, (_, i) => ({ pattern: `^a{${i}}$` }))
    expect(failure({ anyOf }).message).toContain('at most 100 different patterns')
  })

  it('but not a pattern that its author vouches for', () => {
    expect(() => jsonSchema({ pattern: '^(a|a)*$' }, { guardPatterns: false })).not.toThrow()
    expect(() => jsonSchema({ pattern: '(' }, { guardPatterns: false })).toThrow(SchemaError)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '../protocol/index.ts'
import { checkHeaderFields, findHeaderFields } from './header-fields.ts'
import { SchemaError } from './schema-error.ts'

const marked = { type: 'string', 'x-mcp-header': 'Region' }
const withProperty = (property: unknown): JsonSchema => ({ type: 'object', properties: { region: property } })

const failure = (schema: JsonSchema): SchemaError => {
  const { error } = checkHeaderFields(schema)
  if (error === undefined) throw new Error('Expected the schema to be refused.')
  return error
}

describe('findHeaderFields', () => {
  it('finds none in a schema without annotations', () => {
    expect(findHeaderFields({ type: 'object', properties: { a: { type: 'string' }, b: true } })).toEqual([])
  })

  it('finds strings, integers and booleans, also inside objects', () => {
    const schema = {
      type: 'object',
      properties: {
        region: marked,
        page: { type: 'integer', 'x-mcp-header': 'page' },
        options: { type: 'object', properties: { dry: { type: 'boolean', 'x-mcp-header': 'Dry-Run' } } },
      },
    }
    expect(findHeaderFields(schema)).toEqual([
      { name: 'Region', path: ['region'], type: 'string' },
      { name: 'page', path: ['page'], type: 'integer' },
      { name: 'Dry-Run', path: ['options', 'dry'], type: 'boolean' },
    ])
  })

  it('keeps an argument apart that is itself called x-mcp-header or properties', () => {
    const properties = { 'x-mcp-header': { type: 'string' }, properties: marked, $defs: { type: 'string' } }
    expect(findHeaderFields({ type: 'object', properties })).toEqual([
      { name: 'Region', path: ['properties'], type: 'string' },
    ])
  })

  it('ignores data that looks like an annotation', () => {
    const like = { 'x-mcp-header': '' }
    expect(findHeaderFields(withProperty({ const: like, default: like, enum: [like], examples: [like] }))).toEqual([])
  })

  // MUST NOT be empty, MUST be a token, MUST NOT contain control characters. (server/tools#x-mcp-header)
  // spec: param-name-token
  it.each(['', ' ', 'A B', 'A:B', 'Ré', 'A\r\nB', 'A\u0000', 'A\n', 5, null, {}, ['A'], true])(
    'refuses %j as a name',
    (name) => {
      const error = failure(withProperty({ type: 'string', 'x-mcp-header': name }))
      expect(error.path).toBe('region')
      expect(error.message).toContain('expected a header name')
    },
  )

  // MUST be case-insensitively unique. (server/tools#x-mcp-header)
  // spec: param-name-unique
  it.each(['Region', 'region', 'REGION'])('refuses a second %s and names both properties', (name) => {
    const error = failure({
      properties: { a: marked, b: { properties: { c: { type: 'integer', 'x-mcp-header': name } } } },
    })
    expect(error.path).toBe('b.c')
    expect(error.message).toContain('"a"')
  })

  // MUST only be applied to integer, string and boolean; number is not permitted. (server/tools#x-mcp-header)
  // spec: param-primitive
  it.each(['number', 'object', 'array', 'null', ['string', 'null'], ['string'], undefined])(
    'refuses type %j',
    (type) => {
      const error = failure(withProperty({ type, 'x-mcp-header': 'Region' }))
      expect(error.path).toBe('region')
      expect(error.message).toContain('"string", "integer" or "boolean"')
    },
  )

  // MUST be reachable through properties alone. (basic/transports/streamable-http#schema-extension)
  // spec: param-reachable
  it.each<[string, JsonSchema]>([
    ['the root', { type: 'string', 'x-mcp-header': 'Region' }],
    ['items', withProperty({ type: 'array', items: marked })],
    ['prefixItems', withProperty({ prefixItems: [marked] })],
    ['contains', withProperty({ contains: marked })],
    ['additionalProperties', withProperty({ additionalProperties: marked })],
    ['patternProperties', withProperty({ patternProperties: { '^a': marked } })],
    ['oneOf', withProperty({ oneOf: [marked] })],
    ['anyOf', { anyOf: [withProperty(marked)] }],
    ['allOf', { allOf: [withProperty(marked)] }],
    ['not', { not: withProperty(marked) }],
    ['if', { if: withProperty(marked) }],
    ['then', JSON.parse(JSON.stringify({ the: withProperty(marked) }).replace('the', 'then'))],
    ['else', { else: withProperty(marked) }],
    ['dependentSchemas', { dependentSchemas: { a: withProperty(marked) } }],
    ['$defs', { $defs: { a: marked }, properties: { region: { $ref: '#/$defs/a' } } }],
    ['$defs with properties', { $defs: { properties: { properties: { a: marked } } } }],
    ['definitions', { definitions: { a: marked } }],
    ['an unknown keyword', withProperty({ 'x-more': { deep: [marked] } })],
  ])('refuses an annotation under %s', (_, schema) => {
    expect(failure(schema).message).toContain('reached through "properties" alone')
  })

  it('ends on a schema that is too deep, too large or contains itself', () => {
    let deep: JsonSchema = marked
    for (let i = 0; i < 100; i++) deep = withProperty(deep)
    const wide = { properties: Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`p${i}`, {}])) }
    const round: Record<string, unknown> = {}
    round['items'] = round
    for (const schema of [deep, wide, round]) expect(failure(schema).message).toContain('Expected at most')
  })

  it('throws for a server what it returns to a client', () => {
    expect(() => findHeaderFields(withProperty({ 'x-mcp-header': 'A' }))).toThrow(SchemaError)
    expect(checkHeaderFields(withProperty(marked))).toEqual({
      fields: [{ name: 'Region', path: ['region'], type: 'string' }],
    })
  })

  it('answers any JSON with fields or a SchemaError', () => {
    const key = fc.constantFrom('properties', 'x-mcp-header', 'type', 'items', '$defs', 'anyOf', '__proto__', 'a')
    const leaf = fc.constantFrom<unknown>('string', 'Region', null, 1, true)
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.array(tie('json'), { maxLength: 3 }),
        fc.dictionary(key, tie('json'), { maxKeys: 4 }),
      ),
    }))
    fc.assert(
      fc.property(fc.dictionary(key, json), (schema) => {
        const { fields, error } = { fields: undefined, error: undefined, ...checkHeaderFields(schema) }
        for (const { path, name } of fields ?? []) {
          let at: unknown = schema
          for (const step of path) at = (at as { properties: Record<string, unknown> }).properties[step]
          expect(at).toMatchObject({ 'x-mcp-header': name })
        }
        expect(fields === undefined).toBe(error instanceof SchemaError)
      }),
    )
  })
})

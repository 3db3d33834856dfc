import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { failureOf } from './fixtures/failure.ts'
import type { StandardConverter, StandardSchema } from './standard-schema.ts'
import { noInput, toInputSchema, toJsonSchema } from './to-json-schema.ts'

const convertsBy = (jsonSchema: StandardConverter): StandardSchema => ({
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }), jsonSchema },
})

describe('toJsonSchema', () => {
  it.each<[string, StandardSchema]>([
    ['zod', z.object({ id: z.string(), size: z.number().optional() })],
    ['arktype', type({ id: 'string', 'size?': 'number' })],
    ['valibot', toStandardJsonSchema(v.object({ id: v.string(), size: v.optional(v.number()) }))],
  ])('converts %s to 2020-12', (_, schema) => {
    expect(toJsonSchema(schema, 'input')).toMatchObject({
      type: 'object',
      properties: { id: { type: 'string' }, size: { type: 'number' } },
      required: ['id'],
    })
    expect(toJsonSchema(schema, 'input').$schema).toBe('https://json-schema.org/draft/2020-12/schema')
  })

  it('tells what is taken from what is returned', () => {
    const schema = z.object({ size: z.number().default(1) })
    expect(toJsonSchema(schema, 'input')['required']).toBeUndefined()
    expect(toJsonSchema(schema, 'output')['required']).toEqual(['size'])
  })

  it('keeps annotations such as x-mcp-header', () => {
    const schema = z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }) })
    expect(toJsonSchema(schema, 'input')).toMatchObject({ properties: { region: { 'x-mcp-header': 'Region' } } })
  })

  it('hands on what a converter returns, as the same object', () => {
    const schema = { $anchor: 'root', if: {}, else: {}, $defs: { a: { $dynamicAnchor: 'x' } } }
    expect(toJsonSchema(convertsBy({ input: () => schema, output: () => schema }), 'output')).toBe(schema)
  })

  it('falls back to draft-07 and says so in $schema', () => {
    const run: StandardConverter['input'] = ({ target }) => {
      if (target !== 'draft-07') throw new Error(`no ${target}`)
      return { type: 'string' }
    }
    expect(toJsonSchema(convertsBy({ input: run, output: run }), 'input')).toEqual({
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'string',
    })
  })

  it('refuses a dialect that a converter should not return', () => {
    const run = (): Record<string, unknown> => ({ $schema: 'http://json-schema.org/draft-04/schema#' })
    expect(failureOf(() => toJsonSchema(convertsBy({ input: run, output: run }), 'input')).message).toContain(
      'draft-04',
    )
  })

  it('names the wrapper when valibot comes without one', () => {
    const error = failureOf(() => toJsonSchema(v.object({ id: v.string() }), 'input'))
    expect(error.message).toContain('toStandardJsonSchema() of @valibot/to-json-schema')
  })

  it('names hawser/json-schema when another library has no converter', () => {
    const schema: StandardSchema = { '~standard': { version: 1, vendor: 'effect', validate: (value) => ({ value }) } }
    expect(failureOf(() => toJsonSchema(schema, 'input')).message).toMatch(/effect.*hawser\/json-schema/)
  })

  it.each([[{ type: 'object' }], [undefined], ['string'], [{ '~standard': {} }]])(
    'refuses %j, which is no schema',
    (value) => {
      expect(failureOf(() => toJsonSchema(value as never, 'input')).message).toContain('Expected a Standard Schema')
    },
  )

  it.each<[string, StandardSchema, string | undefined, string]>([
    ['a date', z.object({ due: z.date() }), 'due', 'Date cannot be represented'],
    ['a nested date', z.object({ a: z.object({ b: z.string(), c: z.array(z.date()).optional() }) }), 'a.c', 'Date'],
    ['a date in a union', z.object({ a: z.union([z.string(), z.object({ b: z.date() })]) }), 'a.b', 'Date'],
    ['a bigint in a record', z.object({ a: z.record(z.string(), z.bigint()) }), 'a', 'BigInt'],
    ['a root', z.date(), undefined, 'Date'],
    ['an arktype date', type({ x: { due: 'Date' } }), 'x.due', 'ArkType has no JSON Schema'],
    ['an arktype bigint', type({ size: 'bigint' }), 'size', 'ArkType has no JSON Schema'],
    ['valibot', toStandardJsonSchema(v.object({ due: v.date() })), undefined, 'The "date" schema cannot be converted'],
  ])('names the property and the reason: %s', (_, schema, path, reason) => {
    const error = failureOf(() => toJsonSchema(schema, 'input'))
    expect(error.path).toBe(path)
    expect(error.message).toContain(reason)
    expect(error.message).toContain(path === undefined ? 'JSON has, got' : `at "${path}"`)
    expect(error.cause).toBeInstanceOf(Error)
  })

  it('finds the property of a schema that contains itself', () => {
    const Tree: z.ZodType = z.object({
      get children() {
        return z.array(Tree)
      },
      due: z.date(),
    })
    expect(failureOf(() => toJsonSchema(Tree, 'input')).path).toMatch(/due|children/)
  })

  it('names a transform only where its result is asked for', () => {
    const schema = z.object({ size: z.string().transform(Number) })
    expect(toJsonSchema(schema, 'input')).toMatchObject({ properties: { size: { type: 'string' } } })
    expect(failureOf(() => toJsonSchema(schema, 'output')).path).toBe('size')
  })
})

describe('toInputSchema', () => {
  // spec: tool-input-schema
  it('is closed for a tool without arguments', () => {
    expect(noInput).toEqual({ type: 'object', additionalProperties: false })
  })

  // inputSchema has type "object" at its root. (server/tools#tool)
  // spec: tool-input-schema
  it.each<[string, StandardSchema]>([
    ['a union', z.union([z.object({ a: z.string() }), z.object({ b: z.string() })])],
    [
      'a discriminated union',
      z.discriminatedUnion('k', [z.object({ k: z.literal('a') }), z.object({ k: z.literal('b') })]),
    ],
    ['an arktype union', type({ a: 'string' }).or({ b: 'string' })],
    ['an intersection', toStandardJsonSchema(v.intersect([v.object({ a: v.string() }), v.object({ b: v.string() })]))],
    ['a named object', z.object({ a: z.string() }).meta({ id: 'NamedInput' })],
  ])('adds type: object to %s of objects', (_, schema) => {
    const { type: added, ...rest } = toInputSchema(schema)
    expect(added).toBe('object')
    expect(rest).toEqual(toJsonSchema(schema, 'input'))
  })

  it('leaves an object as it is', () => {
    const schema = { type: 'object', anyOf: [{ required: ['a'] }, { required: ['b'] }] }
    expect(toInputSchema(convertsBy({ input: () => schema, output: () => schema }))).toBe(schema)
  })

  it.each<[string, StandardSchema]>([
    ['type "string"', z.string()],
    ['type "array"', z.array(z.object({}))],
    ['no type', z.union([z.object({ a: z.string() }), z.string()])],
    ['no type', z.unknown()],
    ['type ["object","null"]', convertsBy({ input: () => ({ type: ['object', 'null'] }), output: () => ({}) })],
    ['a reference', convertsBy({ input: () => ({ $ref: '#' }), output: () => ({}) })],
  ])('refuses %s', (got, schema) => {
    expect(failureOf(() => toInputSchema(schema)).message).toContain(got)
  })
})

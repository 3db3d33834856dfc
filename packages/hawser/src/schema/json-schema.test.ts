import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import type { JsonSchema } from '../protocol/index.ts'
import { describeIssues } from './issues.ts'
import { createValidator, jsonSchema, SchemaError } from './json-schema.ts'
import type { InferOutput } from './standard-schema.ts'
import { toInputSchema, toJsonSchema } from './to-json-schema.ts'

const draft07 = 'http://json-schema.org/draft-07/schema#'
const isValid = (schema: JsonSchema | boolean, value: unknown): boolean => createValidator(schema)(value).length === 0
const explain = (schema: JsonSchema, value: unknown): string[] =>
  describeIssues(createValidator(schema)(value), value).split('\n')

describe('jsonSchema', () => {
  const city: JsonSchema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }

  it('is a Standard Schema of the type that its author gives', async () => {
    const schema = jsonSchema<{ city: string }>(city)
    expectTypeOf<InferOutput<typeof schema>>().toEqualTypeOf<{ city: string }>()
    const value = { city: 'Kiel' }
    expect(await schema['~standard'].validate(value)).toEqual({ value })
    expect(await schema['~standard'].validate({})).toEqual({ issues: [{ message: 'required', path: ['city'] }] })
  })

  // Schemas with $defs, $anchor, composition and conditionals pass through. (basic#json-schema-usage)
  it('shows the schema as it is written, as the same object and unchanged', () => {
    const written = Object.freeze({
      $schema: draft07,
      type: 'object',
      properties: Object.freeze({ a: Object.freeze({ pattern: '.*.*x', uniqueItems: true }) }),
      'x-vendor': true,
    } as const)
    const schema = jsonSchema(written)
    expect(toJsonSchema(schema, 'input')).toBe(written)
    expect(toInputSchema(schema)).toBe(written)
    expect(Reflect.ownKeys(written)).toEqual(['$schema', 'type', 'properties', 'x-vendor'])
  })
})

describe('createValidator', () => {
  // spec: schema-default-dialect, schema-own-dialect
  it.each<[string, JsonSchema, readonly unknown[], readonly unknown[]]>([
    ['$ref and $defs', { $ref: '#/$defs/a', $defs: { a: { type: 'integer' } } }, [1, 2.0], ['1', 1.5]],
    ['$anchor', { $ref: '#a', $defs: { x: { $anchor: 'a', type: 'null' } } }, [null], [0]],
    ['$id', { $id: 'https://example.com/a', $ref: 'b', $defs: { x: { $id: 'b', type: 'null' } } }, [null], [0]],
    [
      'recursion',
      { properties: { next: { $ref: '#' } }, additionalProperties: false },
      [{ next: { next: {} } }],
      [{ next: { x: 1 } }],
    ],
    [
      'conditionals',
      JSON.parse('{"if":{"required":["a"]},"then":{"required":["b"]}}'),
      [{}, { a: 1, b: 1 }],
      [{ a: 1 }],
    ],
    [
      'prefixItems',
      { prefixItems: [{ type: 'string' }], items: { type: 'number' } },
      [['a', 1], []],
      [[1], ['a', 'b']],
    ],
    ['dependentRequired', { dependentRequired: { a: ['b'] } }, [{ b: 1 }, { a: 1, b: 1 }], [{ a: 1 }]],
    [
      'unevaluatedProperties',
      { allOf: [{ properties: { a: {} } }], unevaluatedProperties: false },
      [{ a: 1 }],
      [{ b: 1 }],
    ],
    ['contains', { contains: { const: 1 }, minContains: 2 }, [[1, 1, 'x']], [[1, 'x'], []]],
    ['formats', { format: 'date' }, ['2026-11-22', 5], ['2026-13-01']],
    ['unknown formats', { format: 'constructor' }, ['x'], []],
    ['unicode lengths', { maxLength: 1 }, ['😀'], ['ab']],
    ['enum of objects', { enum: [{ a: 1 }, null] }, [{ a: 1 }, null], [{ a: 2 }, {}]],
    ['multipleOf', { multipleOf: 0.01 }, [0.07, 19.99], [0.005]],
    [
      'draft-07 tuples',
      { $schema: draft07, items: [{ type: 'string' }], additionalItems: false },
      [['a']],
      [[1], ['a', 'b']],
    ],
    [
      'draft-07 definitions',
      { $schema: draft07, $ref: '#/definitions/a', definitions: { a: { type: 'null' } } },
      [null],
      [1],
    ],
    [
      'draft-07 $ref alone',
      { $schema: draft07, properties: { a: { $ref: '#/definitions/a', type: 'null' } }, definitions: { a: {} } },
      [{ a: 1 }],
      [],
    ],
    [
      'refs to where no keyword leads',
      { $ref: '#/components/a', components: { a: { $ref: '#/components/b' }, b: { type: 'null' } } },
      [null],
      [1],
    ],
    [
      'a keyword called id',
      { properties: { a: { id: 'x' }, b: { id: 'x', type: 'null' } } },
      [{ b: null }],
      [{ b: 1 }],
    ],
  ])('understands %s', (_, schema, right, wrong) => {
    for (const value of right) expect([value, isValid(schema, value)]).toEqual([value, true])
    for (const value of wrong) expect([value, isValid(schema, value)]).toEqual([value, false])
  })

  it('takes true and false for schemas', () => {
    expect([isValid(true, 1), isValid(false, 1)]).toEqual([true, false])
  })

  it('agrees with zod about the schemas that zod writes', () => {
    const schema = z.strictObject({
      id: z.int().min(0),
      kind: z.enum(['a', 'b']),
      at: z.union([z.string().max(3), z.array(z.number()), z.null()]),
      more: z.record(z.string(), z.boolean()).optional(),
    })
    const validator = createValidator(toJsonSchema(schema, 'input'))
    const any = fc.oneof(
      fc.integer({ min: -2, max: 2 }),
      fc.string({ maxLength: 5 }),
      fc.constant(null),
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 2 }),
    )
    const value = fc.record(
      {
        id: any,
        kind: fc.oneof(fc.constantFrom('a', 'b'), any),
        at: any,
        more: fc.dictionary(fc.string(), fc.oneof(fc.boolean(), any)),
        x: any,
      },
      { requiredKeys: ['id', 'kind', 'at'] },
    )
    fc.assert(
      fc.property(fc.oneof(value, any), (given) => {
        expect(validator(given).length === 0).toBe(schema.safeParse(given).success)
      }),
      { numRuns: 500 },
    )
  })

  it('treats names of Object.prototype as names', () => {
    const schema: JsonSchema = JSON.parse(
      '{"properties":{"__proto__":{"type":"string"},"constructor":{"type":"string"}},"required":["__proto__"],"additionalProperties":false}',
    )
    expect(isValid(schema, JSON.parse('{"__proto__":"a"}'))).toBe(true)
    expect(isValid(schema, {})).toBe(false)
    expect(explain(schema, JSON.parse('{"__proto__":1,"constructor":2,"toString":3}'))).toEqual([
      '__proto__: expected string, got number 1',
      'constructor: expected string, got number 2',
      'toString: not allowed, got number 3',
    ])
  })

  it('ignores undefined properties, as JSON does', () => {
    const schema = { properties: { a: { type: 'string' } }, required: ['b'] }
    expect(isValid(schema, { a: undefined, b: 1 })).toBe(true)
    expect(isValid(schema, { b: undefined })).toBe(false)
  })
})

describe('a validation that would not end', () => {
  const tooMuch = [{ message: 'too large or too deep to be checked', path: [] }]

  // spec: schema-bounds
  it('is given up when references multiply', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [
        `d${i}`,
        { allOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] },
      ]),
    )
    expect(createValidator({ $ref: '#/$defs/d0', $defs: { ...$defs, d40: true } })(1)).toEqual(tooMuch)
  })

  it('is given up when a value makes recursion multiply', () => {
    const branch = { properties: { next: { $ref: '#' } } }
    let value = {}
    for (let i = 0; i < 60; i++) value = { next: value }
    expect(createValidator({ allOf: [branch, branch] })(value)).toEqual(tooMuch)
  })

  it('is not given up for being long', () => {
    const items = Array.from({ length: 10_000 }, (_, i) => ({ id: i + 100 }))
    const item = { anyOf: Array.from({ length: 10 }, (_, i) => ({ properties: { id: { minimum: i * 10 } } })) }
    expect(createValidator({ items: item })(items)).toEqual([])
  })

  it('is cut short when a text is too long for its pattern or a list for uniqueItems', () => {
    const schema = { properties: { text: { type: 'string', pattern: 'a.*b' }, list: { uniqueItems: true } } }
    expect(isValid(schema, { text: 'a-b', list: [1, 2] })).toBe(true)
    expect(isValid(schema, { text: 'a-c' })).toBe(false)
    expect(explain(schema, { text: 'a'.repeat(6000), list: Array.from({ length: 3000 }, (_, i) => i) })).toEqual([
      expect.stringContaining('text: expected at most 5000 characters, got string "aaa'),
      'list: expected at most 2000 items, got array of 3000 items',
    ])
    const named = { patternProperties: { 'a.*b': {} } }
    expect(isValid(named, { ['a'.repeat(6000)]: 1 })).toBe(false)
    expect(isValid(named, { ab: 1 })).toBe(true)
  })

  it('is cut short when comparing items for uniqueItems would take long, since they are alike to the last value', () => {
    const alike = (count: number, length: number): unknown[][] =>
      Array.from({ length: count }, (_, i) => [...Array<number>(length).fill(0), i])
    expect(createValidator({ uniqueItems: true })(alike(100, 900))).toEqual([])
    expect(explain({ uniqueItems: true }, alike(2_000, 1_000))).toEqual([
      'value: expected at most 9 items, got array of 2000 items',
    ])
  })

  it('answers any schema with a SchemaError and any value with issues', () => {
    const keyword = fc.constantFrom(
      'type',
      'properties',
      'items',
      '$ref',
      'anyOf',
      'not',
      'pattern',
      '$id',
      'enum',
      '__proto__',
      'x',
    )
    const leaf = fc.constantFrom<unknown>('string', '#', '#/properties/x', 'a', 1, true, null)
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.array(tie('json'), { maxLength: 3 }),
        fc.dictionary(keyword, tie('json'), { maxKeys: 3 }),
      ),
    }))
    const answer = (schema: JsonSchema, value: unknown): unknown => {
      try {
        return createValidator(schema)(value)
      } catch (error) {
        return error
      }
    }
    fc.assert(
      fc.property(fc.dictionary(keyword, json), json, (schema, value) => {
        const given = answer(schema, value)
        expect(Array.isArray(given) || given instanceof SchemaError).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })
})

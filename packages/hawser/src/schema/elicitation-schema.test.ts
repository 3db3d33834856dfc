import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { JsonSchema } from '../protocol/index.ts'
import { toElicitationSchema } from './elicitation-schema.ts'
import { failureOf } from './fixtures/failure.ts'
import type { StandardSchema } from './standard-schema.ts'

const plain = (schema: JsonSchema): StandardSchema => ({
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => ({ value }),
    jsonSchema: { input: () => schema, output: () => schema },
  },
})
const field = (schema: JsonSchema): unknown =>
  toElicitationSchema(plain({ type: 'object', properties: { f: schema } })).properties['f']

describe('toElicitationSchema', () => {
  // Form fields are flat and of a few types. (client/elicitation#requested-schema)
  // spec: elicit-flat
  it('converts a flat zod object and leaves out what a form does not know', () => {
    const schema = z.object({
      name: z.string().min(3).max(50).describe('Your name').meta({ title: 'Name' }),
      email: z.email(),
      site: z.url().optional(),
      born: z.iso.date().optional(),
      at: z.iso.datetime().optional(),
      age: z.int().positive().optional(),
      score: z.number().min(0).max(10).default(5),
      news: z.boolean().default(false),
    })
    expect(toElicitationSchema(schema)).toEqual({
      type: 'object',
      properties: {
        name: { type: 'string', title: 'Name', description: 'Your name', minLength: 3, maxLength: 50 },
        email: { type: 'string', format: 'email' },
        site: { type: 'string', format: 'uri' },
        born: { type: 'string', format: 'date' },
        at: { type: 'string', format: 'date-time' },
        age: { type: 'integer', minimum: 1 },
        score: { type: 'number', minimum: 0, maximum: 10, default: 5 },
        news: { type: 'boolean', default: false },
      },
      required: ['name', 'email'],
    })
  })

  it('converts valibot and arktype', () => {
    const properties = { name: { type: 'string' }, kind: { type: 'string', enum: ['a', 'b'] }, ok: { type: 'boolean' } }
    const ofValibot = v.object({ name: v.string(), kind: v.picklist(['a', 'b']), ok: v.optional(v.boolean()) })
    const ofArk = type({ name: 'string', kind: "'a'|'b'", 'ok?': 'boolean' })
    for (const schema of [toStandardJsonSchema(ofValibot), ofArk]) {
      const requested = toElicitationSchema(schema)
      expect(requested.properties).toEqual(properties)
      expect([...(requested.required ?? [])].sort()).toEqual(['kind', 'name'])
    }
  })

  it.each<[string, JsonSchema, JsonSchema]>([
    [
      'untitled',
      { type: 'string', enum: ['r', 'g'], default: 'r' },
      { type: 'string', enum: ['r', 'g'], default: 'r' },
    ],
    [
      'titled',
      { type: 'string', oneOf: [{ const: 'r', title: 'Red' }], title: 'Colour' },
      { type: 'string', oneOf: [{ const: 'r', title: 'Red' }], title: 'Colour' },
    ],
    [
      'untitled multi-select',
      {
        type: 'array',
        items: { type: 'string', enum: ['r', 'g'] },
        minItems: 1,
        maxItems: 2,
        uniqueItems: true,
        default: ['r'],
      },
      { type: 'array', items: { type: 'string', enum: ['r', 'g'] }, minItems: 1, maxItems: 2, default: ['r'] },
    ],
    [
      'titled multi-select',
      { type: 'array', items: { anyOf: [{ const: 'r', title: 'Red' }] } },
      { type: 'array', items: { anyOf: [{ const: 'r', title: 'Red' }] } },
    ],
    [
      'legacy titled',
      { type: 'string', enum: ['r'], enumNames: ['Red'] },
      { type: 'string', enum: ['r'], enumNames: ['Red'] },
    ],
  ])('keeps the %s choice', (_, schema, expected) => {
    expect(field(schema)).toEqual(expected)
  })

  it.each<[string, JsonSchema, JsonSchema]>([
    ['a constant', { type: 'string', const: 'a' }, { type: 'string', enum: ['a'] }],
    ['an enum without type', { enum: ['a', 'b'] }, { type: 'string', enum: ['a', 'b'] }],
    [
      'constants under anyOf',
      { anyOf: [{ const: 'a' }, { type: 'string', const: 'b' }] },
      { type: 'string', enum: ['a', 'b'] },
    ],
    [
      'constants of which some have titles',
      { anyOf: [{ const: 'a', title: 'A' }, { const: 'b' }] },
      {
        type: 'string',
        oneOf: [
          { const: 'a', title: 'A' },
          { const: 'b', title: 'b' },
        ],
      },
    ],
    ['a foreign format', { type: 'string', format: 'uuid', pattern: '^.$' }, { type: 'string' }],
    [
      'safe integer bounds',
      { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
      { type: 'integer' },
    ],
    [
      'exclusive bounds',
      { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
      { type: 'number', minimum: 0, maximum: 1 },
    ],
  ])('rewrites %s', (_, schema, expected) => {
    expect(field(schema)).toEqual(expected)
  })

  it('follows references to named types', () => {
    const Colour = z.enum(['r', 'g']).meta({ id: 'ElicitedColour' })
    const schema = z.object({ a: Colour, b: Colour.optional().describe('Second') })
    expect(toElicitationSchema(schema)).toEqual({
      type: 'object',
      properties: {
        a: { type: 'string', enum: ['r', 'g'] },
        b: { type: 'string', enum: ['r', 'g'], description: 'Second' },
      },
      required: ['a'],
    })
  })

  it('keeps a field called __proto__', () => {
    const requested = toElicitationSchema(
      plain(JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}}}')),
    )
    expect(Object.keys(requested.properties)).toEqual(['__proto__'])
  })

  // spec: elicit-flat
  it.each<[string, StandardSchema, string | undefined]>([
    ['type "object"', z.object({ home: z.object({ city: z.string() }) }), 'home'],
    ['type "array"', z.object({ tags: z.array(z.string()) }), 'tags'],
    ['type ["string","null"]', z.object({ note: z.string().nullable() }), 'note'],
    ['type "number"', z.object({ n: z.literal([1, 2]) }), 'n'],
    ['no type', z.object({ any: z.unknown() }), 'any'],
    ['type "string"', z.string(), undefined],
    ['no type', z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]), undefined],
    ['a reference', plain({ type: 'object', properties: { r: { $ref: 'https://example.com/x' } } }), 'r'],
  ])('refuses %s and says what is allowed', (got, schema, path) => {
    const error = failureOf(() => toElicitationSchema(schema))
    expect(error.path).toBe(path)
    expect(error.message).toContain(got)
    expect(error.message).toContain('A form has strings')
  })

  it('converts a schema once', () => {
    const schema = z.object({ a: z.string() })
    expect(toElicitationSchema(schema)).toBe(toElicitationSchema(schema))
  })
})

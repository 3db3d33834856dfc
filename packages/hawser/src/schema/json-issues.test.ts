import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '../protocol/index.ts'
import { describeIssues } from './issues.ts'
import { createValidator } from './json-schema.ts'

const draft07 = 'http://json-schema.org/draft-07/schema#'
const explain = (schema: JsonSchema, value: unknown): string[] =>
  describeIssues(createValidator(schema)(value), value).split('\n')

describe('issues of createValidator', () => {
  it('say path, expectation and value of every fault', () => {
    const schema = {
      type: 'object',
      properties: {
        query: { type: 'string', minLength: 2 },
        limit: { type: 'integer', maximum: 50 },
        tags: { type: 'array', items: { enum: ['a', 'b c'] }, maxItems: 2 },
        'a/b~c %': { const: { x: 1 } },
        day: { format: 'date' },
        code: { pattern: '^\\d+$' },
      },
      required: ['query', 'limit', 'owner'],
      additionalProperties: false,
    }
    const value = { query: 'a', limit: '9', tags: ['a', 'x', 'b c'], 'a/b~c %': 5, day: 'x', code: 'x', qeury: 1 }
    expect(explain(schema, value)).toEqual([
      'owner: required, got nothing',
      'query: expected at least 2 characters, got string "a"',
      'limit: expected integer, got string "9"',
      'tags: expected at most 2 items, got array of 3 items',
      'tags[1]: expected one of "a", "b c", got string "x"',
      '["a/b~c %"]: expected {"x":1}, got number 5',
      'day: expected format "date", got string "x"',
      'code: expected a match of "^\\\\d+$", got string "x"',
      'qeury: not allowed, got number 1',
    ])
  })

  it.each<[JsonSchema, unknown, string]>([
    [{ type: ['string', 'null'] }, 1, 'expected string or null'],
    [{ const: null }, 1, 'expected null'],
    [{ minimum: 5 }, 1, 'expected at least 5'],
    [{ exclusiveMinimum: 1 }, 1, 'expected more than 1'],
    [{ exclusiveMaximum: 1 }, 1, 'expected less than 1'],
    [{ multipleOf: 2 }, 1, 'expected a multiple of 2'],
    [{ maxLength: 1 }, 'ab', 'expected at most 1 characters'],
    [{ minItems: 1 }, [], 'expected at least 1 items'],
    [{ uniqueItems: true }, [1, 1], 'expected no item twice'],
    [{ contains: { type: 'null' } }, [1, 2], 'expected an item that matches'],
    [{ contains: { type: 'null' }, minContains: 2 }, [1, null], 'expected at least 2 items that match'],
    [{ contains: { type: 'null' }, maxContains: 1 }, [null, null], 'expected at most 1 items that match'],
    [{ minProperties: 1 }, {}, 'expected at least 1 properties'],
    [{ maxProperties: 0 }, { a: 1 }, 'expected at most 0 properties'],
    [{ propertyNames: { maxLength: 1 } }, { 'a"b': 1 }, 'property name "a\\"b" is not allowed'],
    [{ dependentRequired: { a: ['b'] } }, { a: 1 }, 'expected "b" beside "a"'],
    [{ $schema: draft07, dependencies: { a: ['b'] } }, { a: 1 }, 'expected "b" beside "a"'],
    [{ not: { type: 'number' } }, 1, 'expected anything else'],
    [{ oneOf: [{ type: 'number' }, { minimum: 0 }] }, 1, 'expected a match of exactly one alternative, not of 2'],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }, { enum: ['x'] }] }, 1, 'expected string or null or one of "x"'],
    [{ $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { type: 'null' } } }, 1, 'expected null'],
  ])('of %j for %j say what was expected', (schema, value, message) => {
    expect(createValidator(schema)(value)).toEqual([{ message, path: [] }])
  })

  it('tell of the branch of a union that the value is closest to', () => {
    const schema = {
      oneOf: [
        {
          type: 'object',
          properties: { kind: { const: 'circle' }, radius: { type: 'number' } },
          required: ['kind', 'radius'],
        },
        {
          type: 'object',
          properties: { kind: { const: 'square' }, side: { type: 'number' } },
          required: ['kind', 'side'],
        },
        { type: 'string' },
      ],
    }
    expect(explain(schema, { kind: 'square', side: 'x' })).toEqual(['side: expected number, got string "x"'])
    expect(explain(schema, { kind: 'circle' })).toEqual(['radius: required, got nothing'])
    expect(explain({ items: schema }, [{ kind: 'circle', radius: 1 }, 5])).toEqual([
      '[1]: expected object or string, got number 5',
    ])
  })

  it('are at most 20, also of very many', () => {
    const wrong = Array.from({ length: 200_000 }, () => 'x')
    expect(createValidator({ items: { type: 'number' } })(wrong)).toHaveLength(1)
    expect(createValidator({ items: { type: 'number' } })(wrong.slice(0, 1000))).toHaveLength(20)
  })
})

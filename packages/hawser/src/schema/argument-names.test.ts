import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { createArgumentNames } from './argument-names.ts'
import { noInput, toInputSchema } from './to-json-schema.ts'

const search = createArgumentNames(
  toInputSchema(z.object({ query: z.string(), limit: z.number().optional(), maxAge: z.number().optional() })),
)

describe('createArgumentNames', () => {
  it('says nothing about arguments that exist', () => {
    expect(search({ query: 'tides', limit: 3 })).toBeUndefined()
    expect(search({})).toBeUndefined()
  })

  it.each([
    ['qeury', 'query'],
    ['Query', 'query'],
    ['qery', 'query'],
    ['limits', 'limit'],
    ['max_age', 'maxAge'],
  ])('hints at the name meant by `%s`', (given, meant) => {
    expect(search({ [given]: 1 })).toBe(`unknown argument \`${given}\`; did you mean \`${meant}\`?`)
  })

  it('ignores a name that resembles none, or one that is given too, for the schema does not forbid it', () => {
    expect(search({ reasoning: 'because' })).toBeUndefined()
    expect(search({ query: 'a', qeury: 'b' })).toBeUndefined()
  })

  it('reports every unknown name when the schema forbids them', () => {
    const find = createArgumentNames({
      type: 'object',
      properties: { query: {}, limit: {} },
      additionalProperties: false,
    })
    expect(find({ qeury: 1, colour: 2 })).toBe(
      'unknown argument `qeury`; did you mean `query`?\nunknown argument `colour`; known: query, limit',
    )
    expect(createArgumentNames(noInput)({ a: 1 })).toBe('unknown argument `a`; known: none')
  })

  it.each([
    { additionalProperties: true },
    { additionalProperties: { type: 'string' } },
    { patternProperties: { '^q': {} } },
    { unevaluatedProperties: {} },
    { allOf: [{ properties: { qeury: {} } }] },
    { anyOf: [{ properties: { qeury: {} } }] },
    { oneOf: [{ properties: { qeury: {} } }] },
    { if: {}, else: { properties: { qeury: {} } } },
    { dependentSchemas: { query: { properties: { qeury: {} } } } },
    { $ref: '#/$defs/more', $defs: { more: { properties: { qeury: {} } } } },
  ])('keeps quiet beside %j, which may allow others', (more) => {
    expect(createArgumentNames({ type: 'object', properties: { query: {} }, ...more })({ qeury: 1 })).toBeUndefined()
  })

  it('takes names of Object.prototype for what they are', () => {
    const find = createArgumentNames({ type: 'object', properties: { query: {} }, additionalProperties: false })
    expect(find(JSON.parse('{"__proto__":1,"constructor":2}'))?.split('\n')).toHaveLength(2)
    const named = createArgumentNames(JSON.parse('{"properties":{"__proto__":{}},"additionalProperties":false}'))
    expect(named(JSON.parse('{"__proto__":1}'))).toBeUndefined()
  })

  it('stays short however many and however long the names are', () => {
    const find = createArgumentNames({ type: 'object', properties: { query: {} }, additionalProperties: false })
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`${'x'.repeat(1000)}${i}`, 1]))
    const text = find(many)
    expect(text?.split('\n')).toHaveLength(20)
    expect(text?.length).toBeLessThan(20 * 200)
  })

  it('never hints at a name that is not in the schema, and never at a known one', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ maxLength: 12 })), fc.string({ maxLength: 12 }), (names, given) => {
        const properties = Object.fromEntries(names.map((name) => [name, {}]))
        const hint = createArgumentNames({ type: 'object', properties })({ [given]: 1 })
        const possible = names.includes(given) ? [] : names.map((name) => `did you mean \`${name}\`?`)
        expect(hint === undefined || possible.some((end) => hint.endsWith(end))).toBe(true)
      }),
    )
  })
})

import { describe, expect, it } from 'vitest'
import { copySchema } from './copy-schema.ts'
import { SchemaError } from './schema-error.ts'

const prototype = Object.create(null) as object

describe('copySchema', () => {
  it('copies JSON and leaves out what is undefined', () => {
    const schema = { type: 'object', properties: { a: { enum: [1, null, 'x', true, [{}]] } }, title: undefined }
    const copy = copySchema(schema, prototype)
    expect(JSON.parse(JSON.stringify(copy))).toEqual(JSON.parse(JSON.stringify(schema)))
    expect(Object.getPrototypeOf(copy)).toBe(prototype)
  })

  it('gives a part that is used twice a copy each', () => {
    const part = { type: 'string' }
    const copy = copySchema({ a: part, b: part }, prototype) as Record<string, unknown>
    expect(copy['a']).not.toBe(copy['b'])
  })

  it('keeps a property called __proto__', () => {
    expect(Object.keys(copySchema(JSON.parse('{"__proto__":{"a":1}}'), prototype) as object)).toEqual(['__proto__'])
  })

  it.each([[() => true], [1n], [Number.NaN], [Symbol('x')]])('refuses a value that is no JSON', (value) => {
    expect(() => copySchema({ a: [value] }, prototype)).toThrow('Expected JSON at #/a/0')
  })

  it('refuses what contains itself, is too deep or too large', () => {
    const round: Record<string, unknown> = {}
    round['not'] = round
    let wide: unknown = {}
    for (let i = 0; i < 30; i++) wide = [wide, wide]
    const deep: unknown = JSON.parse('['.repeat(1000) + ']'.repeat(1000))
    for (const schema of [round, wide, deep]) expect(() => copySchema(schema, prototype)).toThrow(SchemaError)
  })
})

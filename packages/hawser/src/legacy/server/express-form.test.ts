import { describe, expect, it } from 'vitest'
import type { RequestedSchema } from '../../protocol/index.ts'
import { expressForm } from './express-form.ts'

const titled = [
  { const: 'r', title: 'Red' },
  { const: 'b', title: 'Blue' },
]
const schema: RequestedSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    name: { type: 'string', default: 'Ada', minLength: 1 },
    age: { type: 'integer', default: 3 },
    sure: { type: 'boolean', default: true },
    plain: { type: 'string', enum: ['r', 'b'], default: 'r' },
    named: { type: 'string', enum: ['r', 'b'], enumNames: ['Red', 'Blue'] },
    one: { type: 'string', oneOf: titled, title: 'Colour' },
    some: { type: 'array', items: { type: 'string', enum: ['r', 'b'] }, minItems: 1, description: 'Sizes.' },
    many: { type: 'array', items: { anyOf: titled }, default: ['r'] },
  },
  required: ['name'],
}

// 2025-06-18 client/elicitation#requested-schema
describe('a form in an earlier revision', () => {
  it('is the same where all of it is known', () => {
    expect(expressForm(schema, '2025-11-25').schema).toBe(schema)
  })

  it('has one kind of choice and a default for booleans only', () => {
    expect(expressForm(schema, '2025-06-18').schema).toEqual({
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', minLength: 1 },
        age: { type: 'integer' },
        sure: { type: 'boolean', default: true },
        plain: { type: 'string', enum: ['r', 'b'] },
        named: { type: 'string', enum: ['r', 'b'], enumNames: ['Red', 'Blue'] },
        one: { type: 'string', title: 'Colour', enum: ['r', 'b'], enumNames: ['Red', 'Blue'] },
        some: { type: 'string', description: 'Sizes. Any of: r, b. Separate several with commas.' },
        many: { type: 'string', description: 'Any of: r (Red), b (Blue). Separate several with commas.' },
      },
    })
  })

  it('is filled in as it was asked, with values or with titles', () => {
    const { restore } = expressForm(schema, '2025-06-18')
    expect(restore({ name: 'a,b', some: 'r, B,x', many: 'blue , Red,', sure: false })).toEqual({
      name: 'a,b',
      some: ['r', 'b', 'x'],
      many: ['b', 'r'],
      sure: false,
    })
    expect(restore({ some: '', many: ['r'] })).toEqual({ some: [], many: ['r'] })
  })
})

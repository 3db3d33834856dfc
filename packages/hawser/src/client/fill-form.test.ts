import { describe, expect, it } from 'vitest'
import type { RequestedSchema } from '../protocol/index.ts'
import { fillForm } from './fill-form.ts'

const schema: RequestedSchema = {
  type: 'object',
  properties: {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'idle'], default: 'active' },
    verified: { type: 'boolean', default: true },
    colours: { type: 'array', items: { enum: ['red'] }, default: ['red'] },
    note: { type: 'string' },
  },
  required: ['name'],
}

describe('filling in a form', () => {
  // client/elicitation#requested-schema: clients pre-populate fields with the default values.
  // spec: elicit-defaults
  it('adds the default of every field that was left out', () => {
    expect(fillForm('who', schema, {})).toEqual({
      name: 'John Doe',
      age: 30,
      score: 95.5,
      status: 'active',
      verified: true,
      colours: ['red'],
    })
  })

  it('keeps what was answered, false and nothing included', () => {
    const given = { name: '', age: 0, verified: false, colours: [], note: 'x' }
    expect(fillForm('who', schema, given)).toMatchObject(given)
  })

  // spec: elicit-client-checks
  it.each([
    ['age', 1.5, /"age": expected a value of type integer, got 1.5/],
    ['name', 7, /"name": expected a value of type string, got 7/],
    ['status', 'gone', /"status": expected one of \["active","idle"\], got "gone"/],
    ['colours', 'red', /"colours": expected a value of type array, got "red"/],
  ])('refuses a wrong %s', (field, value, message) => {
    expect(() => fillForm('who', schema, { [field]: value })).toThrow(message)
  })

  it('refuses an answer without a required field that has no default', () => {
    const strict: RequestedSchema = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] }
    expect(() => fillForm('which', strict)).toThrow(
      'The answer to "which", "id": expected a value of type string, got nothing.',
    )
    expect(() => fillForm('which', { ...strict, required: [] })).not.toThrow()
  })

  it('treats __proto__ as a field like any other', () => {
    const properties = JSON.parse('{"__proto__":{"type":"string","default":"x"}}') as RequestedSchema['properties']
    const filled = fillForm('who', { type: 'object', properties })
    expect(Object.entries(filled)).toEqual([['__proto__', 'x']])
    expect(Object.getPrototypeOf(filled)).toBe(Object.prototype)
  })
})

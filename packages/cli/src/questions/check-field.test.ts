import { describe, expect, it } from 'vitest'
import { findProblem, readText } from './check-field.ts'
import { choicesOf, type Field } from './question.ts'

const problem = (field: Field, typed: string, isRequired = true) => findProblem({ name: 'x', field, isRequired }, typed)

describe('a typed field', () => {
  it.each<[field: Field, typed: string, said: string | undefined]>([
    [{ type: 'string' }, '', 'This one is required.'],
    [{ type: 'string', minLength: 2 }, '岸', 'At least 2 characters.'],
    [{ type: 'string', maxLength: 2 }, '👩👩👩', 'At most 2 characters.'],
    [{ type: 'string', maxLength: 3 }, '👩👩👩', undefined],
    [{ type: 'string', format: 'email' }, 'ada', 'Write it like ada@example.com'],
    [{ type: 'string', format: 'uri' }, 'example.com', 'Write it like https://example.com'],
    [{ type: 'string', format: 'date' }, '28.7.2026', 'Write it like 2026-07-28'],
    [{ type: 'string', format: 'constructor' }, 'x', undefined],
    [{ type: 'integer' }, '1.5', 'Write a whole number.'],
    [{ type: 'number' }, 'x', 'Write a number.'],
    [{ type: 'number', minimum: 1 }, '0', 'At least 1.'],
    [{ type: 'integer', maximum: 14 }, ' 15 ', 'At most 14.'],
    [{ type: 'integer' }, ' 7 ', undefined],
  ])('%j with %j says %j', (field, typed, said) => {
    expect(problem(field, typed)).toBe(said)
  })

  it('may be left empty when it is optional', () => {
    expect(problem({ type: 'integer' }, '', false)).toBeUndefined()
  })

  it('keeps the spaces of text', () => {
    expect(readText('x', { type: 'string' }, ' a ')).toBe(' a ')
    expect(readText('x', { type: 'number' }, ' 1.5 ')).toBe(1.5)
  })
})

describe('the choices of a field', () => {
  it.each<[field: Field, labels: readonly string[] | undefined]>([
    [{ type: 'string', enum: ['a', 'b'] }, ['a', 'b']],
    [{ type: 'string', enum: ['a', 'b'], enumNames: ['A'] }, ['A', 'b']],
    [{ type: 'string', oneOf: [{ const: 'a', title: 'A' }, { const: 'b' }] }, ['A', 'b']],
    [{ type: 'array', items: { enum: ['a'] } }, ['a']],
    [{ type: 'array', items: { anyOf: [{ const: 'a', title: 'A' }] } }, ['A']],
    [{ type: 'string' }, undefined],
  ])('%j are %j', (field, labels) => {
    expect(choicesOf(field)?.map(({ label }) => label)).toEqual(labels)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readInstance } from './read-instance.ts'

describe('readInstance', () => {
  it('takes any JSON as it is and counts its values', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(readInstance(value, Infinity)).toMatchObject({ value })
        expect(readInstance(value, Infinity)).toHaveProperty('size')
      }),
    )
    expect(readInstance({ a: [1, 'b', null], c: {} }, Infinity)).toMatchObject({ size: 6 })
  })

  it('leaves out undefined properties without changing the value', () => {
    const value = { a: undefined, b: [{ c: undefined, d: 1 }] }
    const read = readInstance(value, Infinity)
    expect(read).toEqual({ value: { b: [{ d: 1 }] }, size: 4 })
    expect('value' in read && Object.keys(read.value as object)).toEqual(['b'])
    expect(Object.keys(value)).toEqual(['a', 'b'])
  })

  it.each([[new Date(0)], [1n], [Number.NaN], [Infinity], [undefined], [() => 1], [Symbol('x')]])(
    'refuses %s, which is no JSON, and says where it is',
    (value) => {
      expect(readInstance({ a: [1, value] }, Infinity)).toEqual({
        issue: { message: 'expected a JSON value', path: ['a', 1] },
      })
    },
  )

  it('refuses what is too deep or contains itself', () => {
    const round: Record<string, unknown> = {}
    round['a'] = round
    for (const value of [round, JSON.parse('['.repeat(5000) + ']'.repeat(5000))]) {
      expect(readInstance(value, Infinity).issue?.message).toBe('expected at most 128 levels')
    }
  })

  it('refuses names that are too long or no Unicode', () => {
    expect(readInstance({ abc: 1 }, 2).issue?.message).toContain('at most 2 characters')
    expect(readInstance(JSON.parse('{"\\ud800":1}'), Infinity).issue?.message).toContain('well-formed')
  })
})

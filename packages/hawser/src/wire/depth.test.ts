import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findExcess } from './depth.ts'

const exceedsDepth = (text: string, max: number): boolean => findExcess(text, max) === 'levels'
const exceedsValues = (text: string, max: number): boolean => findExcess(text, Infinity, max) === 'values'

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0

const countOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce<number>((sum, part) => sum + countOf(part), 1)
    : 1

/** An opening bracket counts for the first value inside, which these lack. */
const emptiesIn = (value: unknown): number =>
  typeof value !== 'object' || value === null
    ? 0
    : Object.values(value).reduce<number>((sum, part) => sum + emptiesIn(part), Object.keys(value).length === 0 ? 1 : 0)

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'large', withCrossShrink: true },
    fc.string({ unit: fc.constantFrom('"', '\\', '[', ']', '{', '}', 'a', '\n', ',') }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('"[', '\\', '{{', 'b', ','), tie('value'), { maxKeys: 3 }),
  ),
}))

describe('the depth of JSON text', () => {
  it('agrees with the parsed value', () => {
    fc.assert(
      fc.property(value, fc.integer({ min: 0, max: 12 }), fc.constantFrom('', ' '), (nested, max, space) => {
        expect(exceedsDepth(JSON.stringify(nested, null, space), max)).toBe(depthOf(nested) > max)
      }),
      { numRuns: 2000 },
    )
  })

  it('counts levels, not brackets', () => {
    expect(exceedsDepth('[[],[],[],{},{}]', 2)).toBe(false)
    expect(exceedsDepth('[[],[],[],[[]]]', 2)).toBe(true)
  })

  it('counts to the limit exactly', () => {
    const nested = '['.repeat(200) + ']'.repeat(200)
    expect(exceedsDepth(`${nested}  `, 200)).toBe(false)
    expect(exceedsDepth(nested, 199)).toBe(true)
    expect(exceedsDepth('{"a":'.repeat(201), 200)).toBe(true)
  })

  it('does not count brackets inside strings', () => {
    expect(exceedsDepth(JSON.stringify('['.repeat(1000)), 5)).toBe(false)
    expect(exceedsDepth(JSON.stringify('\\"['.repeat(1000)), 5)).toBe(false)
    expect(exceedsDepth(String.raw`"\\",[[[[[[`, 5)).toBe(true)
  })

  it('comes to an end on a string that has none', () => {
    expect(exceedsDepth('"[[[[[[[[[[[[[[', 2)).toBe(false)
    expect(exceedsDepth(`"${'\\"'.repeat(100)}`, 2)).toBe(false)
    expect(exceedsDepth(`"${'\\'.repeat(101)}`, 2)).toBe(false)
  })
})

describe('the number of values in JSON text', () => {
  it('never counts less than there is, and no more than an empty array or object adds', () => {
    fc.assert(
      fc.property(value, fc.integer({ min: 1, max: 12 }), fc.constantFrom('', ' '), (nested, max, space) => {
        const text = JSON.stringify(nested, null, space)
        const bounds = [countOf(nested) > max, countOf(nested) + emptiesIn(nested) > max]
        expect(bounds).toContain(exceedsValues(text, max))
      }),
      { numRuns: 2000 },
    )
  })

  it('counts to the limit exactly', () => {
    const text = JSON.stringify(Array(99).fill(0))
    expect(exceedsValues(text, 100)).toBe(false)
    expect(exceedsValues(text, 99)).toBe(true)
  })

  it('does not count commas inside strings', () => {
    expect(exceedsValues(JSON.stringify(','.repeat(1000)), 5)).toBe(false)
  })
})

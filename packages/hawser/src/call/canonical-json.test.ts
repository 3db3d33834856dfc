import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from './canonical-json.ts'

/** The same value with its members in another order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, reversed(member)]),
  )
}

describe('canonical JSON', () => {
  it('is the same whatever the order of members, and means what it was made of', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value))
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('orders names by their UTF-16 units, and leaves out what JSON does', () => {
    expect(canonicalJson({ b: [1, undefined], '\u{1f600}': 0, '\ufb33': 0, a: undefined, B: { d: 1, c: '"' } })).toBe(
      '{"B":{"c":"\\"","d":1},"b":[1,null],"\u{1f600}":0,"\ufb33":0}',
    )
  })
})

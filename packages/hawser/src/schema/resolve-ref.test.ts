import { describe, expect, it } from 'vitest'
import { resolveRef } from './resolve-ref.ts'

const root = JSON.parse('{"$defs":{"a":{"type":"string"},"b/c~d e":{"type":"number"}},"allOf":[true]}')

describe('resolveRef', () => {
  it.each([
    ['#', root],
    ['#/$defs/a', { type: 'string' }],
    ['#/$defs/b~1c~0d%20e', { type: 'number' }],
    ['#/allOf/0', true],
    ['#/$defs/constructor', undefined],
    ['#/$defs/__proto__', undefined],
    ['#/$defs/a/type/length/x', undefined],
    ['#/%', undefined],
    ['#anchor', undefined],
    ['https://example.com/schema#/$defs/a', undefined],
  ])('follows %s', (ref, target) => {
    expect(resolveRef(ref, root)).toEqual(target)
  })
})

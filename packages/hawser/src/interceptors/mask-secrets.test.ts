import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskSecrets } from './mask-secrets.ts'

describe('a copy to write down', () => {
  it('masks what is called like a secret, and what looks like one', () => {
    const value = {
      deep: [{ apiKey: 'tide', pin: 1234, user_pin: true, text: 'Bearer abcdefgh12345678' }],
      maxTokens: 5,
    }
    expect(maskSecrets(value)).toEqual({
      deep: [{ apiKey: '(masked)', pin: '(masked)', user_pin: '(masked)', text: 'Bearer (masked)' }],
      maxTokens: 5,
    })
  })

  it('is small, whatever the value', () => {
    const deep = Array.from({ length: 1000 }).reduce<unknown>((inner) => ({ inner }), 'x')
    const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`${at}`, 'x'.repeat(10_000)]))
    const copy = maskSecrets({ deep, wide, long: Array.from({ length: 1000 }, () => 1) })
    expect(JSON.stringify(copy).length).toBeLessThan(20_000)
  })

  it('survives every value, and is JSON', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, maxDepth: 12 }), (value) => {
        expect(() => JSON.stringify(maskSecrets(value))).not.toThrow()
      }),
    )
    expect(JSON.stringify(maskSecrets(JSON.parse('{"__proto__":{"a":1}}')))).toBe('{"__proto__":{"a":1}}')
  })
})

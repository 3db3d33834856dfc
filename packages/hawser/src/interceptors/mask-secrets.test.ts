import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskSecrets } from './mask-secrets.ts'

describe('a copy to write down', () => {
  it.each([
    'password',
    'userPassword',
    'PASSWD',
    'pass',
    'pwd',
    'passphrase',
    'secret',
    'clientSecret',
    'client_secret',
    'token',
    'access_token',
    'idToken',
    'apiKey',
    'API_KEY',
    'x-api-key',
    'authorization',
    'Authorization',
    'auth',
    'cookie',
    'set-cookie',
    'credentials',
    'privateKey',
    'private_key',
    'sessionId',
    'session_id',
    'pin',
    'otp',
    'cvv',
    'cardNumber',
  ])('masks what is called %s', (name) => {
    expect(maskSecrets({ deep: [{ [name]: 'tide' }] })).toEqual({ deep: [{ [name]: '(masked)' }] })
  })

  it.each([
    'query',
    'maxTokens',
    'tokens',
    'passenger',
    'author',
    'authority',
    'compass_bearing',
    'keyboard',
    'pinned',
    'path',
  ])('shows what is called %s', (name) => {
    expect(maskSecrets({ [name]: 'tide' })).toEqual({ [name]: 'tide' })
  })

  it.each([
    ['Authorization: Bearer abcdefgh12345678', 'Authorization: Bearer (masked)'],
    ['say eyJhbGciOiJI.eyJzdWIiOiIx.c2ln now', 'say (masked) now'],
    ['sk-proj-abcdefghijklmnop', '(masked)'],
    ['ghp_abcdefghijklmnop1234', '(masked)'],
    ['xoxb-123456789-abc', '(masked)'],
    ['AKIAIOSFODNN7EXAMPLE', '(masked)'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMII', '(masked)'],
    ['postgres://ada:tide@db/notes', 'postgres://ada:(masked)@db/notes'],
    ['https://x.example/a?id=1&access_token=abc&b=2', 'https://x.example/a?id=1&access_token=(masked)&b=2'],
    ['https://x.example/a?sig=abc#x', 'https://x.example/a?sig=(masked)#x'],
    ['a sketch of the token ring', 'a sketch of the token ring'],
  ])('masks secrets in %j', (text, shown) => {
    expect(maskSecrets([text])).toEqual([shown])
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

  it('takes no longer for a text that was made to take long', () => {
    for (const text of [
      '?'.repeat(50_000),
      '://'.repeat(20_000),
      '-----BEGIN '.repeat(5_000),
      `?${'token'.repeat(9_000)}`,
    ]) {
      const start = performance.now()
      maskSecrets(text)
      expect(performance.now() - start).toBeLessThan(200)
    }
  })
})

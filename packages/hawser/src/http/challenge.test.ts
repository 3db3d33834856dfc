import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AuthorizationError } from '../call/index.ts'
import { formatChallenge, parseChallenge, readRefusal } from './challenge.ts'

// RFC 6750 §3, RFC 9110 §11.6.1
describe('a challenge', () => {
  it('names every missing scope and the reason', () => {
    const error = new AuthorizationError('insufficient_scope', 'Needs both.', ['a:read', 'b:write'])
    expect(formatChallenge(error)).toBe(
      'Bearer error="insufficient_scope", scope="a:read b:write", error_description="Needs both."',
    )
  })

  it('names no error to a caller that sent no token', () => {
    expect(formatChallenge(new AuthorizationError('missing_token', 'Sign in.'))).toBe('Bearer')
  })

  it('stays one header whatever its parts hold', () => {
    const anyText = fc.array(fc.nat(0xffff), { maxLength: 40 }).map((codes) => String.fromCharCode(...codes))
    fc.assert(
      fc.property(anyText, fc.array(anyText, { maxLength: 3 }), (message, scopes) => {
        const header = formatChallenge(new AuthorizationError('invalid_token', message, scopes))
        expect(header).toMatch(/^[\x20-\x7e]*$/)
        const challenge = parseChallenge(header)
        expect(challenge?.get('error')).toBe('invalid_token')
        expect([...challenge!.keys()].every((name) => ['error', 'scope', 'error_description'].includes(name))).toBe(
          true,
        )
      }),
    )
  })

  it('fits into the headers of an answer, however long the reason is', () => {
    const error = new AuthorizationError('insufficient_scope', 'x"'.repeat(50_000), ['a:read'])
    const header = formatChallenge(error, { resource_metadata: 'https://notes.example.com' })
    expect(header.length).toBeLessThan(4_096)
    expect(parseChallenge(header)?.get('scope')).toBe('a:read')
  })

  it('is found among others, quoted or not', () => {
    const header = 'Basic realm="a, b", bearer Scope="x y", error=invalid_token, scope="z"'
    expect(Object.fromEntries(parseChallenge(header)!)).toEqual({ scope: 'x y', error: 'invalid_token' })
    expect(parseChallenge('Basic realm="a"')).toBeUndefined()
    expect(parseChallenge(null)).toBeUndefined()
    expect(parseChallenge('Bearer')?.size).toBe(0)
  })

  it.each([
    [401, null, 'missing_token', []],
    [401, 'Bearer error="invalid_token"', 'invalid_token', []],
    [403, 'Bearer error="insufficient_scope", scope="a b"', 'insufficient_scope', ['a', 'b']],
    [403, null, 'insufficient_scope', []],
  ] as const)('of HTTP %i with %s is %s', (status, header, code, scopes) => {
    expect(readRefusal(status, header)).toMatchObject({ name: 'AuthorizationError', code, scopes })
  })
})

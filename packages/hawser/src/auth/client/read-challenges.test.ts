import { describe, expect, it } from 'vitest'
import { readChallenges, readScopes } from './read-challenges.ts'

const bearer = {
  scheme: 'bearer',
  error: undefined,
  scopes: [] as string[],
  resourceMetadata: undefined as string | undefined,
}

describe('challenges', () => {
  // spec: discovery-challenge
  it.each([
    ['Bearer', [bearer]],
    ['bearer scope="a b a"', [{ ...bearer, scopes: ['a', 'b'] }]],
    ['Basic realm="x", Bearer resource_metadata="https://a/b"', [{ ...bearer, resourceMetadata: 'https://a/b' }]],
    [
      'Bearer scope=a, Bearer scope=b',
      [
        { ...bearer, scopes: ['a'] },
        { ...bearer, scopes: ['b'] },
      ],
    ],
    [
      'Bearer error_description="need scope=admin, or so", scope="files:write"',
      [{ ...bearer, scopes: ['files:write'] }],
    ],
    ['Bearer error_description="a \\"scope=\\\\admin\\", b", scope="c"', [{ ...bearer, scopes: ['c'] }]],
    ['Basic realm="a, Bearer scope=admin"', []],
    ['Bearer error="insufficient_scope", scope="a"', [{ ...bearer, error: 'insufficient_scope', scopes: ['a'] }]],
    [
      'DPoP algs="ES256", Bearer scope="a"',
      [
        { ...bearer, scheme: 'dpop' },
        { ...bearer, scopes: ['a'] },
      ],
    ],
    ['Digest qop="auth"', []],
    ['', []],
    ['"', []],
    ['Bearer scope="a', []],
    [`Bearer scope="${'a '.repeat(40_000)}"`, []],
    ['Bearer __proto__="x", constructor="y"', [bearer]],
  ])('TC13: are read from %s', async (header, challenges) => {
    expect(await readChallenges(header)).toEqual(challenges)
  })

  it('TC13: hold no scope that could not be sent', () => {
    expect(readScopes('a  b"c \\ d\u0001 é e')).toEqual(['a', 'e'])
    expect(readScopes('x'.repeat(300))).toEqual([])
  })
})

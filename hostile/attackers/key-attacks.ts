import { createSecretKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto'
import { compressed, cut, dripping, endless, html, json, megabytes, redirect, reset, silent } from './answers.ts'
import { INSTRUCTIONS, type Say } from './attack.ts'

/** What an authorization server does to a server that relies on it, by its name. */
export interface KeyAttack {
  /** Over its metadata. */
  readonly metadata?: (issuer: string) => object
  /** In place of its keys. */
  readonly keys?: (real: JsonWebKey, count: number) => unknown
  /** In place of what it says of a token. */
  readonly verdict?: (real: object) => unknown
  /** Answers in place of all else, by path. */
  readonly at?: Readonly<Record<string, Say>>
}

const METADATA = '/.well-known/oauth-authorization-server'

const publicKey = (key: KeyObject): JsonWebKey => key.export({ format: 'jwk' })
const newKey = (): JsonWebKey => publicKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)
/** Known to have published keys, and so a secret to whoever takes any key for any algorithm. */
const secretOf = (real: JsonWebKey): JsonWebKey =>
  createSecretKey(Buffer.from(JSON.stringify(real))).export({ format: 'jwk' })

/** Ways not to answer, by what asks. */
const everywhere = (what: string, path: string): Readonly<Record<string, KeyAttack>> => {
  const at = (say: Say): KeyAttack => ({ at: { [path]: say } })
  return {
    [`${what} endless`]: at(endless),
    [`${what} megabytes`]: at(megabytes),
    [`${what} compressed`]: at(compressed),
    [`${what} html`]: at(html),
    [`${what} reset`]: at(reset),
    [`${what} cut`]: at(cut),
    [`${what} silent`]: at(silent),
    [`${what} dripping`]: at(dripping),
    [`${what} null`]: at((response) => json(response, null)),
    [`${what} in a circle`]: at(redirect(() => path)),
    [`${what} to the inside`]: at(redirect(({ inside }) => `${inside}/secret`, 307)),
  }
}

export const keyAttacks: Readonly<Record<string, KeyAttack>> = {
  ...everywhere('metadata', METADATA),
  ...everywhere('keys', '/jwks'),
  ...everywhere('verdict', '/introspect'),
  'metadata of another': { metadata: (issuer) => ({ issuer: `${issuer}/` }) },
  'keys in a file': { metadata: () => ({ jwks_uri: 'file:///etc/passwd' }) },
  'keys without TLS': { metadata: () => ({ jwks_uri: 'http://169.254.169.254/jwks' }) },
  'keys at a number': { metadata: () => ({ jwks_uri: 7 }) },
  'keys that are none': { keys: () => ({ keys: 7 }) },
  'no keys': { keys: () => ({ keys: [] }) },
  'thousands of keys': {
    keys: (real) => ({ keys: Array.from({ length: 1_500 }, () => ({ ...newKeyOnce, kid: real.kid, alg: 'ES256' })) }),
  },
  'thousands of keys, and one': {
    keys: (real) => ({
      keys: [...Array.from({ length: 1_500 }, (_, index) => ({ ...newKeyOnce, kid: `k${index}`, alg: 'ES256' })), real],
    }),
  },
  'shared secrets': { keys: (real) => ({ keys: [{ ...secretOf(real), kid: real.kid, alg: 'HS256' }] }) },
  'another key each time': { keys: (real) => ({ keys: [{ ...newKey(), kid: real.kid, alg: 'ES256' }] }) },
  'another name each time': { keys: (real, count) => ({ keys: [{ ...real, kid: `${String(real.kid)}-${count}` }] }) },
  'keys of other kinds': {
    keys: (real) => ({
      keys: [
        null,
        7,
        [],
        { kid: real.kid },
        { kty: 'RSA', kid: real.kid, n: 'AQAB', e: 'AQAB' },
        { kty: 'EC', crv: 'P-256', kid: real.kid, x: real.x },
        { kty: 'OKP', crv: 'X25519', kid: real.kid, x: real.x },
        { kty: '__proto__', kid: real.kid },
      ],
    }),
  },
  'an enormous key': {
    keys: (real) => ({
      keys: [{ kty: 'RSA', kid: real.kid, alg: 'RS256', n: 'v'.repeat(80_000) + 'w', e: 'v'.repeat(80_000) + 'w' }],
    }),
  },

  'true for all': { verdict: () => ({ active: true }) },
  'true for another resource': { verdict: (real) => ({ ...real, aud: 'https://other.example.com/mcp' }) },
  'true for a longer resource': { verdict: (real) => ({ ...real, aud: 'https://notes.example.com/mcp-evil' }) },
  'true for all resources': {
    verdict: (real) => ({ ...real, aud: ['https://notes.example.com/mcp', 'https://other.example.com/mcp'] }),
  },
  'true without end': { verdict: (real) => ({ ...real, exp: undefined }) },
  'true after its end': { verdict: (real) => ({ ...real, exp: 1 }) },
  'true until a word': { verdict: (real) => ({ ...real, exp: 'soon' }) },
  'true for nobody': { verdict: (real) => ({ ...real, sub: undefined }) },
  'true for a list of people': { verdict: (real) => ({ ...real, sub: ['ada', 'bob'] }) },
  'true of another issuer': { verdict: (real) => ({ ...real, iss: 'https://evil.example' }) },
  'true for a bound token': { verdict: (real) => ({ ...real, cnf: { jkt: 'x' } }) },
  'true with thousands of scopes': {
    verdict: (real) => ({ ...real, scope: Array.from({ length: 10_000 }, (_, index) => `s${index}`).join(' ') }),
  },
  'true in words': { verdict: () => ({ active: 'true' }) },
  'instructions for a verdict': {
    verdict: () => ({ active: false, error: INSTRUCTIONS, error_description: INSTRUCTIONS }),
  },
}

const newKeyOnce = newKey()

import * as fc from 'fast-check'
import { createLocalJWKSet, errors, exportJWK, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { authCrypto as nodeCrypto } from '../node/auth-crypto.ts'
import { refuse } from './bearer.ts'
import { type ClaimRules, toPrincipal } from './claims.ts'
import { type Algorithm, ALGORITHMS, createVerifier } from './jwt.ts'
import { authCrypto as webCrypto } from './web-crypto.ts'

const ISSUER = 'https://login.example.com'
const RESOURCE = 'https://notes.example.com/mcp'
const rules: ClaimRules = {
  issuer: ISSUER,
  audiences: new Set([RESOURCE]),
  allowOtherAudiences: false,
  readScopes: ({ scope }) => scope,
  skewMs: 60_000,
}
const encoder = new TextEncoder()
const encode = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
const encodeText = (text: string): string => encode(encoder.encode(text))

/** A key pair, and how it signs. */
interface Signer {
  readonly alg: string
  readonly publicKey: CryptoKey
  readonly sign: (text: string) => Promise<Uint8Array<ArrayBuffer>>
}

const usages = ['sign', 'verify'] as const
async function createSigner(alg: string, parameters: object, how: object = parameters): Promise<Signer> {
  const made = await crypto.subtle.generateKey(parameters as EcKeyGenParams, true, usages)
  const sign = async (text: string): Promise<Uint8Array<ArrayBuffer>> =>
    new Uint8Array(await crypto.subtle.sign(how as EcdsaParams, made.privateKey, encoder.encode(text)))
  return { alg, publicKey: made.publicKey, sign }
}

const rsa = (name: string, bits: number, modulusLength = 2_048) => ({
  name,
  hash: `SHA-${bits}`,
  modulusLength,
  publicExponent: new Uint8Array([1, 0, 1]),
})
const ecdsa = (namedCurve: string, bits: number): Promise<Signer> =>
  createSigner(`ES${bits}`, { name: 'ECDSA', namedCurve }, { name: 'ECDSA', hash: `SHA-${bits}` })
const pkcs1 = (bits: number, length?: number): Promise<Signer> =>
  createSigner(`RS${bits}`, rsa('RSASSA-PKCS1-v1_5', bits, length))

const signers: readonly Signer[] = await Promise.all([
  ecdsa('P-256', 256),
  ecdsa('P-384', 384),
  ecdsa('P-521', 512),
  createSigner('EdDSA', { name: 'Ed25519' }),
  createSigner('Ed25519', { name: 'Ed25519' }),
  pkcs1(256),
  pkcs1(384),
  pkcs1(512),
  createSigner('PS256', rsa('RSA-PSS', 256), { name: 'RSA-PSS', saltLength: 32 }),
])
const jwkOf = async ({ publicKey }: Signer) => {
  const { kty, crv, x, y, n, e } = await exportJWK(publicKey)
  return { kty: kty!, crv, x, y, n, e }
}
const jwks = await Promise.all(signers.map(async (signer) => ({ ...(await jwkOf(signer)), kid: signer.alg })))
const keys = createLocalJWKSet({ keys: JSON.parse(JSON.stringify(jwks)) })

const outcomeOf = async (check: () => Promise<unknown>): Promise<unknown> => {
  try {
    return await check()
  } catch (error) {
    return error instanceof Error && 'reason' in error ? error.reason : error
  }
}

/** As `jose` alone decides. */
const byJose = (token: string): Promise<unknown> =>
  outcomeOf(async () => {
    try {
      const options = { issuer: ISSUER, algorithms: [...ALGORITHMS], clockTolerance: 60, typ: 'at+jwt' }
      return toPrincipal((await jwtVerify(token, keys, options)).payload, rules)
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error
      if (error instanceof errors.JWTExpired) throw refuse('expired')
      const claim = error instanceof errors.JWTClaimValidationFailed ? error.claim : undefined
      throw refuse(claim === 'iss' ? 'issuer' : claim === 'nbf' ? 'expired' : 'invalid')
    }
  })

const now = (): number => Math.floor(Date.now() / 1000)
const claims = (): object => ({ iss: ISSUER, aud: RESOURCE, sub: 'ada', scope: 'a b', exp: now() + 600, iat: now() })
const payload = (): string => JSON.stringify(claims())
const headerFor = (alg: string, more: object = {}): string => JSON.stringify({ alg, kid: alg, typ: 'at+jwt', ...more })

const sealed = async (signer: Signer, header: string, body: string): Promise<string> => {
  const text = `${encodeText(header)}.${encodeText(body)}`
  return `${text}.${encode(await signer.sign(text))}`
}
const swap = (token: string, at: number, edit: (part: string) => string): string =>
  token
    .split('.')
    .map((part, index) => (index === at ? edit(part) : part))
    .join('.')

describe.each([
  ['at once, on Node', nodeCrypto],
  ['by Web Crypto', webCrypto],
])('the check of a signed token, %s', (_, { verifySignature }) => {
  const verify = createVerifier({ algorithms: ALGORITHMS, types: ['at+jwt'] }, verifySignature)
  const check = (token: string): Promise<unknown> =>
    outcomeOf(async () => toPrincipal(await verify(token, keys), rules))
  /** What is asked of both. */
  const compare = async (token: string): Promise<unknown> => {
    const [ours, theirs] = await Promise.all([check(token), byJose(token)])
    expect(ours, token).toEqual(theirs)
    return ours
  }

  it.each(signers.map((signer) => [signer.alg, signer] as const))('takes %s', async (alg, signer) => {
    const token = await sealed(signer, headerFor(alg), payload())
    expect(await compare(token)).toMatchObject({ subject: 'ada' })
    expect(await compare(swap(token, 2, (part) => encode(encoder.encode(part))))).toBe('invalid')
    expect(await compare(swap(token, 1, () => encodeText(JSON.stringify({ ...claims(), sub: 'eve' }))))).toBe('invalid')
  })

  it('decides as jose does, whatever is signed with whatever key by whatever name', async () => {
    const alg = fc.constantFrom<unknown>(
      ...ALGORITHMS,
      'ES256',
      'none',
      'HS256',
      'PS384',
      'es256',
      '',
      1,
      null,
      undefined,
    )
    const header = fc.record({
      alg,
      kid: fc.constantFrom<unknown>(...ALGORITHMS, 'other', '', 1, null, undefined),
      typ: fc.constantFrom<unknown>('at+jwt', 'application/at+jwt', 'AT+JWT', 'at+jwt', undefined, 'JWT', 1, null),
      crit: fc.constantFrom<unknown>(undefined, undefined, undefined, [], ['exp'], ['b64'], 'b64', null, [1]),
      b64: fc.constantFrom<unknown>(undefined, undefined, false, 'true'),
      jwk: fc.constantFrom<unknown>(undefined, jwks[0]),
    })
    const time = fc.constantFrom<unknown>(undefined, now() + 600, now() - 600, now() - 30, '1', null, [], -1)
    const body = fc.record({
      exp: time,
      nbf: time,
      iat: time,
      iss: fc.constantFrom<unknown>(ISSUER, 'x', 1, undefined),
    })
    const own = fc.tuple(fc.nat({ max: signers.length - 1 }), fc.boolean(), header, body)
    await fc.assert(
      fc.asyncProperty(own, async ([index, isHonest, wild, claimed]) => {
        const signer = signers[index]!
        const head = isHonest ? { ...wild, alg: signer.alg, kid: signer.alg } : wild
        const token = await sealed(signer, JSON.stringify(head), JSON.stringify({ ...claims(), ...claimed }))
        const [ours, theirs] = await Promise.all([check(token), byJose(token)])
        // The kind of token is looked at first here, and last there; and where several things are wrong, one is named.
        const isKind = typeof head.typ === 'string' && /^(application\/)?at\+jwt$/i.test(head.typ)
        const areTimes = [claimed.exp, claimed.nbf, claimed.iat].every((at) => at === undefined || Number.isInteger(at))
        const told = (outcome: unknown): unknown => (isKind && areTimes ? outcome : typeof outcome)
        expect(told(ours), token).toEqual(told(theirs))
      }),
      { numRuns: 600 },
    )
  })

  it('decides as jose does on what was changed after it was signed', async () => {
    const tokens = await Promise.all(signers.map((signer) => sealed(signer, headerFor(signer.alg), payload())))
    const glyph = fc.constantFrom(...'A,Q,g,w,_,-,+,/,=,., ,\n,\0,é,==,..'.split(','))
    const edit = fc.tuple(fc.nat(), fc.constantFrom('put', 'take', 'replace'), glyph)
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(edit, { minLength: 1, maxLength: 3 }), async (which, edits) => {
        let token = tokens[which % tokens.length]!
        for (const [place, what, text] of edits) {
          const at = place % (token.length + 1)
          token = token.slice(0, at) + (what === 'take' ? '' : text) + token.slice(what === 'put' ? at : at + 1)
        }
        await compare(token)
      }),
      { numRuns: 600 },
    )
  })

  it.each<[string, string]>([
    ['names a member twice', `{"sub":"eve",${payload().slice(1)}`],
    ['is a list', '[]'],
    [
      'never ends',
      `{"exp":1e999,${payload()
        .slice(1)
        .replace(/"exp":\d+,/, '')}`,
    ],
    ['is nothing', ''],
    ['is no JSON', `${payload()}x`],
    ['begins with a mark of byte order', `\u{feff}${payload()}`],
    ['has a prototype', `{"__proto__":{"sub":"eve"},${payload().slice(1)}`],
    ['has half a character', `{"x":"\\ud800",${payload().slice(1)}`],
  ])('decides as jose does on a payload that %s', async (_what, body) => {
    for (const signer of signers) await compare(await sealed(signer, headerFor(signer.alg), body))
  })

  it.each<[string, string]>([
    [
      'names its algorithm twice, the second of them wrong',
      '{"alg":"ES256","kid":"ES256","typ":"at+jwt","alg":"none"}',
    ],
    [
      'names its algorithm twice, the second of them right',
      '{"alg":"none","kid":"ES256","typ":"at+jwt","alg":"ES256"}',
    ],
    ['is a list', '["ES256"]'],
    ['is large', headerFor('ES256', { x: 'x'.repeat(100_000) })],
    ['is deep', headerFor('ES256', { x: JSON.parse('['.repeat(1_000) + ']'.repeat(1_000)) as unknown })],
    ['names a prototype', '{"__proto__":{"alg":"ES256"},"kid":"ES256","typ":"at+jwt"}'],
    ['has its algorithm from a prototype', '{"alg":"constructor","kid":"ES256","typ":"at+jwt"}'],
    ['has a payload that is not encoded', headerFor('ES256', { b64: false, crit: ['b64'] })],
    ['has an extension that is not known', headerFor('ES256', { crit: ['exp'], exp: 1 })],
  ])('decides as jose does on a header that %s', async (_what, header) => {
    await compare(await sealed(signers[0]!, header, payload()))
  })

  it('takes no token with an extension that has to be understood, even where it changes nothing', async () => {
    const token = await sealed(signers[0]!, headerFor('ES256', { b64: true, crit: ['b64'] }), payload())
    expect(await check(token)).toBe('invalid')
  })

  it('decides as jose does on bytes that are no text', async () => {
    const [signer] = signers
    for (const at of [0, 1]) {
      const bad = encode(Uint8Array.of(0x7b, 0xff, 0x7d))
      const text = swap(`${encodeText(headerFor('ES256'))}.${encodeText(payload())}`, at, () => bad)
      expect(await compare(`${text}.${encode(await signer!.sign(text))}`)).toBe('invalid')
    }
  })

  it('takes a public key for no secret, and no signature for none', async () => {
    for (const signer of signers) {
      const spki = await crypto.subtle.exportKey('spki', signer.publicKey)
      for (const secret of [new Uint8Array(spki), encoder.encode(JSON.stringify(await jwkOf(signer)))]) {
        const hmac = { name: 'HMAC', hash: 'SHA-256' }
        const key = await crypto.subtle.importKey('raw', secret, hmac, false, ['sign'])
        for (const header of [headerFor('HS256', { kid: signer.alg }), headerFor(signer.alg)]) {
          const text = `${encodeText(header)}.${encodeText(payload())}`
          const signature = encode(new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text))))
          expect(await compare(`${text}.${signature}`)).toBe('invalid')
        }
      }
      const none = `${encodeText(headerFor('none', { kid: signer.alg }))}.${encodeText(payload())}.`
      expect(await compare(none)).toBe('invalid')
    }
  })

  it.each<[string, (signature: Uint8Array) => Uint8Array]>([
    ['in DER', (signature) => toSequence(signature.subarray(0, 32), signature.subarray(32))],
    ['of zeros', () => new Uint8Array(64)],
    ['whose first number is zero', (signature) => signature.fill(0, 0, 32)],
    ['whose second number is zero', (signature) => signature.fill(0, 32)],
    ['of the largest numbers', () => new Uint8Array(64).fill(0xff)],
    ['that is cut off', (signature) => signature.subarray(0, 63)],
    ['with one byte more', (signature) => Uint8Array.of(...signature, 0)],
    ['with a zero in front of each number', (signature) => pad(signature)],
    ['of nothing', () => new Uint8Array()],
    ['twice', (signature) => Uint8Array.of(...signature, ...signature)],
  ])('takes no signature %s', async (_what, edit) => {
    const token = await sealed(signers[0]!, headerFor('ES256'), payload())
    const bytes = await signers[0]!.sign(token.slice(0, token.lastIndexOf('.')))
    expect(await compare(swap(token, 2, () => encode(edit(bytes))))).toBe('invalid')
  })

  it('takes a token in its own serialization alone', async () => {
    const token = await sealed(signers[0]!, headerFor('ES256'), payload())
    const [head, body, signature] = token.split('.')
    const forms = [`${token}.`, `.${token}`, `${token}.x.y`, `${head}.${body}`, `${head}..${signature}`, '..', '', 'x']
    for (const form of forms) expect(await compare(form)).toBe('invalid')
  })

  it('wants keys of an issuer to be strong enough, and says to whom it belongs when they are not', async () => {
    const weak = await pkcs1(256, 1_024)
    const token = await sealed(weak, headerFor('RS256'), payload())
    const weakKeys = createLocalJWKSet({ keys: [{ ...(await jwkOf(weak)), kid: 'RS256' }] })
    await expect(verify(token, weakKeys)).rejects.toMatchObject({
      code: 'unavailable',
      cause: { message: /2048 bits/ },
    })
  })

  it('takes no key for what it is not', async () => {
    const cases: readonly (readonly [object, Algorithm])[] = [
      [{ use: 'enc' }, 'ES256'],
      [{ alg: 'ES384' }, 'ES256'],
      [{ key_ops: ['sign'] }, 'ES256'],
      [{ kty: 'oct' }, 'ES256'],
      [{ crv: 'P-384' }, 'ES256'],
      [{ kid: 'other' }, 'ES256'],
    ]
    for (const [about, alg] of cases) {
      const signer = signers.find((one) => one.alg === alg)!
      const others = createLocalJWKSet({ keys: [{ ...(await jwkOf(signer)), kid: alg, ...about }] })
      const token = await sealed(signer, headerFor(alg), payload())
      expect(await outcomeOf(() => verify(token, others)), JSON.stringify(about)).toBe('invalid')
    }
  })

  it('takes no algorithm that was not chosen', async () => {
    const narrow = createVerifier({ algorithms: ['ES384'], types: ['at+jwt'] }, verifySignature)
    const token = await sealed(signers[0]!, headerFor('ES256'), payload())
    expect(await outcomeOf(() => narrow(token, keys))).toBe('invalid')
  })
})

/** Two numbers as other formats write them. (X.690 §8.3) */
function toSequence(...numbers: readonly Uint8Array[]): Uint8Array {
  const parts = numbers.flatMap((number) => {
    const bytes = number[0]! >= 0x80 ? [0, ...number] : [...number]
    return [2, bytes.length, ...bytes]
  })
  return Uint8Array.of(0x30, parts.length, ...parts)
}

function pad(signature: Uint8Array): Uint8Array {
  return Uint8Array.of(0, ...signature.subarray(0, 32), 0, ...signature.subarray(32))
}

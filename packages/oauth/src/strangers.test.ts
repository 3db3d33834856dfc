import fc from 'fast-check'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { clientIdUrlProblem } from './cimd/client-id-url.ts'
import { readClientDocument } from './cimd/client-document.ts'
import { displayName } from './consent/display-text.ts'
import { redirectTarget } from './consent/redirect-target.ts'
import { createSigningIn, DOCUMENT, editorDocument, type SigningIn } from './fixtures/signing-in.ts'
import { basic, CALLBACK, ISSUER, NOTES, notes, SECRET } from './fixtures/world.ts'
import { matchesRedirectUri, refuseRedirectUri } from './redirect-uri.ts'
import { MetadataError } from './register/client-metadata.ts'
import { JWT_BEARER } from './token/identity-assertion.ts'

/** Whatever strangers send is answered, with a refusal at worst: nothing is thrown, and nobody is sent where it was not registered. */

const MACHINE = 'machine'
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
let key: CryptoKey
let world: SigningIn

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true })
  key = pair.privateKey
  const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'ES256' }] }
  world = createSigningIn({
    resources: [notes],
    clients: [
      { clientId: 'app', name: 'App', redirectUris: [CALLBACK, 'http://127.0.0.1/callback'] },
      { clientId: 'web', name: 'Web', redirectUris: [CALLBACK], secret: SECRET },
      { clientId: MACHINE, name: 'Machine', jwks, grants: ['client_credentials', JWT_BEARER] },
    ],
    registration: { perAddress: 1e9, altogether: 1e9 },
    trustedIssuers: [{ issuer: 'https://idp.example', jwks, account: ({ sub }) => ({ userId: sub }) }],
  })
})

/** Text of every kind: words of the protocol, words with something in them, and noise. */
const text = fc.oneof(
  fc.constantFrom(
    'app',
    'web',
    DOCUMENT,
    CALLBACK,
    NOTES,
    'code',
    'S256',
    'notes:read',
    'x'.repeat(43),
    '__proto__',
    '',
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  fc
    .tuple(fc.constantFrom(CALLBACK, NOTES, DOCUMENT, ISSUER), fc.string({ maxLength: 8 }))
    .map((parts) => parts.join('')),
)
const NAMES = (
  'client_id client_secret redirect_uri response_type response_mode scope state resource code_challenge code_challenge_method ' +
  'request request_uri grant_type code code_verifier refresh_token token client_assertion client_assertion_type assertion handle decision'
).split(' ')
const pairs = fc.array(fc.tuple(fc.oneof(fc.constantFrom(...NAMES), text), text), { maxLength: 12 })

/** The whole answer of the server, which has neither failed nor been thrown out of its way. */
async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await world.oauth.fetch(new Request(ISSUER + path, init))
  expect(world.errors.splice(0)).toEqual([])
  expect(response.status).toBeLessThan(500)
  return response
}

const post = (path: string, body: BodyInit, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  send(path, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } })

async function expectAnswer(response: Response): Promise<void> {
  const { error } = (await response.json()) as { readonly error?: unknown }
  expect(response.ok ? error : /^[a-z_]+$/.test(String(error))).toBe(response.ok ? undefined : true)
}

const GOOD = {
  client_id: 'app',
  redirect_uri: CALLBACK,
  response_type: 'code',
  code_challenge: 'x'.repeat(43),
  code_challenge_method: 'S256',
}

describe('what strangers send', () => {
  it('to the authorization endpoint leads to a page, or to a registered address', () =>
    fc.assert(
      fc.asyncProperty(fc.boolean(), pairs, async (begunWell, more) => {
        const begin = begunWell ? Object.entries(GOOD) : []
        const query = new URLSearchParams([...begin, ...more])
        const response = await send(`/authorize?${query}`)
        const location = response.headers.get('location')
        const leadsTo = location === null ? [200, 400] : [303]
        expect(leadsTo).toContain(response.status)
        expect(location ?? CALLBACK).toMatch(
          /^https:\/\/(?:client|login|editor)\.example(?:\.com)?\/|^http:\/\/(?:127\.0\.0\.1|localhost)/,
        )
      }),
      { numRuns: 400 },
    ))

  it.each(['/token', '/revoke', '/introspect'])('to %s is answered in JSON', (path) =>
    fc.assert(
      fc.asyncProperty(
        pairs,
        fc.constantFrom('authorization_code', 'refresh_token', 'client_credentials', JWT_BEARER, undefined),
        fc.option(
          fc.oneof(
            fc.base64String({ maxLength: 80 }).map((raw) => `Basic ${raw}`),
            fc.constant(basic('web', SECRET)['authorization']!),
          ),
        ),
        async (form, type, authorization) => {
          const body = new URLSearchParams(form)
          if (type !== undefined) body.set('grant_type', type)
          await expectAnswer(await post(path, body.toString(), authorization === null ? {} : { authorization }))
        },
      ),
      { numRuns: 300 },
    ),
  )

  it.each(['/token', '/revoke', '/introspect', '/register'])('to %s may be no text at all', (path) =>
    fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom('application/x-www-form-urlencoded', 'application/json', 'text/plain'),
        async (bytes, type) => {
          const response = await post(path, new Uint8Array(bytes), { 'content-type': type })
          await expectAnswer(response)
          expect(response.status).toBeGreaterThanOrEqual(400)
        },
      ),
    ),
  )

  it.each(['/consent', '/login/switch'])('to %s, with any cookie, is answered with a page', (path) =>
    fc.assert(
      fc.asyncProperty(pairs, fc.string({ maxLength: 40 }), async (form, cookie) => {
        const headers = { 'sec-fetch-site': 'same-origin', origin: 'null', cookie: encodeURIComponent(cookie) }
        expect((await post(path, new URLSearchParams(form).toString(), headers)).status).toBe(400)
        expect((await send(`${path}?${new URLSearchParams(form)}`, { headers })).status).toBe(400)
      }),
    ),
  )
})

const member = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  text,
  fc.array(text, { maxLength: 4 }),
  fc.record({
    keys: fc.array(fc.dictionary(fc.constantFrom('kty', 'crv', 'x', 'y', 'd', 'n', 'e', 'kid', 'alg'), text)),
  }),
)
const METADATA =
  'client_id client_name redirect_uris grant_types response_types token_endpoint_auth_method jwks jwks_uri client_secret scope logo_uri __proto__'.split(
    ' ',
  )
/** Some members of a good one replaced by whatever. */
const metadata = fc
  .array(fc.tuple(fc.constantFrom(...METADATA), member), { maxLength: 4 })
  .map((changes) => JSON.stringify({ ...editorDocument, ...Object.fromEntries(changes) }))

describe('what strangers say of their clients', () => {
  it('in a document is a client, or a MetadataError', () =>
    fc.assert(
      fc.asyncProperty(fc.oneof(metadata, fc.json(), fc.string({ unit: 'binary' })), async (document) => {
        const outcome = await readClientDocument(DOCUMENT, new TextEncoder().encode(document)).catch(
          (error: unknown) => error,
        )
        const { client } = outcome as Partial<Awaited<ReturnType<typeof readClientDocument>>>
        expect(client ?? outcome).toSatisfy((value) => value === client || value instanceof MetadataError)
        expect((client?.redirectUris ?? []).filter((uri) => refuseRedirectUri(uri) !== undefined)).toEqual([])
      }),
      { numRuns: 500 },
    ))

  it('at registration is taken, or refused in JSON', () =>
    fc.assert(
      fc.asyncProperty(fc.oneof(metadata, fc.json()), async (document) => {
        await expectAnswer(await post('/register', document, { 'content-type': 'application/json' }))
      }),
      { numRuns: 300 },
    ))

  it('about their keys is found out when they sign, and fails nobody else', () =>
    fc.assert(
      fc.asyncProperty(member, async (keys) => {
        const document = { ...editorDocument, token_endpoint_auth_method: 'private_key_jwt', jwks: keys }
        const response = await post('/register', JSON.stringify(document), { 'content-type': 'application/json' })
        const { client_id: id } = (await response.json()) as { readonly client_id?: string }
        if (id === undefined) return
        const assertion = await sign({ iss: id, sub: id, aud: ISSUER, jti: 'j', exp: world.clock.now / 1000 + 60 })
        const form = { grant_type: 'refresh_token', client_assertion: assertion, client_assertion_type: ASSERTION }
        expect((await post('/token', new URLSearchParams(form).toString())).status).toBe(401)
      }),
    ))
})

const sign = (claims: JWTPayload, header: object = {}): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k', ...header }).sign(key)
const encode = (value: string): string => Buffer.from(value).toString('base64url')

/** Tokens that look like one, and such as the right key has signed with whatever in them. */
const assertion = fc.oneof(
  text,
  fc.tuple(fc.json(), fc.json(), text).map((parts) => parts.map(encode).join('.')),
  fc.dictionary(fc.constantFrom('iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti', 'client_id', 'cnf'), member, {
    maxKeys: 3,
  }),
)

describe('what strangers sign', () => {
  it.each([
    ['for a client', 'client_credentials', 'client_assertion', { iss: MACHINE, sub: MACHINE, aud: ISSUER }],
    [
      'for a person',
      JWT_BEARER,
      'assertion',
      { iss: 'https://idp.example', sub: 'ada', aud: ISSUER, client_id: MACHINE },
    ],
  ] as const)('%s is good, or refused in JSON', (_, type, name, good) =>
    fc.assert(
      fc.asyncProperty(assertion, fc.uuid(), async (made, jti) => {
        const now = Math.floor(world.clock.now / 1000)
        const claims = { ...good, iat: now, exp: now + 60 }
        const itself = { iss: MACHINE, sub: MACHINE, aud: ISSUER, exp: now + 60, jti: `own ${jti}` }
        const signed =
          typeof made === 'string' ? made : await sign({ ...claims, jti, ...made }, { typ: 'oauth-id-jag+jwt' })
        const form = {
          client_assertion: await sign(itself),
          client_assertion_type: ASSERTION,
          grant_type: type,
          [name]: signed,
        }
        await expectAnswer(await post('/token', new URLSearchParams(form).toString()))
      }),
      { numRuns: 200, examples: [[{ sub: [MACHINE] }, 'whose subject is no text']] },
    ),
  )
})

describe('addresses of strangers', () => {
  const address = fc.oneof(
    text,
    fc
      .tuple(
        fc.constantFrom(
          'https:',
          'http:',
          'javascript:',
          'https:/',
          'https://',
          'http://127.0.0.1',
          'http://localhost',
          'http://[::1]',
          'cursor://',
        ),
        fc.string({ maxLength: 30 }),
      )
      .map((parts) => parts.join('')),
  )

  it('are refused, or can be shown and kept apart', () => {
    fc.assert(
      fc.property(address, address, (one, other) => {
        if (refuseRedirectUri(one, new Set(['cursor', 'javascript'])) !== undefined) return
        expect(redirectTarget(one).shown).not.toBe('')
        expect(['https:', 'http:', 'cursor:']).toContain(new URL(one).protocol)
        const alike = matchesRedirectUri(one, other) ? [one, other] : [one]
        expect(new Set(alike.map((uri) => new URL(uri).hostname)).size).toBe(1)
      }),
      { numRuns: 2000 },
    )
  })

  it('of documents are refused, or read in one way only', () => {
    fc.assert(
      fc.property(address, (id) => {
        const isTaken = clientIdUrlProblem(id) === undefined
        expect(isTaken ? new URL(id).href : id).toBe(id)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the longest that strangers may send', () => {
  /** Milliseconds of processor time: a pattern that goes over its input again and again takes thousands. */
  const MOST = 500
  const LONGEST = 16_000
  const pieces = [
    'a',
    '/',
    '.',
    ':',
    '\\',
    '"',
    '%',
    ' ',
    '=',
    '&a=',
    '&',
    '{"a":',
    '[',
    'notes:read ',
    'A.',
    '\u0301',
    '\u{1F469}\u200D',
    '-',
    '%2e/',
    '@',
  ]

  it.each(pieces)('is answered soon, as %j again and again', async (piece) => {
    const long = piece.repeat(Math.ceil(LONGEST / piece.length)).slice(0, LONGEST)
    const started = process.cpuUsage()
    for (const name of ['scope', 'state', 'redirect_uri', 'client_id', 'resource', 'code_challenge']) {
      await send(`/authorize?${new URLSearchParams({ ...GOOD, [name]: long.slice(0, LONGEST / 4) })}`)
      await send(`/authorize?${long}`)
    }
    for (const name of NAMES) await post('/token', new URLSearchParams({ client_id: 'app', [name]: long }).toString())
    await post('/token', long, { authorization: `Basic ${long.replaceAll(/[^\x21-\x7e]/g, 'x')}` })
    await post('/register', JSON.stringify({ ...editorDocument, client_name: long.slice(0, 2000) }), {
      'content-type': 'application/json',
    })
    await post('/register', long.slice(0, 8000), { 'content-type': 'application/json' })
    refuseRedirectUri(`https://${long}`)
    clientIdUrlProblem(`https://x/${long}`)
    displayName(long)
    const { user, system } = process.cpuUsage(started)
    expect((user + system) / 1000).toBeLessThan(MOST)
  })
})

import { inspect } from 'node:util'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify } from 'jose'
import { describe, expect, it, vi } from 'vitest'
import type { createOAuth } from './create-oauth.ts'
import {
  authorize,
  basic,
  CALLBACK,
  createWorld,
  drive,
  getCode,
  getTokens,
  isGood,
  ISSUER,
  NOTES,
  notes,
  post,
  redeem,
  refresh,
  SECRET,
  sent,
  tokensOf,
} from './fixtures/world.ts'
import { createStore, openStore } from './fixtures/stores.ts'
import { memoryStore } from './memory-store.ts'
import type { GrantStore } from './store.ts'

const ask = (
  oauth: ReturnType<typeof createOAuth>,
  token: string,
  { clientId, clientSecret }: { readonly clientId: string; readonly clientSecret: string },
) => post(oauth, '/introspect', { client_id: undefined, token }, basic(clientId, clientSecret))
const get = (oauth: ReturnType<typeof createOAuth>, path: string, init: RequestInit = {}) =>
  oauth.fetch(new Request(new URL(path, ISSUER), init))
const WELL_KNOWN = '/.well-known/oauth-authorization-server'

describe('metadata', () => {
  // spec: auth-issuer-metadata, auth-iss-advertised, security-pkce-advertised
  it('says what the server does, and no more', async () => {
    const { oauth } = createWorld({ resources: [notes, { ...drive, introspection: undefined }] })
    const response = await get(oauth, WELL_KNOWN)
    expect(response.headers.get('cache-control')).toBe('public, max-age=300')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(await response.json()).toMatchObject({
      issuer: ISSUER,
      authorization_endpoint: `${ISSUER}/authorize`,
      token_endpoint: `${ISSUER}/token`,
      jwks_uri: `${ISSUER}/jwks`,
      introspection_endpoint: `${ISSUER}/introspect`,
      scopes_supported: ['notes:read', 'notes:write', 'drive:read'],
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    })
    const bare = createWorld({ resources: [{ ...notes, introspection: undefined }] })
    expect(bare.oauth.metadata).not.toHaveProperty('introspection_endpoint')
    expect((await get(bare.oauth, '/introspect', { method: 'POST' })).status).toBe(404)
  })

  // spec: auth-issuer-metadata, past-issuer-metadata
  it('stands behind the path of the issuer too', async () => {
    const issuer = 'https://example.com/tenants/acme'
    const { oauth } = createWorld({ issuer })
    expect(oauth.metadata).toMatchObject({ issuer, token_endpoint: `${issuer}/token` })
    for (const path of [`${WELL_KNOWN}/tenants/acme`, WELL_KNOWN, '/tenants/acme/token', '/tenants/acme/authorize']) {
      expect(oauth.handles(path)).toBe(true)
    }
    expect(oauth.handles('/token')).toBe(false)
    expect((await redeem(oauth, await getCode(oauth))).status).toBe(200)
  })

  it('TA26: comes of configuration, whatever host a request names', async () => {
    const { oauth } = createWorld()
    const evil = { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' }
    const described = await oauth.fetch(new Request(`https://evil.example${WELL_KNOWN}`, { headers: evil }))
    const text = await described.text()
    expect(JSON.parse(text)).toEqual(oauth.metadata)
    expect(text).not.toContain('evil')
    const query = new URL((await authorize(oauth)).headers.get('location') ?? '').searchParams
    expect(query.get('iss')).toBe(ISSUER)
    const { code, verifier } = await getCode(oauth)
    const body = new URLSearchParams({
      client_id: 'app',
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
    })
    const response = await oauth.fetch(
      new Request('https://evil.example/token', { method: 'POST', body, headers: evil }),
    )
    const { access_token: token } = (await response.json()) as { access_token: string }
    expect(decodeJwt(token)).toMatchObject({ iss: ISSUER, aud: NOTES })
  })
})

describe('token endpoint', () => {
  it('TA41: refuses what is no form, and never breaks on it', async () => {
    const { oauth, errors } = createWorld()
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const send = (init: RequestInit) => get(oauth, '/token', { method: 'POST', headers: type, ...init })
    const stream = () =>
      new ReadableStream({
        pull: (controller) => controller.enqueue(new TextEncoder().encode('x=1&'.repeat(4_096))),
      })
    const tries: [number, RequestInit & { duplex?: 'half' }][] = [
      [400, { body: '{"grant_type":"refresh_token"}', headers: { 'content-type': 'application/json' } }],
      [400, { body: new FormData(), headers: {} }],
      [400, { body: 'grant_type=refresh_token', headers: { 'content-type': 'text/plain' } }],
      [413, { body: 'x'.repeat(1_000_000) }],
      [413, { body: stream(), duplex: 'half' }],
      [400, { body: 'grant_type=refresh_token&grant_type=refresh_token' }],
      [400, { body: 'client_id=app&client_id=app' }],
      [400, { body: 'x=1&'.repeat(100) }],
      [400, { body: new Uint8Array([0xff, 0xfe]) }],
      [405, { method: 'GET', body: null }],
      [405, { method: 'PUT', body: '' }],
      [401, { body: '' }],
      [400, { body: 'client_id=app' }],
      [400, { body: 'client_id=app&grant_type=constructor' }],
      [400, { body: 'client_id=app&grant_type=' }],
    ]
    for (const [status, init] of tries) {
      const response = await send(init)
      expect(response.status, inspect(init)).toBe(status)
      expect(await response.json()).toEqual({ error: expect.any(String), error_description: expect.any(String) })
    }
    expect(errors).toEqual([])
  })

  it('TA42: answers are kept by nobody and repeat nothing', async () => {
    const { oauth } = createWorld()
    const code = await getCode(oauth)
    const good = await redeem(oauth, code)
    const bad = await redeem(oauth, code)
    for (const { headers } of [good, bad]) {
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('content-type')).toBe('application/json')
    }
    const text = JSON.stringify(bad.body)
    for (const said of [code.code, code.verifier, CALLBACK, 'app']) expect(text).not.toContain(said)
    const unknown = await redeem(oauth, { ...code, code: 'x'.repeat(43) })
    expect(unknown.body).toEqual(bad.body)
    const tokens = await getTokens(oauth)
    await oauth.grants.revoke({ subject: 'ada' })
    expect((await refresh(oauth, tokens.refresh)).body).toEqual((await refresh(oauth, 'unknown')).body)
  })

  it.each([
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'urn:ietf:params:oauth:grant-type:device_code',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
    'password',
    'implicit',
  ])('TA43: does not know %s, and does not claim to', async (grant_type) => {
    const { oauth, events } = createWorld()
    expect((await post(oauth, '/token', { grant_type })).body).toMatchObject({ error: 'unsupported_grant_type' })
    expect(oauth.metadata['grant_types_supported']).not.toContain(grant_type)
    expect(oauth.metadata).not.toHaveProperty('authorization_grant_profiles_supported')
    expect(events).toEqual([])
  })

  it('lets programs in browsers ask, which carry no cookies', async () => {
    const { oauth } = createWorld()
    const preflight = await get(oauth, '/token', { method: 'OPTIONS' })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
    expect(preflight.headers.get('access-control-allow-credentials')).toBeNull()
    expect(
      (await get(oauth, '/authorize', { method: 'OPTIONS' })).headers.get('access-control-allow-origin'),
    ).toBeNull()
  })
})

describe('revocation', () => {
  const clients = ['app', 'other'].map((clientId) => ({ clientId, name: clientId, redirectUris: [CALLBACK] }))

  it('TA44: ends the grant of either token, and of no other client', async () => {
    const { oauth, events } = createWorld({ clients })
    for (const kind of ['access', 'refresh'] as const) {
      const tokens = await getTokens(oauth)
      events.length = 0
      const foreign = await post(oauth, '/revoke', { client_id: 'other', token: tokens[kind] })
      expect(foreign.status).toBe(200)
      expect(events).toEqual([])
      expect(await oauth.isGrantLive(String(decodeJwt(tokens.access)['gid']))).toBe(true)

      expect((await post(oauth, '/revoke', { token: tokens[kind] })).status).toBe(200)
      expect(events.map(({ type }) => type)).toEqual(['grant.revoked'])
      expect(await oauth.isGrantLive(String(decodeJwt(tokens.access)['gid']))).toBe(false)
      expect(await isGood(oauth, tokens.refresh)).toBe(false)
    }
  })

  it('TA44: tells nobody whether a token is known', async () => {
    const { oauth, events } = createWorld({ clients })
    for (const token of ['x', 'a.b.c', crypto.randomUUID()]) {
      expect(await post(oauth, '/revoke', { token, token_type_hint: 'other' })).toMatchObject({ status: 200, body: {} })
    }
    expect((await post(oauth, '/revoke', { client_id: 'nobody', token: 'x' })).status).toBe(401)
    expect((await post(oauth, '/revoke', {})).status).toBe(400)
    expect(events.map(({ type }) => type)).not.toContain('grant.revoked')
  })
})

describe('introspection', () => {
  const driveServer = drive.introspection!
  const notesServer = notes.introspection!

  it('TA45: tells a resource server about its own tokens only', async () => {
    const { oauth } = createWorld({ resources: [notes, drive] })
    const { access, refresh: refreshing } = await getTokens(oauth)
    expect((await ask(oauth, access, notesServer)).body).toMatchObject({
      active: true,
      token_type: 'Bearer',
      sub: 'ada',
      aud: NOTES,
      client_id: 'app',
      scope: 'notes:read notes:write',
    })
    expect(await ask(oauth, access, driveServer)).toMatchObject({ status: 200, body: { active: false } })
    expect((await ask(oauth, refreshing, notesServer)).body).toEqual({ active: false })
    expect((await ask(oauth, 'x', notesServer)).body).toEqual({ active: false })
    for (const [clientId, clientSecret] of [
      ['app', 'x'],
      ['nobody', notesServer.clientSecret],
      ['notes-server', driveServer.clientSecret],
    ] as const) {
      const answer = await ask(oauth, access, { clientId, clientSecret })
      expect(answer.status).toBe(401)
      expect(answer.body).not.toHaveProperty('active')
    }
    expect((await post(oauth, '/introspect', { token: access })).status).toBe(401)
  })

  it('TA45: knows at once what was revoked, and what has expired', async () => {
    const { oauth, clock } = createWorld()
    const one = await getTokens(oauth)
    const two = await getTokens(oauth)
    await post(oauth, '/revoke', { token: one.refresh })
    expect((await ask(oauth, one.access, notesServer)).body).toEqual({ active: false })
    expect((await ask(oauth, two.access, notesServer)).body).toMatchObject({ active: true })
    clock.now += 600_000
    expect((await ask(oauth, two.access, notesServer)).body).toEqual({ active: false })
  })
})

describe('what is stored and told', () => {
  /** Everything that goes through the store, and every secret that a flow makes. */
  const flow = async (store: GrantStore) => {
    const kept: string[] = []
    const watched = Object.fromEntries(
      Object.entries(store).map(([name, method]: [string, unknown]) => [
        name,
        typeof method === 'function'
          ? (...given: readonly unknown[]): unknown => {
              kept.push(JSON.stringify([name, given]))
              return Reflect.apply(method, store, given)
            }
          : method,
      ]),
    ) as unknown as GrantStore
    const clientSecret = 'canary secret of the web application'
    const world = createWorld({
      store: watched,
      clients: [{ clientId: 'web', name: 'Web', redirectUris: [CALLBACK], secret: clientSecret }],
    })
    const { oauth } = world
    const as = basic('web', clientSecret)
    const code = await getCode(oauth, { client_id: 'web' })
    const unused = await getCode(oauth, { client_id: 'web' })
    const first = tokensOf(await redeem(oauth, code, { client_id: 'web' }, as))
    const refreshed = { client_id: 'web', grant_type: 'refresh_token', refresh_token: first.refresh }
    const second = tokensOf(await post(oauth, '/token', refreshed, as))
    await ask(oauth, second.access, notes.introspection!)
    await redeem(oauth, unused, { client_id: 'web' }, as)
    await redeem(oauth, unused, { client_id: 'web' }, as)
    const secrets: Readonly<Record<string, string>> = {
      server: SECRET,
      client: clientSecret,
      resourceServer: notes.introspection!.clientSecret,
      code: code.code,
      verifier: code.verifier,
      unusedCode: unused.code,
      unusedVerifier: unused.verifier,
      firstAccess: first.access,
      firstRefresh: first.refresh,
      secondAccess: second.access,
      secondRefresh: second.refresh,
    }
    return { ...world, kept: kept.join('\n'), secrets }
  }

  // spec: security-storage
  it('TA47: no secret is in the store, and what is there mints and replays nothing', async () => {
    await using open = openStore()
    const { kept, secrets, oauth } = await flow(open.store)
    expect(kept).toContain('redeemCode')
    expect(kept).toContain('rotateRefresh')
    const dump = await open.dump()
    expect(dump).toMatch(/\\?"clientId\\?":\\?"web/)
    for (const [name, secret] of Object.entries(secrets)) {
      expect(kept, name).not.toContain(secret)
      expect(dump.includes(secret), name).toBe(false)
    }
    // Private keys are sealed.
    expect(kept).not.toMatch(/\\"d\\":|"d":/)
    // A key is not what it stands for.
    const keys = new Set([...kept.matchAll(/"([A-Za-z0-9_-]{43})"/g)].map(([, key = '']) => key))
    expect(keys.size).toBeGreaterThan(5)
    const as = basic('web', secrets['client'] ?? '')
    for (const key of keys) {
      for (const form of [
        { grant_type: 'authorization_code', code: key, code_verifier: key },
        { grant_type: 'refresh_token', refresh_token: key },
      ]) {
        expect((await post(oauth, '/token', { client_id: 'web', ...form }, as)).body).toMatchObject({
          error: 'invalid_grant',
        })
      }
    }
  })

  it('TA47: the store without the secret of the server signs nothing', async () => {
    const { store } = await flow(createStore())
    const thief = createWorld({ store, secret: `another ${SECRET}` })
    expect(await redeem(thief.oauth, await getCode(thief.oauth))).toMatchObject({
      status: 503,
      body: { error: 'server_error' },
    })
    expect(inspect(thief.errors)).toContain('sealed with another secret')
  })

  it('TA48: no secret is in an event, an error or a log', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { events, errors, secrets } = await flow(createStore())
    const text = JSON.stringify(events) + inspect([errors, log.mock.calls], { depth: 10 })
    log.mockRestore()
    expect(events.length).toBeGreaterThan(4)
    for (const [name, secret] of Object.entries(secrets)) expect(text, name).not.toContain(secret)
    for (const one of ['state', CALLBACK]) expect(text).not.toContain(one)
  })
})

describe('keys', () => {
  const DAY = 86_400_000
  const verify = async (oauth: ReturnType<typeof createOAuth>, token: string, now: number) =>
    jwtVerify(token, createLocalJWKSet({ keys: [...(await oauth.jwks()).keys] }), {
      currentDate: new Date(now),
      typ: 'at+jwt',
    })

  it('publishes public halves', async () => {
    const { oauth } = createWorld()
    const response = await get(oauth, '/jwks')
    const { keys } = (await response.json()) as { keys: object[] }
    expect(keys).toEqual([
      {
        kty: 'EC',
        crv: 'P-256',
        x: expect.any(String),
        y: expect.any(String),
        kid: expect.any(String),
        alg: 'ES256',
        use: 'sig',
      },
    ])
  })

  it('TA49: publishes a key a day before it signs, and the old one a day after', async () => {
    const { oauth, clock, events } = createWorld({ lifetimes: { grant: 365 * 86_400, refresh: 365 * 86_400 } })
    const kidOf = async () => decodeProtectedHeader((await getTokens(oauth)).access).kid
    const published = async () => (await oauth.jwks()).keys.map(({ kid }) => kid)
    const first = await kidOf()
    expect(await published()).toEqual([first])
    clock.now += 29 * DAY
    const [, next] = await published()
    expect(next).toBeDefined()
    expect(await kidOf()).toBe(first)
    const { access: old } = await getTokens(oauth)
    clock.now += DAY
    expect(await kidOf()).toBe(next)
    expect(await published()).toEqual([first, next])
    await expect(verify(oauth, old, clock.now - DAY)).resolves.toBeDefined()
    clock.now += DAY
    expect(await published()).toEqual([next])
    await expect(verify(oauth, old, clock.now - 2 * DAY)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
    expect(events.filter(({ type }) => type === 'key.rotated')).toHaveLength(2)
  })

  it('TA49: makes one key of many servers that share a store, also after a long sleep', async () => {
    const one = createWorld()
    const others = Array.from({ length: 5 }, () => createWorld({ store: one.store, now: () => one.clock.now }))
    const kids = async () =>
      new Set(
        (await Promise.all([one, ...others].map(({ oauth }) => oauth.jwks()))).map(({ keys }) => JSON.stringify(keys)),
      )
    expect(await kids()).toHaveLength(1)
    one.clock.now += 400 * DAY
    expect(await kids()).toHaveLength(1)
    const { access } = await getTokens(one.oauth)
    await expect(verify(others[0]!.oauth, access, one.clock.now)).resolves.toBeDefined()
  })

  it('takes keys of the operator, of which the first signs', async () => {
    const make = async (kid: string, alg: string) => ({
      ...(await exportJWK((await generateKeyPair(alg, { extractable: true })).privateKey)),
      kid,
      alg,
    })
    const [a, b] = [await make('a', 'EdDSA'), await make('b', 'ES256')]
    const { oauth, clock } = createWorld({ keys: [a, b] })
    const { access } = await getTokens(oauth)
    expect(decodeProtectedHeader(access)).toEqual({ alg: 'EdDSA', kid: 'a', typ: 'at+jwt' })
    await expect(verify(oauth, access, clock.now)).resolves.toBeDefined()
    expect(JSON.stringify(await oauth.jwks())).not.toMatch(/"d":/)
    expect(() => createWorld({ keys: [{ ...a, alg: 'RS256' }] })).toThrow(/alg/)
    expect(() => createWorld({ keys: [{ ...a, d: undefined }] })).toThrow(/private/)
    expect(() => createWorld({ keys: [] })).toThrow(/leave it out/)
  })
})

describe('configuration', () => {
  // spec: security-https, security-tls
  it.each([
    'http://login.example.com',
    'https://login.example.com/',
    'https://login.example.com?x',
    'https://LOGIN.example.com',
    'login.example.com',
    '',
  ])('refuses the issuer %o', (issuer) => {
    expect(() => createWorld({ issuer })).toThrow(/issuer/)
  })

  it('takes http on this machine', () => {
    expect(createWorld({ issuer: 'http://localhost:3000' }).oauth.issuer).toBe('http://localhost:3000')
  })

  it('wants a secret that lasts as long as the store', () => {
    const store = { ...memoryStore(), isLasting: true }
    expect(() => createWorld({ store, secret: undefined })).toThrow(/openssl rand/)
    for (const secret of ['short', [], [SECRET, 'short']]) expect(() => createWorld({ store, secret })).toThrow(/32/)
    expect(() => createWorld({ store: memoryStore(), secret: undefined })).not.toThrow()
  })

  it('wants resources that can be named', () => {
    expect(() => createWorld({ resources: [] })).toThrow(/at least one/)
    expect(() => createWorld({ resources: [notes, { ...notes, resource: NOTES.replace('notes', 'NOTES') }] })).toThrow(
      /twice/,
    )
    expect(() => createWorld({ resources: [{ ...notes, resource: `${NOTES}#x` }] })).toThrow(/fragment/)
    expect(() => createWorld({ resources: [{ ...notes, scopes: { 'a b': 'x' } }] })).toThrow(/no scope/)
    expect(() => createWorld({ defaultResource: 'https://x.example' })).toThrow(/defaultResource/)
  })

  it('answers nothing else', async () => {
    const { oauth } = createWorld()
    for (const path of ['/', '/tokens', '/token/', '/__proto__', '/.well-known/openid-configuration', '/register']) {
      expect((await get(oauth, path)).status).toBe(404)
    }
    expect(sent(await authorize(oauth))).toHaveProperty('code')
  })
})

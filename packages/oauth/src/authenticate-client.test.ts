import {
  exportJWK,
  generateKeyPair,
  SignJWT,
  UnsecuredJWT,
  type CryptoKey,
  type JWTHeaderParameters,
  type JWTPayload,
} from 'jose'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { STORES } from './fixtures/stores.ts'
import {
  basic,
  CALLBACK,
  createWorld,
  getCode,
  ISSUER,
  NOTES,
  post,
  redeem,
  SECRET,
  type Answer,
} from './fixtures/world.ts'
import type { OAuth } from './create-oauth.ts'
import type { ClientOptions } from './registered-clients.ts'

const WEB_SECRET = 'a:secret+with%every/kind=of character'
const web: ClientOptions = { clientId: 'web', name: 'Web', redirectUris: [CALLBACK], secret: WEB_SECRET }
const form: ClientOptions = { ...web, clientId: 'form', authentication: 'client_secret_post' }
const bot: ClientOptions = { clientId: 'bot', name: 'Bot', secret: WEB_SECRET, scopes: ['notes:read'] }
const app: ClientOptions = { clientId: 'app', name: 'App', redirectUris: [CALLBACK] }

const refused = { status: 401, body: { error: 'invalid_client', error_description: expect.any(String) } }

/** A code of `client_id`, with these credentials. */
const tryRedeem = async (
  oauth: OAuth,
  client_id: string,
  values: Record<string, string | undefined>,
  headers = {},
): Promise<Answer> => redeem(oauth, await getCode(oauth, { client_id }), { client_id, ...values }, headers)

describe('client secrets', () => {
  const create = () => createWorld({ clients: [web, form, app] })

  it('are taken by the one method that the client is registered with', async () => {
    const { oauth } = create()
    expect(await tryRedeem(oauth, 'web', {}, basic('web', WEB_SECRET))).toMatchObject({ status: 200 })
    expect(await tryRedeem(oauth, 'web', { client_id: undefined }, basic('web', WEB_SECRET))).toMatchObject({
      status: 200,
    })
    expect(await tryRedeem(oauth, 'form', { client_secret: WEB_SECRET })).toMatchObject({ status: 200 })
  })

  // spec: auth-oauth
  it('TA37: refuses another method, two methods, none, and a wrong secret', async () => {
    const { oauth, events } = create()
    const raw = (text: string) => ({ authorization: `Basic ${btoa(text)}` })
    const tries: [string, Record<string, string | undefined>, Record<string, string>][] = [
      ['web', { client_secret: WEB_SECRET }, {}],
      ['form', {}, basic('form', WEB_SECRET)],
      ['web', { client_secret: WEB_SECRET }, basic('web', WEB_SECRET)],
      ['web', {}, {}],
      ['form', {}, {}],
      ['web', {}, basic('web', `${WEB_SECRET}x`)],
      ['web', {}, basic('web', WEB_SECRET.slice(0, -1))],
      ['form', { client_secret: 'wrong' }, {}],
      ['app', { client_secret: 'of nobody' }, {}],
      ['app', {}, basic('app', 'of nobody')],
      ['web', { client_id: 'app' }, basic('web', WEB_SECRET)],
      ['web', {}, raw(`web:${WEB_SECRET}`)],
      ['web', {}, raw(`web:${encodeURIComponent(WEB_SECRET)}:x`)],
      ['web', {}, raw('web:100%')],
      ['web', {}, raw('web')],
      ['web', {}, raw(':')],
      ['web', {}, { authorization: 'Basic !!!' }],
      ['web', {}, { authorization: `Bearer ${btoa(`web:${WEB_SECRET}`)}` }],
      ['web', {}, basic('nobody', WEB_SECRET)],
    ]
    for (const [client_id, values, headers] of tries) {
      const code = await getCode(oauth, { client_id })
      events.length = 0
      const answer = await redeem(oauth, code, { client_id, ...values }, headers)
      expect(answer).toMatchObject(refused)
      expect(answer.headers.get('www-authenticate')).toBe('authorization' in headers ? 'Basic realm="oauth"' : null)
      expect(events.map(({ type }) => type)).toEqual(['client.refused'])
      expect(JSON.stringify(answer.body)).not.toContain('secret')
    }
  })

  it('TA46: are compared as digests of one length', async () => {
    const sign = vi.spyOn(crypto.subtle, 'sign')
    const { oauth } = create()
    const code = await getCode(oauth, { client_id: 'web' })
    const signaturesOf = async (headers: Record<string, string>): Promise<number> => {
      sign.mockClear()
      await redeem(oauth, code, { client_id: 'web' }, headers)
      return sign.mock.calls.length
    }
    await signaturesOf(basic('web', 'x'))
    // The same work for a secret that is nearly right, for one that is not, and for a client that nobody knows.
    const nearly = await signaturesOf(basic('web', `${WEB_SECRET.slice(0, -1)}!`))
    const wrong = await signaturesOf(basic('web', 'x'))
    const unknown = await redeem(oauth, code, { client_id: undefined }, basic('nobody', 'x')).then(
      () => sign.mock.calls.length,
    )
    sign.mockRestore()
    expect([nearly, wrong]).toEqual([1, 1])
    expect(unknown).toBe(2)
  })
})

describe.each(STORES)('client assertions, remembered in %s', (_, createStore) => {
  let mine: CryptoKey
  let theirs: CryptoKey
  let machine: ClientOptions
  let other: ClientOptions

  beforeAll(async () => {
    const create = async (clientId: string) => {
      const pair = await generateKeyPair('ES256', { extractable: true })
      const jwk = { ...(await exportJWK(pair.publicKey)), kid: `key of ${clientId}`, alg: 'ES256' }
      const client: ClientOptions = { clientId, name: clientId, jwks: { keys: [jwk] } }
      return [pair.privateKey, client] as const
    }
    ;[mine, machine] = await create('machine')
    ;[theirs, other] = await create('other')
  })

  const create = () => createWorld({ store: createStore(), clients: [machine, other, bot] })
  const seconds = (now: number) => Math.floor(now / 1000)
  const claimsAt = (now: number): JWTPayload => ({
    iss: 'machine',
    sub: 'machine',
    aud: ISSUER,
    iat: seconds(now),
    exp: seconds(now) + 60,
    jti: crypto.randomUUID(),
  })
  const sign = (
    claims: JWTPayload,
    header: Partial<JWTHeaderParameters> = {},
    key: CryptoKey | Uint8Array = mine,
  ): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'key of machine', ...header }).sign(key)
  const send = (
    oauth: OAuth,
    client_assertion: string,
    values: Record<string, string | undefined> = {},
  ): Promise<Answer> =>
    post(oauth, '/token', {
      client_id: undefined,
      grant_type: 'client_credentials',
      client_assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      ...values,
    })

  it('are taken once, for the issuer or for the token endpoint', async () => {
    const { oauth, clock } = create()
    expect(await send(oauth, await sign(claimsAt(clock.now)))).toMatchObject({ status: 200 })
    expect(await send(oauth, await sign({ ...claimsAt(clock.now), aud: `${ISSUER}/token` }))).toMatchObject({
      status: 200,
    })
    expect(
      await send(oauth, await sign({ ...claimsAt(clock.now), aud: [ISSUER] }), { client_id: 'machine' }),
    ).toMatchObject({ status: 200 })
  })

  it('TA38: are refused with any flaw, and nothing that they name is fetched', async () => {
    const { oauth, clock, events } = create()
    const claims = claimsAt(clock.now)
    const fetch = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no network'))
    const without = (name: string): JWTPayload =>
      Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name))
    const publicKey = new TextEncoder().encode(JSON.stringify(machine.jwks))
    const flawed: Record<string, string> = {
      'alg none': new UnsecuredJWT(claims).encode(),
      'alg HS256 by the public key': await sign(claims, { alg: 'HS256' }, publicKey),
      'wrong aud': await sign({ ...claims, aud: 'https://evil.example' }),
      'aud of two': await sign({ ...claims, aud: [ISSUER, 'https://evil.example'] }),
      'aud with slash': await sign({ ...claims, aud: `${ISSUER}/` }),
      'sub of another': await sign({ ...claims, sub: 'other' }),
      'iss of another': await sign({ ...claims, iss: 'other' }),
      'two hours': await sign({ ...claims, exp: seconds(clock.now) + 7200 }),
      'no exp': await sign(without('exp')),
      expired: await sign({ ...claims, exp: seconds(clock.now) - 61 }),
      'not yet': await sign({ ...claims, nbf: seconds(clock.now) + 61 }),
      'no jti': await sign(without('jti')),
      'long jti': await sign({ ...claims, jti: 'x'.repeat(257) }),
      'key of another': await sign(claims, { kid: 'key of other' }, theirs),
      'key of another under this name': await sign(claims, {}, theirs),
      jku: await sign(claims, { jku: 'https://evil.example/jwks' }),
      x5u: await sign(claims, { x5u: 'https://evil.example/x5u' }),
      jwk: await sign(claims, { jwk: machine.jwks!.keys[0]! }),
      'no JWT': 'x',
      'edited claims': (await sign(claims)).replace(
        /\.[^.]+\./,
        `.${btoa(JSON.stringify({ ...claims, jti: 'y' })).replaceAll('=', '')}.`,
      ),
    }
    for (const [flaw, assertion] of Object.entries(flawed)) {
      events.length = 0
      expect(await send(oauth, assertion), flaw).toMatchObject(refused)
      expect(
        events.map(({ type }) => type),
        flaw,
      ).toEqual(['client.refused'])
    }
    const good = await sign(claims)
    expect(await send(oauth, good, { client_assertion_type: 'other' })).toMatchObject(refused)
    expect(await send(oauth, good, { client_assertion_type: undefined })).toMatchObject(refused)
    expect(await send(oauth, good, { client_id: 'other' })).toMatchObject(refused)
    expect(await send(oauth, good, { client_secret: 'x' })).toMatchObject(refused)
    expect(fetch).not.toHaveBeenCalled()
    fetch.mockRestore()
    // None of them used it up.
    expect(await send(oauth, good)).toMatchObject({ status: 200 })
  })

  it('TA38: are taken once of 20 times at once', async () => {
    const { oauth, clock, events } = create()
    const assertion = await sign(claimsAt(clock.now))
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(oauth, assertion)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(19)
    expect(events.filter(({ type }) => type === 'token.issued')).toHaveLength(1)
  })

  it('TA38: are taken once, whichever secret it was remembered under', async () => {
    const { oauth, clock, store } = create()
    const assertion = await sign(claimsAt(clock.now))
    expect(await send(oauth, assertion)).toMatchObject({ status: 200 })
    const next = createWorld({ store, clients: [machine], secret: [`a new ${SECRET}`, SECRET] })
    expect(await send(next.oauth, assertion)).toMatchObject(refused)
    expect(await send(next.oauth, await sign(claimsAt(clock.now)))).toMatchObject({ status: 200 })
  })

  it('TA50: bear clocks that differ by a minute, and no more', async () => {
    const { oauth, clock } = create()
    const shifted = (by: number) => sign({ ...claimsAt(clock.now), exp: seconds(clock.now) + by })
    expect(await send(oauth, await shifted(-59))).toMatchObject({ status: 200 })
    expect(await send(oauth, await shifted(-61))).toMatchObject(refused)
    expect(await send(oauth, await sign({ ...claimsAt(clock.now), nbf: seconds(clock.now) + 59 }))).toMatchObject({
      status: 200,
    })
    expect(await send(oauth, await shifted(360))).toMatchObject({ status: 200 })
    expect(await send(oauth, await shifted(362))).toMatchObject(refused)
    const replayed = await shifted(60)
    expect(await send(oauth, replayed)).toMatchObject({ status: 200 })
    clock.now += 119_000
    expect(await send(oauth, replayed)).toMatchObject(refused)
  })
})

describe('client credentials', () => {
  const request = { client_id: undefined, grant_type: 'client_credentials' }

  it('gives a program a token for itself, which can be revoked, and no refresh token', async () => {
    const { oauth } = createWorld({ clients: [bot] })
    const answer = await post(oauth, '/token', request, basic('bot', WEB_SECRET))
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 600, scope: 'notes:read' } })
    expect(answer.body).not.toHaveProperty('refresh_token')
    const token = String(answer.body['access_token'])
    const ask = () =>
      post(oauth, '/introspect', { token }, basic('notes-server', 'the notes server has a secret as well'))
    expect((await ask()).body).toMatchObject({ active: true, sub: 'bot', client_id: 'bot', aud: NOTES })
    expect(await post(oauth, '/revoke', { client_id: undefined, token }, basic('bot', WEB_SECRET))).toMatchObject({
      status: 200,
    })
    expect((await ask()).body).toEqual({ active: false })
  })

  it('gives no scope that the program is not registered for', async () => {
    const { oauth, events } = createWorld({ clients: [bot] })
    const answer = await post(oauth, '/token', { ...request, scope: 'notes:write' }, basic('bot', WEB_SECRET))
    expect(answer.body).toMatchObject({ error: 'invalid_scope' })
    expect(events).toEqual([])
  })

  it('TA40: are not for public clients, nor for clients that nobody registered, however they prove themselves', async () => {
    const { oauth, events } = createWorld({
      clients: [app],
      front: ({ digest }) => ({
        consent: () => new Response(),
        routes: new Map(),
        metadata: {},
        clients: [
          async (id) => {
            const kind = (['document', 'dynamic'] as const).find((one) => one === id)
            return (
              kind && {
                id,
                kind,
                name: id,
                redirectUris: [],
                authentication: 'client_secret_basic',
                secretDigest: await digest('client-secret', WEB_SECRET),
                grants: ['client_credentials'],
              }
            )
          },
        ],
      }),
    })
    expect((await post(oauth, '/token', { ...request, client_id: 'app' })).body).toMatchObject({
      error: 'unauthorized_client',
    })
    for (const kind of ['document', 'dynamic']) {
      expect((await post(oauth, '/token', request, basic(kind, WEB_SECRET))).body).toMatchObject({
        error: 'unauthorized_client',
      })
    }
    expect(events).toEqual([])
  })

  it('and other grants are for clients that are registered for them', async () => {
    const { oauth, events } = createWorld({ clients: [bot, { ...app, grants: ['authorization_code'] }] })
    const code = { grant_type: 'authorization_code', client_id: undefined, code: 'x'.repeat(43) }
    expect((await post(oauth, '/token', code, basic('bot', WEB_SECRET))).body).toMatchObject({
      error: 'unauthorized_client',
    })
    const refreshing = { grant_type: 'refresh_token', refresh_token: 'x' }
    expect((await post(oauth, '/token', refreshing)).body).toMatchObject({ error: 'unauthorized_client' })
    expect(events).toEqual([])
  })
})

describe('registered clients', () => {
  it.each([
    [{ redirectUris: ['http://evil.example/cb'] }, /http on 127/],
    [{ redirectUris: ['javascript:alert(1)'] }, /http on 127/],
    [{ redirectUris: ['cursor://cb'] }, /redirectSchemes/],
    [{ redirectUris: [`${CALLBACK}#x`] }, /fragment/],
    [{ redirectUris: [`${CALLBACK}?code=x`] }, /in its query/],
    [{ secret: 'short' }, /32 characters/],
    [{ authentication: 'client_secret_basic' }, /needs a secret/],
    [{ authentication: 'private_key_jwt' }, /jwks/],
    [{ jwks: { keys: [{ kty: 'oct', k: 'x' }] } }, /public/],
    [{ redirectUris: [], grants: ['authorization_code'] }, /needs redirectUris/],
    [{ grants: ['client_credentials'] }, /needs a secret/],
    [{ resources: ['https://other.example.com'] }, /no resource/],
  ] as [Partial<ClientOptions>, RegExp][])('that cannot work are said when the server is made: %o', (flaw, message) => {
    expect(() => createWorld({ clients: [{ ...app, ...flaw }] })).toThrow(message)
  })

  it('are known under one id each', () => {
    expect(() => createWorld({ clients: [app, app] })).toThrow(/twice/)
  })
})

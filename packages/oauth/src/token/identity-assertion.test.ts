import { decodeJwt, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type JWTPayload } from 'jose'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { STORES } from '../fixtures/stores.ts'
import {
  basic,
  CALLBACK,
  createWorld,
  drive,
  ISSUER,
  NOTES,
  notes,
  post,
  type Answer,
  type World,
} from '../fixtures/world.ts'
import type { GrantStore } from '../store.ts'
import { JWT_BEARER, type TrustedIssuer } from './identity-assertion.ts'

const IDP = 'https://idp.example.com'
const SECRET = 'the agent of the company has a secret'
const invalid = { status: 400, body: { error: 'invalid_grant' } }

let key: CryptoKey
let trusted: TrustedIssuer

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true })
  key = pair.privateKey
  const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'idp', alg: 'ES256' }] }
  trusted = {
    issuer: IDP,
    jwks,
    account: ({ sub }) => (sub === 'idp-ada' ? { userId: 'ada', tenant: 'acme' } : undefined),
  }
})

const createOn = (store: GrantStore, issuer = trusted): World =>
  createWorld({
    store,
    resources: [notes, { ...drive, tenant: 'other' }],
    defaultResource: NOTES,
    trustedIssuers: [issuer],
    clients: [
      { clientId: 'agent', name: 'Agent', secret: SECRET, grants: [JWT_BEARER], resources: [NOTES, drive.resource] },
      { clientId: 'other', name: 'Other', secret: SECRET, grants: [JWT_BEARER] },
      { clientId: 'app', name: 'App', redirectUris: [CALLBACK] },
    ],
  })

const claimsAt = (now: number): JWTPayload => ({
  iss: IDP,
  sub: 'idp-ada',
  aud: ISSUER,
  client_id: 'agent',
  resource: NOTES,
  scope: 'notes:read notes:write unknown',
  iat: Math.floor(now / 1000),
  exp: Math.floor(now / 1000) + 300,
  jti: crypto.randomUUID(),
})
const sign = (claims: JWTPayload, header = {}): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'idp', typ: 'oauth-id-jag+jwt', ...header }).sign(key)
const send = ({ oauth }: World, assertion: string, values = {}, client = 'agent'): Promise<Answer> =>
  post(oauth, '/token', { client_id: undefined, grant_type: JWT_BEARER, assertion, ...values }, basic(client, SECRET))

describe.each(STORES)('identity assertions, remembered in %s', (_, createStore) => {
  const create = (issuer?: TrustedIssuer): World => createOn(createStore(), issuer)

  it('give a token for the resource and the scopes that both sides know, and no refresh token', async () => {
    const world = create()
    const answer = await send(world, await sign(claimsAt(world.clock.now)))
    expect(answer).toMatchObject({ status: 200, body: { scope: 'notes:read notes:write', expires_in: 600 } })
    expect(answer.body).not.toHaveProperty('refresh_token')
    expect(decodeJwt(String(answer.body['access_token']))).toMatchObject({
      sub: 'ada',
      tid: 'acme',
      aud: NOTES,
      client_id: 'agent',
    })
    expect(world.oauth.metadata).toMatchObject({
      authorization_grant_profiles_supported: ['urn:ietf:params:oauth:grant-profile:id-jag'],
      grant_types_supported: expect.arrayContaining([JWT_BEARER]),
    })
    const narrow = await send(world, await sign({ ...claimsAt(world.clock.now), resource: undefined }), {
      scope: 'notes:read',
    })
    expect(narrow.body).toMatchObject({ scope: 'notes:read' })
    const wider = await send(world, await sign({ ...claimsAt(world.clock.now), scope: 'notes:read' }), {
      scope: 'notes:read notes:write',
    })
    expect(wider.body).toMatchObject({ scope: 'notes:read' })
  })

  it('TA39: are refused with any flaw, and nothing is stored', async () => {
    const world = create()
    const { clock, events, store } = world
    const claims = claimsAt(clock.now)
    const seconds = Math.floor(clock.now / 1000)
    const without = (name: string): JWTPayload =>
      Object.fromEntries(Object.entries(claims).filter(([one]) => one !== name))
    const flawed: Record<string, string> = {
      'wrong typ': await sign(claims, { typ: 'JWT' }),
      'access token': await sign(claims, { typ: 'at+jwt' }),
      'no typ': await sign(claims, { typ: undefined }),
      'alg none': new UnsecuredJWT(claims).encode(),
      'aud of two': await sign({ ...claims, aud: [ISSUER, 'https://other.example'] }),
      'other aud': await sign({ ...claims, aud: 'https://other.example' }),
      'aud is the endpoint': await sign({ ...claims, aud: `${ISSUER}/token` }),
      'other client': await sign({ ...claims, client_id: 'other' }),
      'no client': await sign(without('client_id')),
      'unknown iss': await sign({ ...claims, iss: 'https://evil.example' }),
      'iss with slash': await sign({ ...claims, iss: `${IDP}/` }),
      'no iss': await sign(without('iss')),
      'unregistered resource': await sign({ ...claims, resource: 'https://other.example' }),
      'resource of another tenant': await sign({ ...claims, resource: drive.resource }),
      resources: await sign({ ...claims, resource: [NOTES] }),
      'exp passed': await sign({ ...claims, iat: seconds - 300, exp: seconds - 61 }),
      'lives long': await sign({ ...claims, exp: seconds + 301 }),
      'from the future': await sign({ ...claims, iat: seconds + 61, exp: seconds + 300 }),
      'no exp': await sign(without('exp')),
      'no iat': await sign(without('iat')),
      'no jti': await sign(without('jti')),
      'no sub': await sign(without('sub')),
      cnf: await sign({ ...claims, cnf: { jkt: 'x' } }),
      'unknown account': await sign({ ...claims, sub: 'idp-bob' }),
      'no JWT': 'x',
    }
    const add = store.addGrant
    let added = 0
    Object.assign(store, { addGrant: (...given: Parameters<typeof add>) => (added++, add(...given)) })
    for (const [flaw, assertion] of Object.entries(flawed)) {
      events.length = 0
      expect(await send(world, assertion), flaw).toMatchObject(invalid)
      expect(
        events.map(({ type }) => type),
        flaw,
      ).toEqual(['token.refused'])
    }
    expect(await send(world, await sign(claims), {}, 'other')).toMatchObject(invalid)
    expect(await send(world, await sign(claims), { resource: drive.resource })).toMatchObject({
      body: { error: 'invalid_target' },
    })
    expect(added).toBe(0)
    // None of them used it up.
    expect(await send(world, await sign(claims))).toMatchObject({ status: 200 })
    expect(added).toBe(1)
  })

  it('TA39: are taken once of 20 times at once', async () => {
    const world = create()
    const assertion = await sign(claimsAt(world.clock.now))
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(world, assertion)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ body }) => body['error'] === 'invalid_grant')).toHaveLength(19)
    expect(world.events.filter(({ type }) => type === 'token.issued')).toHaveLength(1)
  })

  it('TA49: have the keys of their issuer fetched once, however many unknown keys they name', async () => {
    const jwks = trusted.jwks
    const fetch = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json(jwks))
    const world = create({ ...trusted, jwks: new URL('https://idp.example.com/jwks') })
    const claims = claimsAt(world.clock.now)
    for (let step = 0; step < 20; step++) {
      expect(await send(world, await sign(claims, { kid: `unknown ${step}` }))).toMatchObject(invalid)
    }
    expect(await send(world, await sign(claims))).toMatchObject({ status: 200 })
    expect(fetch).toHaveBeenCalledTimes(1)
    fetch.mockRestore()
  })

  it('are neither good nor bad while nobody can tell', async () => {
    const fetch = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response('', { status: 500 }))
    const world = create({ ...trusted, jwks: new URL('https://idp.example.com/jwks') })
    expect(await send(world, await sign(claimsAt(world.clock.now)))).toMatchObject({
      status: 503,
      body: { error: 'server_error' },
    })
    expect(world.events).toEqual([])
    fetch.mockRestore()
  })

  it('TA39: are not for clients that prove nothing', async () => {
    const world = create()
    const assertion = await sign({ ...claimsAt(world.clock.now), client_id: 'app' })
    const answer = await post(world.oauth, '/token', { grant_type: JWT_BEARER, assertion })
    expect(answer.body).toMatchObject({ error: 'unauthorized_client' })
    expect(world.events).toEqual([])
  })

  it('TA50: bear clocks that differ by a minute, and no more', async () => {
    const world = create()
    const seconds = Math.floor(world.clock.now / 1000)
    const at = (iat: number, exp: number) =>
      sign({ ...claimsAt(world.clock.now), iat: seconds + iat, exp: seconds + exp })
    expect(await send(world, await at(60, 300))).toMatchObject({ status: 200 })
    expect(await send(world, await at(-300, -59))).toMatchObject({ status: 200 })
    expect(await send(world, await at(-300, -60))).toMatchObject(invalid)
  })
})

import { describe, expect, it } from 'vitest'
import {
  authorize,
  CALLBACK,
  createWorld,
  drive,
  getCode,
  ISSUER,
  NOTES,
  notes,
  sent,
  yesFront,
} from './fixtures/world.ts'
import { createStore } from './fixtures/stores.ts'
import type { Client } from './client.ts'

const confidential = {
  clientId: 'web',
  name: 'Web',
  redirectUris: [CALLBACK],
  secret: 'the web application has a secret too',
}

describe('authorize', () => {
  // spec: auth-iss-sent
  it('answers with one code, the state and the issuer', async () => {
    const { oauth, seen } = createWorld()
    const response = await authorize(oauth)
    const location = new URL(response.headers.get('location') ?? '')
    expect(location.origin + location.pathname).toBe(CALLBACK)
    expect([...location.searchParams.keys()].toSorted()).toEqual(['code', 'iss', 'state'])
    expect(sent(response)).toMatchObject({ state: 'the state', iss: ISSUER })
    expect(seen[0]).toMatchObject({ resource: NOTES, scopes: ['notes:read', 'notes:write'], redirectUri: CALLBACK })
  })

  // spec: security-redirect-trusted
  it('TA1: sends nobody anywhere for an unknown client or a foreign redirect URI', async () => {
    const { oauth, seen } = createWorld()
    for (const values of [
      { client_id: 'nobody' },
      { client_id: undefined },
      { redirect_uri: 'https://evil.example/cb' },
      { redirect_uri: undefined },
    ]) {
      const response = await authorize(oauth, values)
      expect(response.status).toBe(400)
      expect(response.headers.get('location')).toBeNull()
      expect(await response.text()).not.toContain('evil')
    }
    expect(seen).toEqual([])
  })

  // spec: auth-oauth
  it.each([
    { code_challenge: undefined },
    { code_challenge_method: 'plain' },
    { code_challenge_method: undefined },
    { code_challenge_method: 's256' },
    { code_challenge: 'x'.repeat(42) },
    { code_challenge: 'x'.repeat(44) },
    { code_challenge: `${'x'.repeat(42)}~` },
  ])('TA8: refuses without PKCE by S256, public and confidential clients: %o', async (values) => {
    const { oauth, seen } = createWorld({
      clients: [{ clientId: 'app', name: 'App', redirectUris: [CALLBACK] }, confidential],
    })
    const refused = { error: 'invalid_request', error_description: expect.any(String), state: 'the state', iss: ISSUER }
    expect(sent(await authorize(oauth, { ...values, client_id: 'app' }))).toEqual(refused)
    expect(sent(await authorize(oauth, { ...values, client_id: 'web' }))).toEqual(refused)
    expect(seen).toEqual([])
    expect(sent(await authorize(oauth, { client_id: 'web' }))).toHaveProperty('code')
  })

  it('TA9: refuses what is sent twice, and redirects only where that is certain', async () => {
    const { oauth, seen } = createWorld()
    for (const twice of ['client_id=app', `redirect_uri=${encodeURIComponent(CALLBACK)}`]) {
      const response = await authorize(oauth, {}, `&${twice}`)
      expect(response.status).toBe(400)
      expect(response.headers.get('location')).toBeNull()
    }
    for (const twice of [
      `resource=${encodeURIComponent(NOTES)}`,
      'scope=notes%3Aread',
      'code_challenge_method=S256',
      'whatever=1&whatever=1',
    ]) {
      expect(sent(await authorize(oauth, {}, `&${twice}`))).toMatchObject({
        error: 'invalid_request',
        state: 'the state',
        iss: ISSUER,
      })
    }
    // Which of the two would be the client's?
    expect(sent(await authorize(oauth, {}, '&state=other'))).toEqual({
      error: 'invalid_request',
      error_description: expect.any(String),
      iss: ISSUER,
    })
    expect(seen).toEqual([])
  })

  it('TA10: takes the one resource, or the default one, where none is named', async () => {
    const one = createWorld()
    await getCode(one.oauth, { resource: undefined })
    expect(one.seen[0]?.resource).toBe(NOTES)

    const two = createWorld({ resources: [notes, drive] })
    expect(sent(await authorize(two.oauth, { resource: undefined }))).toMatchObject({ error: 'invalid_target' })
    expect(two.seen).toEqual([])

    const chosen = createWorld({ resources: [notes, drive], defaultResource: drive.resource })
    await getCode(chosen.oauth, { resource: undefined, scope: 'drive:read' })
    expect(chosen.seen[0]?.resource).toBe(drive.resource)
  })

  it.each([
    'https://other.example.com/mcp',
    `${NOTES}#x`,
    '/mcp',
    `${NOTES}/`,
    `${NOTES}?x=1`,
    'https://notes.example.com:443/mcp',
    'https://user@notes.example.com/mcp',
    drive.resource,
  ])('TA11: refuses the resource %s', async (resource) => {
    const { oauth, seen } = createWorld({
      resources: [notes, { ...drive, tenant: 'other' }],
      clients: [{ clientId: 'app', name: 'App', redirectUris: [CALLBACK], resources: [NOTES] }],
    })
    expect(sent(await authorize(oauth, { resource }))).toMatchObject({ error: 'invalid_target', iss: ISSUER })
    expect(seen).toEqual([])
  })

  it('TA11: refuses two resources, and a resource of another tenant', async () => {
    const { oauth, events } = createWorld({ resources: [notes, { ...drive, tenant: 'other' }] })
    expect(sent(await authorize(oauth, {}, `&resource=${encodeURIComponent(drive.resource)}`))).toMatchObject({
      error: 'invalid_target',
    })
    expect(sent(await authorize(oauth, { resource: drive.resource, scope: 'drive:read' }))).toMatchObject({
      error: 'access_denied',
    })
    expect(events.map(({ type }) => type)).not.toContain('consent.approved')
  })

  // spec: auth-resource-case, auth-resource-slash
  it('TA11: takes an origin with or without slash, and scheme and host in any case', async () => {
    const origin = { ...drive, resource: 'https://drive.example.com' }
    const { oauth, seen } = createWorld({ resources: [notes, origin] })
    await getCode(oauth, { resource: 'https://drive.example.com/', scope: 'drive:read' })
    await getCode(oauth, { resource: 'HTTPS://Notes.Example.com/mcp' })
    expect(seen.map(({ resource }) => resource)).toEqual(['https://drive.example.com', NOTES])
  })

  it.each([
    'notes:delete',
    'drive:read',
    'notes:read"',
    'notes:read \\',
    'notes:read  notes:write',
    'constructor',
    ' ',
  ])('TA12: refuses the scope %o', async (scope) => {
    const { oauth, seen } = createWorld({ resources: [notes, drive] })
    expect(sent(await authorize(oauth, { scope }))).toMatchObject({
      error: 'invalid_scope',
      state: 'the state',
      iss: ISSUER,
    })
    expect(seen).toEqual([])
  })

  it('gives a client that names no scope the baseline, and no client more than it is registered for', async () => {
    const { oauth, seen } = createWorld({
      clients: [{ clientId: 'app', name: 'App', redirectUris: [CALLBACK], scopes: ['notes:read'] }],
    })
    await getCode(oauth, { scope: undefined })
    expect(seen[0]?.scopes).toEqual(['notes:read'])
    expect(sent(await authorize(oauth))).toMatchObject({ error: 'invalid_scope' })
  })

  it.each(['token', 'code token', 'id_token', 'CODE', 'none'])(
    'TA13: refuses the response type %s',
    async (response_type) => {
      const { oauth, seen } = createWorld()
      expect(sent(await authorize(oauth, { response_type }))).toMatchObject({
        error: 'unsupported_response_type',
        iss: ISSUER,
      })
      expect(seen).toEqual([])
    },
  )

  it('refuses another response mode than the query', async () => {
    const { oauth } = createWorld()
    expect(sent(await authorize(oauth, { response_mode: 'fragment' }))).toMatchObject({ error: 'invalid_request' })
  })

  it('TA14: refuses request objects, and fetches none', async () => {
    const { oauth, seen } = createWorld()
    const fetched: unknown[] = []
    const original = globalThis.fetch
    globalThis.fetch = async (input) => {
      fetched.push(input)
      return new Response()
    }
    try {
      expect(sent(await authorize(oauth, { request: 'eyJhbGciOiJub25lIn0.e30.' }))).toMatchObject({
        error: 'request_not_supported',
      })
      expect(sent(await authorize(oauth, { request_uri: 'https://evil.example/r' }))).toMatchObject({
        error: 'request_uri_not_supported',
      })
    } finally {
      globalThis.fetch = original
    }
    expect(fetched).toEqual([])
    expect(seen).toEqual([])
  })

  // spec: security-redirect-asked
  it('does not send a person to an address that nobody vouches for when the request fails', async () => {
    const stranger: Client = {
      id: 'stranger',
      kind: 'dynamic',
      name: 'Stranger',
      redirectUris: ['https://stranger.example/cb', 'http://127.0.0.1/cb'],
      authentication: 'none',
      grants: ['authorization_code'],
    }
    const { oauth } = createWorld({
      front: (core) => ({
        ...yesFront({ userId: 'ada' }, [])(core),
        clients: [(id) => (id === stranger.id ? stranger : undefined)],
      }),
    })
    const response = await authorize(oauth, {
      client_id: 'stranger',
      redirect_uri: 'https://stranger.example/cb',
      scope: 'bad',
    })
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
    expect(await response.text()).toContain('stranger.example')
    const local = await authorize(oauth, {
      client_id: 'stranger',
      redirect_uri: 'http://127.0.0.1:51234/cb',
      scope: 'bad',
    })
    expect(sent(local)).toMatchObject({ error: 'invalid_scope' })
  })

  it('is a page that is opened, not posted to', async () => {
    const { oauth } = createWorld()
    const posted = await oauth.fetch(new Request(`${ISSUER}/authorize`, { method: 'POST' }))
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET'])
  })

  it('says that it is full instead of forgetting somebody', async () => {
    const front = yesFront({ userId: 'ada' }, [])
    const { oauth, clock } = createWorld({
      store: createStore({ maxEntries: 1 }),
      front: (core) => ({ ...front(core), consent: () => new Response('asked') }),
    })
    expect((await authorize(oauth)).status).toBe(200)
    expect(sent(await authorize(oauth))).toMatchObject({ error: 'temporarily_unavailable' })
    clock.now += 601_000
    expect((await authorize(oauth)).status).toBe(200)
  })

  it('takes so many requests of one address in a minute', async () => {
    let address: string | undefined = '192.0.2.1'
    const { oauth, clock, seen } = createWorld({ clientAddress: () => address })
    for (let step = 0; step < 120; step++) expect((await authorize(oauth)).status).toBe(303)
    seen.length = 0
    expect((await authorize(oauth)).status).toBe(429)
    expect(seen).toEqual([])
    address = '192.0.2.2'
    expect((await authorize(oauth)).status).toBe(303)
    address = '192.0.2.1'
    clock.now += 60_000
    expect((await authorize(oauth)).status).toBe(303)
  })

  // spec: proxy-cookie-prefix, proxy-cookie-attributes
  it('binds the transaction to the browser by a cookie that scripts and other sites do not get', async () => {
    const { oauth } = createWorld()
    expect((await authorize(oauth)).headers.getSetCookie()[0]).toMatch(
      /^__Host-hawser-[\w-]{16}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=600$/,
    )
  })
})

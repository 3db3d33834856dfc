import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connect } from '../../connect.ts'
import { cache } from '../../interceptors/index.ts'
import { createWorld, ISSUER, json, SERVER, type World } from './fixtures/world.ts'
import { type Ask, type CredentialStore, memoryCredentials, Secret, signIn, type SignInOptions } from './index.ts'

const open = async (world: World, options: SignInOptions = {}) => {
  const auth = signIn({ ask: world.ask, fetch: world.fetch, ...options })
  const client = await connect(SERVER, { http: { auth, fetch: world.send } })
  return { auth, client }
}

const failure = async (world: World, options?: SignInOptions): Promise<unknown> => {
  const { client } = await open(world, options)
  return client.listTools().then(
    () => undefined,
    (error: unknown) => error,
  )
}

const HOUR = 3_600_000
const refreshes = (world: World) =>
  world.sentTo('/token').filter(({ body }) => body.includes('grant_type=refresh_token'))

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

describe('tokens', () => {
  const GOOD = { access_token: 'canary-token', token_type: 'Bearer', expires_in: 3600 }

  it.each([
    ['of another kind', { token_type: 'mac' }],
    ['of no kind', { token_type: undefined }],
    ['bound to a key that nobody showed', { token_type: 'DPoP' }],
    ['that is missing', { access_token: undefined }],
    ['that is a list', { access_token: ['canary-token'] }],
    ['that is empty', { access_token: '' }],
    ['that ends the header', { access_token: 'canary-token\r\nx-evil: 1' }],
    ['with a space', { access_token: 'canary token' }],
    ['that is longer than a header', { access_token: 'x'.repeat(20_000) }],
    ['that was never good', { expires_in: -1 }],
    ['with a time in words', { expires_in: 'soon' }],
    ['with scopes as a list', { scope: ['a'] }],
    ['with a refresh token that is none', { refresh_token: 'canary\nrefresh' }],
  ])('TC16: %s are refused, and nothing is kept or shown', async (_what, change) => {
    const store = memoryCredentials()
    const world = createWorld({ token: () => json({ ...GOOD, ...change }) })
    const error = await failure(world, { store })
    expect(error).toMatchObject({ problem: 'bad_token' })
    expect(inspect(error, { depth: 20 })).not.toMatch(/canary/)
    expect(await store.get(`tokens ${SERVER}`)).toBeUndefined()
    expect(world.sent.every(({ headers }) => headers['authorization'] === undefined)).toBe(true)
  })

  it('TC16: whose time is absurd are asked about again within a year', async () => {
    const world = createWorld({ token: () => json({ ...GOOD, expires_in: 1e12 }) })
    const { auth } = await open(world)
    const { expiresAt } = await auth.signIn(SERVER)
    expect(expiresAt).toBe(Date.now() + 365 * 24 * HOUR)
  })

  it('TC16: with other scopes than were asked for are taken for what they are', async () => {
    const challenge = 'Bearer scope="notes:read notes:write"'
    const narrow = createWorld({ grant: () => ['notes:read'] }, { challenge })
    const { auth, client } = await open(narrow)
    await client.listTools()
    expect(await auth.whoami(SERVER)).toMatchObject({ scopes: ['notes:read'], unasked: [] })
    const wide = createWorld({ grant: (asked) => [...asked, 'notes:admin'] }, { challenge })
    const second = await open(wide)
    await second.client.listTools()
    expect(await second.auth.whoami(SERVER)).toMatchObject({ unasked: ['notes:admin'] })
  })

  it('TC16: with thousands of scopes are not asked for with all of them again', async () => {
    const scope = Array.from({ length: 20_000 }, (_, index) => `s${index}`).join(' ')
    const world = createWorld({ token: () => json({ ...GOOD, scope }) })
    const { auth } = await open(world)
    await auth.signIn(SERVER)
    expect((await auth.whoami(SERVER))?.scopes).toHaveLength(256)
  })

  it('TC17: are refreshed once for twenty requests at a time, and none is lost', async () => {
    const world = createWorld()
    const inner = memoryCredentials()
    const lock = vi.fn(inner.lock)
    const { client } = await open(world, { store: { ...inner, lock: lock as CredentialStore['lock'] } })
    await client.listTools()
    lock.mockClear()
    vi.setSystemTime(Date.now() + HOUR)
    await Promise.all(Array.from({ length: 20 }, () => client.call('search')))
    expect(refreshes(world)).toHaveLength(1)
    // One asks, the others wait for that one.
    expect(lock).toHaveBeenCalledTimes(1)
    vi.setSystemTime(Date.now() + HOUR)
    await client.listTools()
    expect(refreshes(world)).toHaveLength(2)
    expect(world.pages).toHaveLength(1)
  })

  // spec: auth-resource-sent
  it('are refreshed for the same resource', async () => {
    const world = createWorld()
    const { client } = await open(world)
    await client.listTools()
    vi.setSystemTime(Date.now() + HOUR)
    await client.listTools()
    expect(new URLSearchParams(refreshes(world)[0]?.body).get('resource')).toBe(SERVER)
  })

  // spec: auth-refresh-not-assumed
  it('that cannot be refreshed are asked for again', async () => {
    const world: World = createWorld({
      token: (form) => (form.get('grant_type') === 'refresh_token' ? undefined : world.issue(ISSUER, [], false)),
    })
    const { client } = await open(world)
    await client.listTools()
    vi.setSystemTime(Date.now() + HOUR)
    expect(await client.listTools()).toHaveLength(2)
    expect([world.pages.length, refreshes(world).length]).toEqual([2, 0])
  })

  // spec: auth-token-sent
  it('go with every request to the server, whatever its method, in its header alone', async () => {
    const world = createWorld()
    const { auth } = await open(world)
    await auth.signIn(SERVER)
    const sent: string[] = []
    const send = auth.authorize(async (url, { method, headers, body }) => {
      sent.push(`${method} ${headers['authorization']} ${url} ${body ?? ''}`)
      return new Response(null)
    }, SERVER)
    for (const method of ['POST', 'GET', 'DELETE', 'POST']) await send(SERVER, { method, headers: {} })
    const [access] = world.tokens.keys()
    expect(sent).toEqual(['POST', 'GET', 'DELETE', 'POST'].map((method) => `${method} Bearer ${access} ${SERVER} `))
  })

  it('TC17: that the server refuses early are refreshed once as well', async () => {
    const world = createWorld()
    const { client } = await open(world)
    await client.listTools()
    for (const token of world.tokens.values()) token.isRevoked = true
    await Promise.all(Array.from({ length: 20 }, () => client.call('search')))
    expect(refreshes(world)).toHaveLength(1)
    expect(world.pages).toHaveLength(1)
  })

  it('TC17: are stored before they are used', async () => {
    const inner = memoryCredentials()
    const events: string[] = []
    const store: CredentialStore = {
      ...inner,
      set: async (key, value) => {
        await inner.set(key, value)
        if (key.startsWith('tokens')) events.push('stored')
      },
    }
    const world = createWorld({}, { gate: () => void events.push('used') })
    const { client } = await open(world, { store })
    await client.listTools()
    vi.setSystemTime(Date.now() + HOUR)
    await client.listTools()
    expect(events).toEqual(['stored', 'used', 'stored', 'used'])
  })

  it.each(['canary, which is no JSON', 'null', '[]', '{"v":0,"access":"canary"}', '{"v":1}'])(
    'are asked for again where the store has %s',
    async (text) => {
      const store = memoryCredentials()
      await store.set(`tokens ${SERVER}`, text)
      await store.set(`client ${ISSUER} http://127.0.0.1:9876/callback`, text)
      const world = createWorld()
      const { client } = await open(world, { store })
      expect(await client.listTools()).toHaveLength(2)
      expect(world.toldTo(ISSUER) + world.toldTo(new URL(SERVER).origin)).not.toContain('canary"')
    },
  )

  it('TC17: that cannot be stored are not used', async () => {
    const store: CredentialStore = {
      ...memoryCredentials(),
      set: async (key) => {
        if (key.startsWith('tokens')) throw new Error('The disk is full.')
      },
    }
    const world = createWorld()
    expect(String(await failure(world, { store }))).toContain('The disk is full.')
    expect(world.sent.every(({ headers }) => headers['authorization'] === undefined)).toBe(true)
  })

  it('TC18: that somebody else has refreshed are found rather than refreshed again', async () => {
    const world = createWorld()
    const store = memoryCredentials()
    const [one, two] = [await open(world, { store }), await open(world, { store })]
    await one.client.listTools()
    await two.client.listTools()
    vi.setSystemTime(Date.now() + HOUR)
    await Promise.all([one.client.listTools(), two.client.listTools()])
    expect(refreshes(world)).toHaveLength(1)
    expect(world.pages).toHaveLength(1)
  })

  it('TC19: whose grant is gone are asked for again', async () => {
    const world = createWorld()
    const { client } = await open(world)
    await client.listTools()
    world.refreshTokens.clear()
    vi.setSystemTime(Date.now() + HOUR)
    await client.listTools()
    expect(world.pages).toHaveLength(2)
  })

  // spec: registration-by-issuer
  it('are refreshed by the client that they were given to, whatever registers at their issuer next', async () => {
    let isRefused = false
    const world = createWorld(
      { redirect: (back) => void (isRefused && back.searchParams.set('iss', 'https://evil.example.com')) },
      {
        discovery: ({ pathname }) =>
          pathname.endsWith('/mcp') ? json({ resource: SERVER, authorization_servers: [ISSUER] }) : undefined,
      },
    )
    let port = 1000
    const ask: Ask = {
      open: async () => ({
        redirectUri: `http://127.0.0.1:${++port}/callback`,
        visit: async (page) => world.visit(page),
        close: () => {},
      }),
    }
    const { auth, client } = await open(world, { ask })
    await client.listTools()
    const { clientId } = (await auth.whoami(SERVER))!
    // Another server of the same issuer: once signed in at from another port, once in vain from this one.
    await auth.signIn(`${SERVER}?tenant=2`)
    isRefused = true
    port = 1000
    await expect(auth.signIn(`${SERVER}?tenant=3`)).rejects.toMatchObject({ problem: 'bad_callback' })
    vi.setSystemTime(Date.now() + HOUR)
    await client.listTools()
    expect(refreshes(world)).toHaveLength(1)
    expect(new URLSearchParams(refreshes(world)[0]?.body).get('client_id')).toBe(clientId)
    expect(world.pages).toHaveLength(3)
  })

  it.each([
    ['busy', () => json({ error: 'temporarily_unavailable' }, 503)],
    ['besieged', () => json({ error: 'slow_down' }, 429)],
    ['overloaded', () => new Response('', { status: 500 })],
    ['away', () => Promise.reject(new TypeError('fetch failed'))],
  ])('TC19: are kept while the issuer is %s', async (_how, answer) => {
    let isAway = false
    const world = createWorld({ token: () => (isAway ? answer() : undefined) })
    const { client } = await open(world)
    await client.listTools()
    isAway = true
    // About to expire, but good enough.
    vi.setSystemTime(Date.now() + HOUR - 10_000)
    await client.listTools()
    vi.setSystemTime(Date.now() + 20_000)
    await expect(client.listTools()).rejects.toMatchObject({ name: 'ConnectionError', code: 'unavailable' })
    isAway = false
    await client.listTools()
    expect(world.pages).toHaveLength(1)
  })

  it('are asked for no more than twice for one request, whoever refuses them', async () => {
    const world = createWorld(
      {},
      {
        gate: () =>
          new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }),
      },
    )
    const { client } = await open(world)
    for (let calls = 0; calls < 10; calls++)
      await expect(client.listTools()).rejects.toMatchObject({ name: 'AuthorizationError' })
    expect(world.pages.length).toBeLessThanOrEqual(6)
  })

  // spec: auth-token-not-in-url, auth-refresh-secret
  it('TC21: are shown by nothing that prints', async () => {
    const world = createWorld()
    const { auth, client } = await open(world)
    await client.listTools()
    const account = await auth.whoami(SERVER)
    const texts = [
      inspect(auth, { depth: 10 }),
      JSON.stringify(account),
      inspect(client, { depth: 10 }),
      ...world.pages.map(String),
    ]
    expect(texts.join()).not.toContain('canary')
    const secret = new Secret('canary')
    expect([String(secret), JSON.stringify({ secret }), inspect({ secret })].join()).not.toContain('canary')
    expect(secret.reveal()).toBe('canary')
    expect(world.sent.every(({ url }) => !url.includes('canary'))).toBe(true)
  })

  // spec: auth-token-own
  it('TC27: go to the server that they were issued for, and to no other', async () => {
    const world = createWorld()
    const { auth, client } = await open(world)
    await client.listTools()
    const elsewhere: Request[] = []
    const spy = (request: Request) => {
      elsewhere.push(request)
      return Promise.resolve(new Response(null, { status: 404 }))
    }
    for (const url of ['https://notes.example.com/other', 'https://evil.example.com/mcp']) {
      await using other = await connect(url, { http: { auth, fetch: spy } })
      await other.listTools().catch(() => {})
    }
    expect(elsewhere.length).toBeGreaterThan(0)
    expect(elsewhere.every(({ headers }) => !headers.has('authorization'))).toBe(true)
    // Nor where an older server says that its messages go.
    const send = auth.authorize(async (url, { method, headers }) => spy(new Request(url, { method, headers })), SERVER)
    await send('https://evil.example.com/messages', { method: 'POST', headers: {} })
    expect(elsewhere.at(-1)?.headers.has('authorization')).toBe(false)
  })

  // spec: security-tls
  it('TC27: are neither got nor sent without TLS, whatever the server says of itself', async () => {
    const server = 'http://notes.example.com/mcp'
    const place = 'https://evil.example.com/metadata'
    const world = createWorld()
    const fetch: World['fetch'] = async (url, init, reach) =>
      url === place ? json({ resource: server, authorization_servers: [ISSUER] }) : world.fetch(url, init, reach)
    const store = memoryCredentials()
    await (await open(world, { store })).auth.signIn(SERVER)
    await store.set(`tokens ${server}`, (await store.get(`tokens ${SERVER}`))!)
    const sent: string[] = []
    const auth = signIn({ ask: world.ask, fetch, store })
    const send = auth.authorize(async (_url, { headers }) => {
      sent.push(JSON.stringify(headers))
      return new Response(null, {
        status: 401,
        headers: { 'www-authenticate': `Bearer resource_metadata="${place}"` },
      })
    }, server)
    const request = { method: 'POST', headers: {}, body: '{}' }
    await expect(send(server, request)).rejects.toMatchObject({ problem: 'forbidden_address' })
    await expect(auth.signIn(server)).rejects.toMatchObject({ problem: 'forbidden_address' })
    expect(world.pages).toHaveLength(1)
    expect(sent).toEqual(['{}'])
  })

  it('are for no server whose address has credentials of its own', async () => {
    const auth = signIn()
    await expect(auth.signIn('https://ada:canary@notes.example.com/mcp')).rejects.toThrow(TypeError)
    expect(() => auth.partition('https://ada@notes.example.com/mcp')).toThrow(TypeError)
  })

  it('TC27: go with no redirect', async () => {
    let hops = 0
    const world = createWorld(
      {},
      { gate: () => (hops++, new Response(null, { status: 307, headers: { location: 'https://evil.example.com/' } })) },
    )
    expect(await failure(world)).toMatchObject({ code: 'bad_reply' })
    expect(world.sent.some(({ url }) => url.startsWith('https://evil'))).toBe(false)
    expect(hops).toBeGreaterThan(0)
  })

  it('leave an authorization header of the caller alone', async () => {
    const world = createWorld()
    const auth = signIn({ ask: world.ask, fetch: world.fetch })
    await using client = await connect(SERVER, {
      http: { auth, fetch: world.send, headers: { authorization: 'Bearer mine' } },
    })
    await expect(client.listTools()).rejects.toMatchObject({ code: 'missing_token' })
    expect(world.pages).toEqual([])
  })

  it('are forgotten and revoked when somebody signs out', async () => {
    const world = createWorld({ metadata: { revocation_endpoint: `${ISSUER}/revoke` } })
    const store = memoryCredentials()
    const { auth, client } = await open(world, { store })
    await client.listTools()
    await auth.signOut(SERVER)
    expect(world.sentTo('/revoke').map(({ body }) => new URLSearchParams(body).get('token'))).toEqual([
      expect.stringContaining('canary-refresh'),
      expect.stringContaining('canary-access'),
    ])
    expect(await store.get(`tokens ${SERVER}`)).toBeUndefined()
    expect(await auth.whoami(SERVER)).toBeUndefined()
    await client.listTools()
    expect(world.pages).toHaveLength(2)
  })

  // spec: cache-private
  it('TC28: what was answered to one account is not given to the next, nor to nobody', async () => {
    const world = createWorld()
    const auth = signIn({ ask: world.ask, fetch: world.fetch })
    const use = [cache({ partition: auth.partition(SERVER) })]
    await using client = await connect(SERVER, { http: { auth, fetch: world.send }, use })
    const lists = () =>
      world
        .sentTo('/mcp')
        .filter(({ body, headers }) => body.includes('tools/list') && headers['authorization'] !== undefined).length
    await client.listTools()
    await client.listTools()
    const before = lists()
    await client.listTools()
    expect(lists()).toBe(before)
    // A refresh changes nothing.
    for (const token of world.tokens.values()) token.isRevoked = true
    await client.call('search')
    await client.listTools()
    expect(lists()).toBe(before)
    await auth.signOut(SERVER)
    await client.listTools()
    expect(lists()).toBe(before + 1)
    expect(world.pages).toHaveLength(2)
  })

  // spec: cache-private
  it('TC28: nor is it given to nobody when the server has moved to another issuer in the meantime', async () => {
    const world = createWorld()
    const auth = signIn({ ask: world.ask, fetch: world.fetch })
    const use = [cache({ partition: auth.partition(SERVER) })]
    await using client = await connect(SERVER, { http: { auth, fetch: world.send }, use })
    await client.listTools()
    for (const token of world.tokens.values()) token.isRevoked = true
    const elsewhere = 'https://login.example.org'
    world.issuers.set(elsewhere, {
      redirect: (back) => {
        back.searchParams.delete('code')
        back.searchParams.set('error', 'access_denied')
      },
    })
    world.script.issuers = [elsewhere]
    await expect(client.call('search')).rejects.toMatchObject({ problem: 'denied' })
    await expect(client.listTools()).rejects.toMatchObject({ problem: 'denied' })
  })

  it('TC28: are those of another where an issuer puts another account in their place', async () => {
    const idToken = (sub: string): string => {
      const now = Math.floor(Date.now() / 1000)
      const claims = { iss: ISSUER, aud: 'known', sub, iat: now, exp: now + 60 }
      return (
        [{ alg: 'RS256' }, claims].map((part) => btoa(JSON.stringify(part)).replaceAll('=', '')).join('.') + '.AAAA'
      )
    }
    const world = createWorld({
      register: () => json({ client_id: 'known' }, 201),
      token: (form) =>
        json({
          ...GOOD,
          refresh_token: 'canary-refresh',
          id_token: idToken(form.get('grant_type') === 'refresh_token' ? 'mallory' : 'ada'),
        }),
    })
    const { auth } = await open(world)
    await auth.signIn(SERVER)
    const partition = auth.partition(SERVER)
    const before = partition()
    expect(await auth.whoami(SERVER)).toMatchObject({ account: 'ada' })
    vi.setSystemTime(Date.now() + 2 * HOUR)
    await auth.signIn(SERVER)
    expect(await auth.whoami(SERVER)).toMatchObject({ account: 'mallory' })
    expect(partition()).not.toBe(before)
  })

  it('are used by those who can ask nobody, as long as they last', async () => {
    const world = createWorld()
    const store = memoryCredentials()
    await (await open(world, { store })).auth.signIn(SERVER)
    const { client } = await open(world, { store, ask: undefined })
    await client.listTools()
    vi.setSystemTime(Date.now() + HOUR)
    await client.listTools()
    world.refreshTokens.clear()
    vi.setSystemTime(Date.now() + HOUR)
    await expect(client.listTools()).rejects.toMatchObject({ problem: 'needs_person' })
  })
})

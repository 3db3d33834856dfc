import { describe, expect, it } from 'vitest'
import { connect } from '../../connect.ts'
import { createWorld, ISSUER, json, SERVER, type World } from './fixtures/world.ts'
import { knownFrom } from './identify-client.ts'
import { memoryCredentials, type RegisteredClient, signIn, SignInError, type SignInOptions } from './index.ts'

const OTHER = 'https://login.example.org'
const METADATA_URL = 'https://client.example.com/metadata.json'

const open = async (world: World, options: SignInOptions = {}) => {
  const auth = signIn({ ask: world.ask, fetch: world.fetch, ...options })
  const client = await connect(SERVER, { http: { auth, fetch: world.send } })
  return { auth, client }
}

/** From now on, another issuer issues tokens, and those of the first are refused. */
const moveTo = (world: World, issuer: string, script = {}): void => {
  for (const token of world.tokens.values()) token.isRevoked = true
  world.issuers.set(issuer, script)
  world.script.issuers = [issuer]
}

describe('a server that moves to another issuer', () => {
  // spec: registration-not-reused, registration-again, discovery-apart, discovery-not-shared
  it('TC8: has the client register there, and sees nothing of what the first one gave', async () => {
    const world = createWorld({
      register: () => json({ client_id: 'canary-client', client_secret: 'canary-secret' }, 201),
    })
    const { client } = await open(world)
    await client.listTools()
    moveTo(world, OTHER)
    expect(await client.listTools()).toHaveLength(2)
    expect(world.toldTo(OTHER)).toContain('/register')
    expect(world.toldTo(OTHER)).not.toMatch(/canary-(?:client|secret|access|refresh)/)
    // Nor does the first one hear of it.
    expect(world.sentTo('/token').filter(({ url }) => url.startsWith(ISSUER))).toHaveLength(1)
  })

  // spec: registration-mismatch
  it('TC8: is refused when the client was registered by hand with the first one', async () => {
    const registered: RegisteredClient = { id: 'canary-client', secret: 'canary-secret', issuer: ISSUER }
    const world = createWorld()
    const { client } = await open(world, { client: { registered } })
    await client.listTools()
    moveTo(world, OTHER)
    await expect(client.listTools()).rejects.toMatchObject({ problem: 'other_issuer' })
    expect(world.toldTo(OTHER)).toBe('[]')
  })

  // spec: registration-mismatch, registration-not-reused
  it('TC8: a client registered by hand is shown to no issuer that the server names instead', async () => {
    const registered: RegisteredClient = {
      id: 'canary-client',
      secret: 'canary-secret',
      issuer: 'https://login.example.net',
    }
    const world = createWorld()
    const { client } = await open(world, { client: { registered } })
    await expect(client.listTools()).rejects.toMatchObject({ problem: 'other_issuer' })
    expect(world.pages).toEqual([])
    expect(JSON.stringify(world.sent)).not.toContain('canary')
  })

  it('TC8: nor to one whose metadata says another name than the one that was looked for', () => {
    const found = {
      resource: SERVER,
      issuer: `${ISSUER}/tenant`,
      as: { issuer: `${ISSUER}/tenant` },
      scopes: undefined,
      isGuessed: false,
    }
    expect(() => knownFrom({ id: 'by-hand', issuer: ISSUER }, found)).toThrow(SignInError)
  })

  it('TC8: of several issuers the one that knows the client is used', async () => {
    const registered: RegisteredClient = { id: 'by-hand', issuer: OTHER }
    const world = createWorld({}, { issuers: [ISSUER, OTHER] })
    world.issuers.set(OTHER, {})
    const { client } = await open(world, { client: { registered } })
    await client.listTools()
    expect(world.pages.map(({ origin }) => origin)).toEqual([OTHER])
  })

  it('TC8: that only names its issuers in another order changes nothing for who is signed in', async () => {
    const world = createWorld({}, { issuers: [ISSUER, OTHER] })
    world.issuers.set(OTHER, {})
    const { client } = await open(world)
    await client.listTools()
    for (const token of world.tokens.values()) token.isRevoked = true
    world.script.issuers = [OTHER, ISSUER]
    await client.listTools()
    expect(world.pages.map(({ origin }) => origin)).toEqual([ISSUER])
    expect(world.toldTo(OTHER)).toBe('[]')
  })

  // spec: discovery-not-shared, auth-refresh-secret
  it('TC9: sees no refresh token of the first one, though the client has one name for both', async () => {
    const metadata = { client_id_metadata_document_supported: true }
    const world = createWorld({ metadata })
    const { client } = await open(world, { client: { metadataUrl: METADATA_URL } })
    await client.listTools()
    moveTo(world, OTHER, { metadata })
    await client.listTools()
    expect(world.pages.map(({ searchParams }) => searchParams.get('client_id'))).toEqual([METADATA_URL, METADATA_URL])
    expect(world.toldTo(OTHER)).not.toMatch(/canary-(?:access|refresh)/)
    expect(world.sentTo('/register')).toEqual([])
  })
})

describe('a client that was registered by hand', () => {
  // spec: registration-by-issuer, auth-token-own
  it.each([
    ['another client', { id: 'another', issuer: ISSUER }, { problem: undefined, clientId: 'another' }],
    ['another issuer', { id: 'by-hand', issuer: OTHER }, { problem: 'other_issuer', clientId: undefined }],
  ])('TC8: does not use what a store holds of %s', async (_what, registered, expected) => {
    const world = createWorld()
    const store = memoryCredentials()
    await (await open(world, { store, client: { registered: { id: 'by-hand', issuer: ISSUER } } })).client.listTools()
    const before = world.sent.length
    const { auth, client } = await open(world, { store, client: { registered } })
    expect(await auth.whoami(SERVER)).toBeUndefined()
    const error: unknown = await client.listTools().then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect([(error as { problem?: string } | undefined)?.problem, (await auth.whoami(SERVER))?.clientId]).toEqual([
      expected.problem,
      expected.clientId,
    ])
    expect(JSON.stringify(world.sent.slice(before))).not.toMatch(/canary-(?:access|refresh)-[12]"/)
  })
})

describe('a client makes itself known', () => {
  // spec: registration-order, registration-by-hand, registration-document-client, registration-document-supported
  it('by hand before by its document, and by its document before by registration', async () => {
    const metadata = { client_id_metadata_document_supported: true }
    const ids = async (options: SignInOptions, supported = true) => {
      const world = createWorld(supported ? { metadata } : {})
      const { client } = await open(world, options)
      await client.listTools()
      return { id: world.pages[0]?.searchParams.get('client_id'), registrations: world.sentTo('/register').length }
    }
    const registered: RegisteredClient = { id: 'by-hand', issuer: ISSUER }
    expect(await ids({ client: { registered, metadataUrl: METADATA_URL } })).toEqual({
      id: 'by-hand',
      registrations: 0,
    })
    expect(await ids({ client: { metadataUrl: METADATA_URL } })).toEqual({ id: METADATA_URL, registrations: 0 })
    expect(await ids({ client: { metadataUrl: METADATA_URL } }, false)).toMatchObject({ registrations: 1 })
  })

  // spec: registration-by-issuer, registration-type, registration-native, auth-refresh-grant-type
  it('once for each issuer, by what it stored', async () => {
    const world = createWorld()
    const store = memoryCredentials()
    await (await open(world, { store })).client.listTools()
    await store.delete(`tokens ${SERVER}`)
    await (await open(world, { store })).client.listTools()
    expect(world.pages).toHaveLength(2)
    expect(world.sentTo('/register')).toHaveLength(1)
    expect(JSON.parse(world.sentTo('/register')[0]!.body)).toMatchObject({
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
    })
  })

  it('once for all servers of an issuer, also when they are signed in at together', async () => {
    const world = createWorld(
      {},
      {
        discovery: ({ pathname }) =>
          pathname.endsWith('/mcp') ? json({ resource: SERVER, authorization_servers: [ISSUER] }) : undefined,
      },
    )
    const auth = signIn({ ask: world.ask, fetch: world.fetch })
    const accounts = await Promise.all(['', '?tenant=2', '?tenant=3'].map((query) => auth.signIn(`${SERVER}${query}`)))
    expect(new Set(accounts.map(({ clientId }) => clientId)).size).toBe(1)
    expect(world.sentTo('/register')).toHaveLength(1)
  })

  it('anew when its secret has expired, or the issuer has forgotten it', async () => {
    const store = memoryCredentials()
    const world = createWorld({
      register: () => json({ client_id: 'c', client_secret: 's', client_secret_expires_at: 1 }, 201),
    })
    await expect((await open(world, { store })).client.listTools()).rejects.toMatchObject({
      problem: 'registration_refused',
    })
    const forgetful = createWorld({ token: () => json({ error: 'invalid_client' }, 401) })
    const { client, auth } = await open(forgetful)
    await expect(client.listTools()).rejects.toMatchObject({ problem: 'refused', error: 'invalid_client' })
    await expect(auth.signIn(SERVER)).rejects.toMatchObject({ problem: 'refused' })
    expect(forgetful.sentTo('/register')).toHaveLength(2)
  })

  // spec: registration-refusal, registration-refusal-told
  it('TC20: says clearly that it was refused, and does not try for ever', async () => {
    const world = createWorld({
      register: () => json({ error: 'invalid_redirect_uri', error_description: '<b>canary</b>' }, 400),
    })
    const { client } = await open(world)
    const error: unknown = await client.listTools().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ problem: 'registration_refused' })
    expect(String(error)).toContain('invalid_redirect_uri')
    expect(String(error)).not.toContain('canary')
    expect(world.sentTo('/register')).toHaveLength(1)
    expect(world.pages).toEqual([])
  })

  it.each([
    ['a name of 200 kB', { client_id: 'x'.repeat(200_000) }],
    ['a name with a line break', { client_id: 'canary\r\nx: y' }],
    ['a secret with a line break', { client_id: 'canary', client_secret: 'canary\n' }],
  ])('not by %s, which no address and no header can carry', async (_what, registered) => {
    const world = createWorld({ register: () => json(registered, 201) })
    const { client } = await open(world)
    await expect(client.listTools()).rejects.toMatchObject({ problem: 'registration_refused' })
    expect(world.pages).toEqual([])
  })

  it('TC12: and reads no more of a registration than it uses, however deep it is', async () => {
    const deep = `{"client_id":"deep","x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`
    const world = createWorld({ register: () => new Response(deep, { status: 201 }) })
    const { client } = await open(world)
    expect(await client.listTools()).toHaveLength(2)
  })

  // spec: registration-web, registration-type, registration-refusal
  it('TC20: as a web application where it comes back to one, and once as another kind when that is refused', async () => {
    const kinds: unknown[] = []
    const world = createWorld({
      register: (metadata) => {
        kinds.push(metadata['application_type'])
        return kinds.length === 1 ? json({ error: 'invalid_redirect_uri' }, 400) : undefined
      },
    })
    const callback = {
      redirectUri: 'https://app.example.com/callback',
      visit: async (page: URL) => world.visit(page),
      close: () => {},
    }
    await (await open(world, { ask: { open: async () => callback } })).client.listTools()
    expect(kinds).toEqual(['web', 'native'])
  })

  // spec: auth-client-id, registration-order
  it('not at all where no issuer lets it', async () => {
    const world = createWorld({ metadata: { registration_endpoint: undefined } })
    await expect((await open(world)).client.listTools()).rejects.toMatchObject({ problem: 'no_client' })
    expect(world.pages).toEqual([])
  })

  // spec: registration-document-url
  it.each([
    'http://client.example.com/metadata.json',
    'https://client.example.com',
    'https://client.example.com/',
    'nonsense',
  ])('by no document at %s', (metadataUrl) => {
    expect(() => signIn({ client: { metadataUrl } })).toThrow(TypeError)
  })
})

import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { connect } from '../../connect.ts'
import { createWorld, insufficient, ISSUER, json, SERVER, type World } from './fixtures/world.ts'
import { type CredentialStore, memoryCredentials, type PersonSignIn, signIn } from './index.ts'

const redirectUri = 'https://app.example.com/callback'

/** Each is another process: only the store is shared. */
const open = (world: World, store: CredentialStore, more = {}): PersonSignIn =>
  signIn({ fetch: world.fetch, store, ...more })

const call = async (world: World, auth: PersonSignIn): Promise<unknown> => {
  await using client = await connect(SERVER, { http: { auth, fetch: world.send } })
  return (await client.call('search')).content
}

describe('signing in by two steps', () => {
  it.each([[false], [true]])('is finished by another process than began it, with a bound token: %s', async (dpop) => {
    const bound = { token: () => json({ access_token: 'canary-access-bound', token_type: 'DPoP', expires_in: 3600 }) }
    const world = createWorld(dpop ? bound : {})
    const store = memoryCredentials()
    const { page, state, visit } = await open(world, store, { dpop }).begin(SERVER, { redirectUri })
    expect(page.origin).toBe(ISSUER)
    expect(page.searchParams.get('state')).toBe(state)
    expect(page.searchParams.get('redirect_uri')).toBe(redirectUri)
    const account = await open(world, store, { dpop }).finish(SERVER, visit, world.visit(page))
    expect(account).toMatchObject({ server: SERVER, issuer: ISSUER, isValid: true })
    expect(world.sentTo('/register')).toHaveLength(1)
    const [sent] = world.sentTo('/token')
    expect(sent?.headers['dpop'] === undefined).toBe(!dpop)
    expect(new URLSearchParams(sent?.body).get('redirect_uri')).toBe(redirectUri)
  })

  it('leaves who is signed in alone until it is finished, and asks for what a call was refused for', async () => {
    const world = createWorld(
      {},
      { gate: ({ scopes }) => (scopes.includes('write') ? undefined : insufficient('write')) },
    )
    const store = memoryCredentials()
    const auth = open(world, store)
    const first = await auth.begin(SERVER, { redirectUri, scopes: ['read'] })
    await auth.finish(SERVER, first.visit, world.visit(first.page))
    const refused = await call(world, auth).catch((error: unknown) => error)
    expect(refused).toMatchObject({ problem: 'needs_person', scopes: ['read', 'write'] })
    const more = await auth.begin(SERVER, { redirectUri, scopes: (refused as { scopes: string[] }).scopes })
    expect(await auth.whoami(SERVER)).toMatchObject({ scopes: ['read'] })
    await auth.finish(SERVER, more.visit, world.visit(more.page))
    expect(await call(world, auth)).toEqual([{ type: 'text', text: 'found' }])
  })

  it('does not count as asked what nobody was asked for', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const world = createWorld({}, { gate: () => insufficient('write') })
    const auth = open(world, memoryCredentials())
    const { visit, page } = await auth.begin(SERVER, { redirectUri, scopes: ['read'] })
    await auth.finish(SERVER, visit, world.visit(page))
    for (let minute = 0; minute < 4; minute++) {
      await expect(call(world, auth)).rejects.toMatchObject({ problem: 'needs_person' })
      vi.setSystemTime(Date.now() + 61_000)
    }
  })

  it.each([
    ['of another visit', 'state', 'other'],
    ['of another issuer', 'iss', 'https://evil.example.com'],
    ['without an issuer', 'iss', undefined],
    ['without a code', 'code', undefined],
  ])('refuses an answer %s, and tells nobody the code', async (_, name, value) => {
    const world = createWorld()
    const auth = open(world, memoryCredentials())
    const { page, visit } = await auth.begin(SERVER, { redirectUri })
    const back = world.visit(page)
    if (value === undefined) back.searchParams.delete(name)
    else back.searchParams.set(name, value)
    await expect(auth.finish(SERVER, visit, back)).rejects.toMatchObject({ problem: 'bad_callback' })
    expect(JSON.stringify(world.sent)).not.toContain('canary-code')
  })

  it('refuses another place, another server, another client, and what it cannot read', async () => {
    const world = createWorld()
    const auth = open(world, memoryCredentials())
    const { page, visit } = await auth.begin(SERVER, { redirectUri })
    const back = world.visit(page)
    const elsewhere = new URL(back.href.replace('app.', 'evil.'))
    const other = open(world, memoryCredentials(), { client: { registered: { id: 'other', issuer: ISSUER } } })
    const refused = { problem: 'bad_callback' }
    await expect(auth.finish(SERVER, visit, elsewhere)).rejects.toMatchObject(refused)
    await expect(auth.finish('https://other.example.com/mcp', visit, back)).rejects.toMatchObject(refused)
    await expect(other.finish(SERVER, visit, back)).rejects.toMatchObject(refused)
    await expect(auth.finish(SERVER, '{"v":2}', back)).rejects.toMatchObject(refused)
    await expect(auth.finish(SERVER, 'null', back)).rejects.toMatchObject(refused)
    expect(world.sentTo('/token')).toEqual([])
  })

  it.each(['javascript:alert(1)', 'http://login.example.com/authorize', 'https://127.0.0.1/authorize'])(
    'sends nobody to %s',
    async (endpoint) => {
      const world = createWorld({ metadata: { authorization_endpoint: endpoint } })
      const beginning = open(world, memoryCredentials()).begin(SERVER, { redirectUri })
      await expect(beginning).rejects.toMatchObject({ problem: 'forbidden_address' })
    },
  )

  it('keeps to its limits, and to addresses that nobody reads on the way', async () => {
    const world = createWorld()
    const plain = { redirectUri: 'http://app.example.com/callback' }
    await expect(open(world, memoryCredentials()).begin(SERVER, plain)).rejects.toThrow('redirectUri with https')
    const narrow = open(world, memoryCredentials(), { maxScopes: ['read'] })
    const { page } = await narrow.begin(SERVER, { redirectUri, scopes: ['read', 'write'] })
    expect(page.searchParams.get('scope')).toBe('read')
    await expect(narrow.begin('http://notes.example.com/mcp', { redirectUri })).rejects.toMatchObject({
      problem: 'forbidden_address',
    })
  })
})

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connect } from '../../connect.ts'
import { createWorld, insufficient, ISSUER, json, type KnownToken, SERVER, type World } from './fixtures/world.ts'
import { signIn, type SignInOptions, type StepUp } from './index.ts'

const PLACE = 'https://notes.example.com/.well-known/its-own-place'

type Fields = Readonly<Record<string, unknown>>

const nameOf = (message: Fields): unknown => (message['params'] as Fields)['name']

/** Reading wants `notes:read`, saving wants `notes:write` and says only that. */
const gate = (token: KnownToken, message: Fields): Response | undefined => {
  const needed = nameOf(message) === 'save' ? 'notes:write' : 'notes:read'
  return token.scopes.includes(needed) ? undefined : insufficient(needed)
}

const open = async (world: World, options: SignInOptions = {}) => {
  const auth = signIn({ ask: world.ask, fetch: world.fetch, ...options })
  const client = await connect(SERVER, { http: { auth, fetch: world.send } })
  return { auth, client }
}

const createNotes = (more: Parameters<typeof createWorld>[1] = {}) =>
  createWorld({}, { challenge: 'Bearer scope="notes:read"', gate, ...more })

const asked = (world: World) => world.pages.map(({ searchParams }) => searchParams.get('scope'))

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

describe('a server that wants more than was granted', () => {
  // spec: auth-step-up, auth-step-up-person, auth-scope-kept, auth-scope-authoritative
  it('TC15: is given it on top of what there was, without a refresh', async () => {
    const world = createNotes()
    const { client, auth } = await open(world)
    await client.call('search')
    await client.call('save')
    await client.call('search')
    expect(asked(world)).toEqual(['notes:read', 'notes:read notes:write'])
    expect(world.sentTo('/token').some(({ body }) => body.includes('refresh_token'))).toBe(false)
    expect((await auth.whoami(SERVER))?.scopes).toEqual(['notes:read', 'notes:write'])
  })

  it('TC15: is given it once for all calls that want it at a time, and the policy is asked once', async () => {
    const world = createNotes()
    const onStepUp = vi.fn((_stepUp: StepUp) => true)
    const { client } = await open(world, { onStepUp })
    await client.call('search')
    await Promise.all(Array.from({ length: 10 }, () => client.call('save')))
    expect(world.pages).toHaveLength(2)
    expect(onStepUp.mock.calls).toEqual([
      [
        {
          server: SERVER,
          operation: 'tools/call save',
          missing: ['notes:write'],
          scopes: ['notes:read', 'notes:write'],
        },
      ],
    ])
  })

  it('TC14: gets nothing beyond what the host allows, and nobody is asked', async () => {
    const world = createNotes()
    const { client } = await open(world, { maxScopes: ['notes:read'] })
    await client.call('search')
    await expect(client.call('save')).rejects.toMatchObject({ problem: 'beyond_limits', scopes: ['notes:write'] })
    expect(world.pages).toHaveLength(1)
    // What is allowed goes on.
    await client.call('search')
  })

  it('TC14: is asked for nothing beyond what the host allows, though the issuer once granted it', async () => {
    const world = createWorld(
      { grant: (scopes) => [...scopes, 'notes:admin'] },
      { challenge: 'Bearer scope="notes:read"', gate },
    )
    const { client } = await open(world, { maxScopes: ['notes:read', 'notes:write'] })
    await client.call('search')
    await client.call('save')
    expect(asked(world)).toEqual(['notes:read', 'notes:read notes:write'])
  })

  it('TC14: gets no scopes at all where it wants only what the host does not allow', async () => {
    const world = createNotes()
    const { client } = await open(world, { maxScopes: ['calendar:read'] })
    await expect(client.call('search')).rejects.toMatchObject({ problem: 'beyond_limits' })
    expect(world.pages).toEqual([])
    expect(world.tokens.size).toBe(0)
  })

  // spec: auth-step-up-tracked
  it('TC14: is refused by the policy, and not asked about again at once', async () => {
    const world = createNotes()
    const onStepUp = vi.fn(() => false)
    const { client } = await open(world, { onStepUp })
    await client.call('search')
    for (let calls = 0; calls < 5; calls++)
      await expect(client.call('save')).rejects.toMatchObject({ problem: 'denied' })
    expect(onStepUp).toHaveBeenCalledTimes(1)
    expect(world.pages).toHaveLength(1)
    await client.call('search')
  })

  it('TC14: is not asked about for ever when it wants the same again', async () => {
    const world = createNotes({
      gate: (_token, message) => (nameOf(message) === 'save' ? insufficient('notes:write') : undefined),
    })
    const { client } = await open(world)
    await client.call('search')
    for (let calls = 0; calls < 5; calls++)
      await expect(client.call('save')).rejects.toMatchObject({ code: 'insufficient_scope' })
    expect(world.pages).toHaveLength(2)
  })

  // spec: auth-step-up-limit, auth-step-up-tracked
  it('TC14: is not asked about for ever when the issuer grants less than was asked for', async () => {
    const world = createWorld({ grant: () => ['notes:read'] }, { challenge: 'Bearer scope="notes:read"', gate })
    const { client } = await open(world)
    await client.call('search')
    for (let calls = 0; calls < 5; calls++) await client.call('save').catch(() => {})
    expect(world.pages.length).toBeLessThanOrEqual(3)
    vi.setSystemTime(Date.now() + 11 * 60_000)
    await client.call('save').catch(() => {})
    expect(world.pages.length).toBeGreaterThan(3)
  })

  // spec: auth-step-up-limit
  it('TC14: is not asked about for ever when it wants something else each time', async () => {
    let next = 0
    const world = createNotes({
      gate: (_token, message) => (nameOf(message) === 'save' ? insufficient(`notes:${++next}`) : undefined),
    })
    const { client } = await open(world)
    await client.call('search')
    for (let calls = 0; calls < 10; calls++) await client.call('save').catch(() => {})
    expect(world.pages.length).toBeLessThanOrEqual(7)
    expect(world.tokens.size).toBe(world.pages.length)
  })

  it('TC14: is asked about again when the clock has been put back', async () => {
    let isDenied = true
    const world = createNotes()
    const { client } = await open(world, { onStepUp: () => !isDenied })
    await client.call('search')
    for (const problem of ['denied', 'denied', 'beyond_limits']) {
      await expect(client.call('save')).rejects.toMatchObject({ problem })
      vi.setSystemTime(Date.now() + 61_000)
    }
    isDenied = false
    vi.setSystemTime(Date.now() - 24 * 3_600_000)
    await client.call('save')
    expect(world.pages).toHaveLength(2)
  })

  it.each([
    ['names it', `, resource_metadata="${PLACE}"`],
    ['does not name it again', ''],
  ])('finds its description where the first challenge said, when it %s', async (_what, again) => {
    const forgotten = new Set<string>()
    const world = createNotes({
      challenge: `Bearer scope="notes:read", resource_metadata="${PLACE}"`,
      discovery: ({ href }) =>
        href === PLACE ? json({ resource: SERVER, authorization_servers: [ISSUER] }) : json({}, 404),
      gate: ({ scopes, text }) => {
        const headers = (rest: string) => ({ 'www-authenticate': `Bearer ${rest}${again}` })
        if (forgotten.has(text)) return new Response(null, { status: 401, headers: headers('error="invalid_token"') })
        if (scopes.includes('notes:write')) return undefined
        return new Response(null, {
          status: 403,
          headers: headers('error="insufficient_scope", scope="notes:write"'),
        })
      },
    })
    const { client } = await open(world)
    await client.call('save')
    expect(asked(world)).toEqual(['notes:read', 'notes:read notes:write'])
    for (const token of world.tokens.keys()) forgotten.add(token)
    await client.call('save')
    expect(world.sentTo('/token').at(-1)?.body).toContain('refresh_token')
  })

  it.each([
    ['gives no reason', 'Bearer'],
    ['gives another reason', 'Bearer error="invalid_token", scope="notes:write"'],
    ['names no scope', 'Bearer error="insufficient_scope"'],
    ['names no scheme of ours', 'Basic realm="notes"'],
  ])('is refused as it is when it %s', async (_what, header) => {
    const world = createNotes({
      gate: (_token, message) =>
        nameOf(message) === 'save'
          ? new Response(null, { status: 403, headers: { 'www-authenticate': header } })
          : undefined,
    })
    const { client } = await open(world)
    await client.call('search')
    await expect(client.call('save')).rejects.toMatchObject({ code: 'insufficient_scope' })
    expect(world.pages).toHaveLength(1)
  })
})

describe('the first scopes', () => {
  const first = async (
    challenge: string | undefined,
    metadata: Fields = {},
    options: SignInOptions = {},
    issuer: Fields = {},
  ) => {
    const world = createWorld({ metadata: issuer }, { ...(challenge !== undefined && { challenge }), metadata })
    const { client } = await open(world, options)
    await client.listTools()
    return asked(world)[0]
  }

  // spec: auth-scope-order, auth-scope-unrelated, auth-scope-least
  it('are those of the challenge, or else those that the server publishes, or else none', async () => {
    const metadata = { scopes_supported: ['a', 'b'] }
    expect(await first('Bearer scope="c"', metadata)).toBe('c')
    expect(await first(undefined, metadata)).toBe('a b')
    expect(await first(undefined)).toBeNull()
    const many = Array.from({ length: 1000 }, (_, at) => `s${at}`)
    expect((await first(undefined, { scopes_supported: many }))?.split(' ')).toHaveLength(256)
    expect(await first(undefined, metadata, { scopes: ['d'] })).toBe('d')
    expect(await first('Bearer scope="c"', metadata, { scopes: ['d'] })).toBe('d c')
  })

  it('include staying signed in where the issuer offers it, unless that is not wanted', async () => {
    const issuer = { scopes_supported: ['offline_access'] }
    expect(await first('Bearer scope="c"', {}, {}, issuer)).toBe('c offline_access')
    expect(await first('Bearer scope="c"', {}, { offline: false }, issuer)).toBe('c')
    expect(await first('Bearer scope="c"')).toBe('c')
  })
})

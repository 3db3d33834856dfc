import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import * as z from 'zod'
import { createWorld, ISSUER, json, SERVER } from '../../auth/client/fixtures/world.ts'
import { memoryCredentials } from '../../auth/client/index.ts'
import type { Handle } from '../../call/index.ts'
import { clients } from '../../cloudflare.ts'
import { connectHttp } from '../../http/index.ts'
import type { Send } from '../../http/send.ts'
import { createKeyRing, mcp } from '../../index.ts'
import { createSealer } from '../../vault/seal.ts'
import { playRole } from '../fixtures/object-state.ts'
import type { Reach } from './connection.ts'
import { type ClientsOptions, checkOptions } from './definition.ts'
import { createOwnerRole, type OwnerMethods } from './owner-role.ts'
import { type Packed, unpack } from './pack.ts'

const SECRET = 'a secret of forty characters, for tests.'

const quay = mcp({ name: 'quay', version: '1.0.0', keys: createKeyRing([SECRET]), cache: { ttl: 60_000 } })
const moor = quay.tool({
  description: 'Moor a ship.',
  effect: 'write',
  run: async (_, { ask }) => {
    const { ship } = await ask('ship', { message: 'Which?', answer: z.object({ ship: z.string() }) })
    return ship
  },
})
const server = quay.server({ tools: { moor } })
const ANSWER = { ship: { action: 'accept', content: { ship: 'Storm' } } } as const

/** An owner's object, with servers that are reached as a test wants. */
function open(answer: Handle, options: Partial<ClientsOptions> = {}, reach: Reach = () => answer) {
  const checked = checkOptions({
    binding: 'HAWSER',
    secret: SECRET,
    callback: 'https://app.example.com/callback',
    servers: { quay: { url: 'https://quay.example.com/mcp' } },
    ...options,
  })
  const played = playRole(
    createOwnerRole({ checked, sealer: createSealer([SECRET]), reach, shared: memoryCredentials() }),
    'clients:ada',
  )
  let role = played.start()
  return {
    played,
    role: () => role,
    wakeUp: () => void (role = played.start()),
    ask: async <K extends keyof OwnerMethods>(method: K, ...args: Parameters<OwnerMethods[K]>) =>
      unpack((await role.methods![method]!(...(args as never[]))) as Packed<Awaited<ReturnType<OwnerMethods[K]>>>),
  }
}
const call = { method: 'tools/call', params: { name: 'moor', arguments: {} }, about: 'moor' } as const

describe('an owner’s object', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('asks for a list again when its time is over, and offers the old one when that takes long', async () => {
    let lists = 0
    let until: Promise<void> = Promise.resolve()
    const { ask, wakeUp } = open(async (each) => {
      if (each.method === 'tools/list') lists++
      await until
      return server.handle(each)
    })
    expect(await ask('tools')).toMatchObject([{ server: 'quay', name: 'moor' }])
    vi.setSystemTime(Date.now() + 59_000)
    wakeUp()
    expect([await ask('tools'), lists]).toMatchObject([[{ name: 'moor' }], 1])
    const slow = Promise.withResolvers<void>()
    until = slow.promise
    vi.setSystemTime(Date.now() + 2_000)
    const old = ask('tools')
    await vi.advanceTimersByTimeAsync(1_999)
    const others = ask('tools')
    await vi.advanceTimersByTimeAsync(2_001)
    expect([await old, await others, lists]).toMatchObject([[{ name: 'moor' }], [{ name: 'moor' }], 2])
    slow.resolve()
    await vi.advanceTimersByTimeAsync(0)
    expect([await ask('tools'), lists]).toMatchObject([[{ name: 'moor' }], 2])
  })

  it('says of a server that does not answer that it does not, and waits no longer than that', async () => {
    const { ask } = open(() => new Promise(() => {}))
    const all = ask('servers')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await all).toEqual([
      {
        name: 'quay',
        url: 'https://quay.example.com/mcp',
        state: 'failed',
        reason: 'It has not answered yet.',
        isAdded: false,
      },
    ])
    // And does not wait for it again at once.
    expect(await ask('tools')).toEqual([])
  })

  it('keeps what was offered while a server fails, and leaves out what is no tool', async () => {
    let isDown = false
    const { ask } = open(async (each) => {
      if (isDown) throw new Error('down')
      const reply = await server.handle(each)
      return 'tools' in reply ? ({ ...reply, tools: [null, 7, {}, ...reply.tools] } as never) : reply
    })
    expect(await ask('tools')).toHaveLength(1)
    isDown = true
    vi.setSystemTime(Date.now() + 61_000)
    expect(await ask('servers')).toMatchObject([{ state: 'failed', reason: 'down' }])
    expect(await ask('tools')).toHaveLength(1)
    isDown = false
    vi.setSystemTime(Date.now() + 31_000)
    expect(await ask('servers')).toMatchObject([{ state: 'ready' }])
  })

  it('forgets what is over by an alarm, which may come early and twice', async () => {
    const { ask, role } = open(server.handle, { keep: 60_000 })
    expect(role().nextWake?.()).toBeUndefined()
    await ask('send', 'quay', call)
    const at = role().nextWake?.() ?? 0
    expect(at).toBe(Date.now() + 60_000)
    await role().wake?.(at - 1)
    expect(role().nextWake?.()).toBe(at)
    vi.setSystemTime(at)
    expect(await ask('waiting')).toEqual([])
    await role().wake?.(at)
    await role().wake?.(at)
    expect(role().nextWake?.()).toBeUndefined()
  })

  it('calls nothing that it could not note before', async () => {
    let calls = 0
    const { ask, played, wakeUp } = open((each) => {
      if (each.method === 'tools/call') calls++
      return server.handle(each)
    })
    const outcome = await ask('send', 'quay', call)
    if (!('pending' in outcome)) throw new Error('Expected a question.')
    const { id } = outcome.pending
    played.isFull = true
    await expect(ask('answer', id, ANSWER)).rejects.toThrow('disk full')
    expect(calls).toBe(1)
    played.isFull = false
    wakeUp()
    expect(await ask('answer', id, ANSWER)).toMatchObject({ result: { content: [{ text: 'Storm' }] } })
    expect(calls).toBe(2)
  })

  it('calls nothing twice when it left the memory in the middle of an answer', async () => {
    let calls = 0
    let until: Promise<void> = Promise.resolve()
    const { ask, wakeUp } = open(async (each) => {
      if (each.method === 'tools/call') calls++
      await until
      return server.handle(each)
    })
    const outcome = await ask('send', 'quay', call)
    if (!('pending' in outcome)) throw new Error('Expected a question.')
    until = new Promise(() => {})
    void ask('answer', outcome.pending.id, ANSWER)
    await vi.advanceTimersByTimeAsync(0)
    wakeUp()
    await expect(ask('answer', outcome.pending.id, ANSWER)).rejects.toMatchObject({ problem: 'answered' })
    expect(calls).toBe(2)
  })

  it('renews a token that has expired once for all calls, and signs nobody in again', async () => {
    const world = createWorld({}, { metadata: { scopes_supported: ['read'] } })
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => world.send(new Request(url, init)))
    onTestFinished(() => void vi.unstubAllGlobals())
    const { ask, wakeUp } = open(server.handle, { servers: { notes: { url: SERVER } } }, (url, { http }) =>
      connectHttp(url, http),
    )
    const page = new URL(await ask('signIn', 'notes', 'https://app.example.com/', undefined))
    expect(await ask('finish', world.visit(page).href, undefined)).toBe('https://app.example.com/')
    const search = { method: 'tools/call', params: { name: 'search', arguments: {} }, about: 'search' } as const
    for (const round of [1, 2]) {
      vi.setSystemTime(Date.now() + 3_600_000)
      if (round === 2) wakeUp()
      const all = await Promise.all([1, 2, 3].map(() => ask('send', 'notes', search)))
      expect(all).toMatchObject(Array.from({ length: 3 }, () => ({ result: { content: [{ text: 'found' }] } })))
      expect(world.sentTo('/token')).toHaveLength(1 + round)
    }
    expect(world.pages).toHaveLength(1)
  })

  it('says who signed in, where the issuer says it', async () => {
    const claims = {
      sub: 'ada',
      email: 'ada@example.com',
      iss: ISSUER,
      aud: 'app',
      iat: 0,
      exp: Number.MAX_SAFE_INTEGER,
    }
    const encode = (part: object): string => btoa(JSON.stringify(part)).replaceAll('=', '')
    const idToken = [{ alg: 'RS256' }, { ...claims, iat: Math.floor(Date.now() / 1000) }].map(encode).join('.')
    const token = { access_token: 'canary', token_type: 'Bearer', expires_in: 3600, id_token: `${idToken}.AAAA` }
    const world = createWorld({ token: () => json(token) }, { metadata: { scopes_supported: ['read'] } })
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => world.send(new Request(url, init)))
    onTestFinished(() => void vi.unstubAllGlobals())
    const registered = { id: 'app', issuer: ISSUER }
    const servers = { notes: { url: SERVER, client: { registered } } }
    const { ask } = open(server.handle, { servers }, (url, { http }) => connectHttp(url, http))
    const page = new URL(await ask('signIn', 'notes', 'https://app.example.com/', undefined))
    await ask('finish', world.visit(page).href, undefined)
    expect(await ask('servers')).toMatchObject([{ name: 'notes', account: 'ada@example.com' }])
  })

  it('registers anew where a visit led to nothing, once a day', async () => {
    const world = createWorld({}, { metadata: { scopes_supported: ['read'] } })
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => world.send(new Request(url, init)))
    onTestFinished(() => void vi.unstubAllGlobals())
    const { ask } = open(server.handle, { maxAdded: 1 }, (url, { http }) => connectHttp(url, http))
    await ask('add', 'mine', SERVER)
    const begin = () => ask('signIn', 'mine', 'https://app.example.com/', undefined)
    const registered: number[] = []
    for (const wait of [0, 60_000, 86_400_000, 60_000]) {
      vi.setSystemTime(Date.now() + wait)
      await begin()
      registered.push(world.sentTo('/register').length)
    }
    expect(registered).toEqual([1, 1, 2, 2])
    const forged = new URL(await begin())
    forged.search = `?code=forged&state=${forged.searchParams.get('state')}&iss=https://evil.example.com`
    forged.host = 'app.example.com'
    forged.pathname = '/callback'
    await expect(ask('finish', forged.href, undefined)).rejects.toMatchObject({ problem: 'bad_callback' })
    await begin()
    expect(world.sentTo('/register')).toHaveLength(2)
  })

  it('signs nobody in where the application is known by itself', async () => {
    const http = { auth: { authorize: (send: Send) => send } }
    const { ask } = open(server.handle, { servers: { quay: { url: 'https://quay.example.com/mcp', http } } })
    await expect(ask('signIn', 'quay', '/', undefined)).rejects.toThrow('Nobody signs in at "quay"')
  })

  it('does not go on with a tool that is no longer to be used', async () => {
    const { ask } = open(server.handle, { servers: { quay: { url: 'https://quay.example.com/mcp', tools: [] } } })
    await expect(ask('send', 'quay', call)).rejects.toThrow('is not to be used')
    expect(await ask('tools')).toEqual([])
  })

  it('does not note a list that was asked for before somebody signed out', async () => {
    const slow = Promise.withResolvers<void>()
    const { ask } = open(async (each) => {
      if (each.method === 'tools/list') await slow.promise
      return server.handle(each)
    })
    const listing = ask('tools')
    await vi.advanceTimersByTimeAsync(0)
    await ask('signOut', 'quay')
    slow.resolve()
    expect(await listing).toEqual([])
  })
})

describe('clients({ … })', () => {
  it.each([
    ['callback', { callback: 'http://app.example.com/callback' }, 'with https'],
    ['callback', { callback: '/callback' }, 'with https'],
    ['keep', { keep: 0 }, 'keep must be more than 0'],
    ['maxAdded', { maxAdded: -1 }, 'maxAdded must be a whole number'],
    ['servers', { servers: { Quay: { url: 'https://quay.example.com' } } }, 'small letters'],
    ['servers', { servers: { quay: { url: 'http://quay.example.com' } } }, 'needs a URL with https'],
    ['servers', { servers: { quay: { url: 'https://a:b@quay.example.com' } } }, 'without credentials'],
    ['client', { client: { metadataUrl: 'http://app.example.com/client' } }, 'metadataUrl'],
  ])('takes no such %s', (_, wrong, why) => {
    expect(() => open(server.handle, wrong)).toThrow(why)
  })

  it('loads elsewhere, knows the names of its servers, and says where it works', async () => {
    const host = clients({
      binding: 'HAWSER',
      secret: SECRET,
      callback: 'https://app.example.com/callback',
      servers: { quay: { url: 'https://quay.example.com/mcp' } },
    })
    await expect(host.of('ada').call('quay', 'moor')).rejects.toThrow('needs the Workers runtime')
    // @ts-expect-error There is no such server.
    await expect(host.of('ada').call('key', 'moor')).rejects.toThrow('needs the Workers runtime')
    expect(() => clients({ binding: 'HAWSER', secret: 'short', callback: 'https://a.example/', servers: {} })).toThrow(
      'secrets of 32 bytes',
    )
  })
})

import { request } from 'node:http'
import type { Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connect } from '../testing/index.ts'
import { type Interceptor, mcp } from '../index.ts'
import { listen } from '../node/index.ts'
import { protectedResource } from '../auth/index.ts'
import { callTool, properHeaders } from '../http/fixtures/cases.ts'
import { bundle, COMPATIBILITY, startWorkers } from './fixtures/start-workers.ts'
import { worker } from './index.ts'

const HOST = 'notes.example.com'

describe('worker()', () => {
  let miniflare: Miniflare
  let origin: string

  interface Account {
    readonly url: string
    readonly env: unknown
    readonly logged: readonly string[]
    readonly records: readonly string[]
  }
  const account = async (): Promise<Account> =>
    (await (await miniflare.dispatchFetch(`https://${HOST}/authorize`)).json()) as Account
  /** The status of a call that is made under a name; `fetch` would not let it be chosen. */
  const post = (host: string, path: string, headers: Record<string, string> = {}, tool = 'hello'): Promise<number> => {
    const body = callTool(tool)
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    request(`${origin}${path}`, { method: 'POST', agent: false, headers: { ...properHeaders(body), host, ...headers } })
      .on('response', (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0)))
      .on('error', reject)
      .end(body)
    return promise
  }

  beforeAll(async () => {
    const script = await bundle('plain-worker.ts')
    const options = { modules: true, script, bindings: { GREETING: 'hi' }, ...COMPATIBILITY } as const
    ;({ miniflare, origin } = await startWorkers(options))
  })
  afterAll(() => miniflare?.dispose())

  it('serves the endpoint at the path of its resource, and nothing else', async () => {
    await using client = await connect(`${origin}/mcp`)
    expect(await client.request('tools/call', { name: 'hello' })).toMatchObject({ content: [{ text: 'hello' }] })
    expect(await post(HOST, '/mcp')).toBe(200)
    expect(await post(HOST, '/mcp/')).toBe(404)
    expect(await post(HOST, '/')).toBe(404)
  })

  it('serves what clients need to sign in', async () => {
    const found = await miniflare.dispatchFetch(`https://${HOST}/.well-known/oauth-protected-resource/mcp`)
    expect(await found.json()).toMatchObject({ resource: `https://${HOST}/mcp` })
    const missing = await miniflare.dispatchFetch(`https://${HOST}/.well-known/openid-configuration`)
    expect([missing.status, await missing.text()]).toEqual([404, ''])
  })

  it('hands other paths to what is beside, with what the runtime gives', async () => {
    expect(await account()).toMatchObject({ url: `https://${HOST}/authorize`, env: { GREETING: 'hi' } })
  })

  it('finishes what calls leave to be done after their answer', async () => {
    await post(HOST, '/mcp', {}, 'bye')
    await vi.waitFor(async () => expect((await account()).records).toEqual(expect.arrayContaining(['op.outcome bye'])))
  })

  it('finishes what requests leave that never became calls', async () => {
    expect(await post(HOST, '/mcp', { authorization: 'Bearer nothing' })).toBe(401)
    await vi.waitFor(async () => expect((await account()).records).toContain('authz.decision request'))
  })

  it('answers to the name of its resource, and says once why it refuses others', async () => {
    expect(await post('notes.ada.workers.dev', '/mcp')).toBe(403)
    expect(await post('notes.ada.workers.dev', '/mcp')).toBe(403)
    expect(await post(HOST, '/mcp', { origin: 'https://evil.example' })).toBe(403)
    expect(await post(HOST, '/mcp', { origin: `https://${HOST}` })).toBe(200)
    expect((await account()).logged.filter((message) => message.includes('refused'))).toEqual([
      `Requests for notes.ada.workers.dev are refused, since tokens are for https://${HOST}/mcp. Set \`resource\` to the URL that clients use, or \`allowedHosts\`.`,
    ])
  })
})

describe('Workers that are bound to one', () => {
  it('reach its endpoint, and nothing behind that', async () => {
    const script = `export default { fetch: async (request, { TARGET }) => {
      const call = { method: 'tools/list', params: {}, principal: { subject: 'ada', scopes: new Set() } }
      const ways = {
        server: () => TARGET.server.handle(call),
        handle: () => TARGET.handle(call),
        receive: () => TARGET.receive('tools/list', {}, {}),
        served: () => TARGET['hawser.served'].handle(call),
        fetch: () => TARGET.fetch(new Request('https://${HOST}/none')),
      }
      const tried = Object.entries(ways).map(async ([name, go]) => [name, await go().then(() => true, () => false)])
      return Response.json(Object.fromEntries(await Promise.all(tried)))
    } }`
    const shared = { modules: true, ...COMPATIBILITY } as const
    const { miniflare } = await startWorkers({
      workers: [
        { ...shared, name: 'caller', script, serviceBindings: { TARGET: 'target' } },
        { ...shared, name: 'target', script: await bundle('plain-worker.ts') },
      ],
    })
    try {
      const reached = await (await miniflare.dispatchFetch('https://caller.example.com')).json()
      expect(reached).toEqual({ server: false, handle: false, receive: false, served: false, fetch: true })
    } finally {
      await miniflare.dispose()
    }
  })
})

describe('the bindings of what a server offers', () => {
  it('let mounts in when the module loads, here and at the end of a wire, for one call as for many', async () => {
    // What it lists is asked for anew, by one request after the other.
    const { tool, server } = mcp({ name: 'far', version: '1.0.0', cache: { ttl: 1 }, log: () => {} })
    const sound = tool({ description: 'Sound.', effect: 'read', run: () => 'from afar' })
    let lists = 0
    const count: Interceptor = (next) => (call) => {
      if (call.method === 'tools/list') lists++
      return next(call)
    }
    await using far = await listen(server({ tools: { sound }, use: [count] }), { port: 0 })
    const script = await bundle('bound-worker.ts')
    const bindings = { GREETING: 'hi', FAR: far.url }
    const { miniflare, origin } = await startWorkers({ modules: true, script, bindings, ...COMPATIBILITY })
    try {
      for (let round = 0; round < 2; round++) {
        await using client = await connect(`${origin}/mcp`)
        const names = (await client.listTools()).map(({ name }) => name)
        expect(names.toSorted()).toEqual(['far_sound', 'greet', 'inner_count'])
        expect(lists).toBeGreaterThan(round)
        const called = await Promise.all(
          Array.from({ length: 8 }, (_, index) => client.call(index % 2 === 0 ? 'far_sound' : 'inner_count')),
        )
        expect(called.map(({ content }) => content)).toMatchObject(
          called.map((__, index) => [{ text: index % 2 === 0 ? 'from afar' : 'db' }]),
        )
      }
    } finally {
      await miniflare.dispose()
    }
  })

  it('are handed to what names them, and missed when the Worker loads', async () => {
    const script = await bundle('bound-worker.ts')
    const { miniflare, origin } = await startWorkers({
      modules: true,
      script,
      bindings: { GREETING: 'hi', SECRET: 'hush' },
      ...COMPATIBILITY,
    })
    try {
      await using client = await connect(`${origin}/mcp`)
      expect(await client.call('greet')).toMatchObject({ content: [{ text: 'hi ["GREETING"]' }] })
      expect(await client.read('card://ada')).toMatchObject({ contents: [{ text: 'hi, ada' }] })
      const lack =
        'needs the binding DB, which this Worker does not have. It has: GREETING, SECRET. Add it to wrangler.jsonc, or take it out of `bindings`.'
      expect(await (await miniflare.dispatchFetch(`${origin}/missing`)).json()).toEqual([
        `The tool "count" ${lack}`,
        `The resource "rows" ${lack}`,
        `The prompt "ask" ${lack}`,
        'The tool "count" needs the binding DB, which the mount "inner" is not given. It has: GREETING. Give it: mount(server, { env: { … } }).',
        'nothing',
      ])
    } finally {
      await miniflare.dispose()
    }
  })
})

describe('what a Queue brings', () => {
  const server = mcp({ name: 'notes', version: '1.0.0' }).server({})
  const context = { waitUntil: () => {} }
  const batch = (queue: string) => ({ queue, messages: [] })

  it('goes to the consumer of that name, and is missed where there is none', async () => {
    const brought: string[] = []
    const mail = { queue: async ({ queue }: { readonly queue: string }) => void brought.push(queue) }
    const { queue } = worker(server, { queues: { mail } })
    await queue(batch('mail'), {}, context)
    expect(brought).toEqual(['mail'])
    await expect(queue(batch('toString'), {}, context)).rejects.toThrow(
      'worker({ queues }) has nobody for the Queue "toString", only for: mail.',
    )
    await expect(worker(server).queue(batch('mail'), {}, context)).rejects.toThrow('only for: none.')
  })
})

describe('what worker() refuses to load', () => {
  const auth = protectedResource({ resource: `https://${HOST}/mcp`, issuer: 'https://login.example.com' })
  const server = mcp({ name: 'notes', version: '1.0.0', auth }).server({})
  const beside = { handles: (path: string) => path === '/mcp', fetch: () => new Response() }

  it.each([
    ['a path that is none', { path: 'mcp' }, 'worker({ path }) begins with a slash, as "/mcp"; got "mcp".'],
    [
      'another path than that of the resource',
      { path: '/' },
      `the resource https://${HOST}/mcp, which clients and tokens name.`,
    ],
    ['a path that something else answers', { beside }, 'worker({ beside }) answers /mcp itself'],
    ['hosts that are none', { allowedHosts: ['https://x'] }, 'allowedHosts'],
  ])('%s', (_, options, message) => {
    expect(() => worker(server, options)).toThrow(message)
  })
})

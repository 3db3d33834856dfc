import { describe, expect, it, vi } from 'vitest'
import { type Handle, isCallOf, memoryChanges, mcp } from '../index.ts'
import { ProtocolError } from '../call/index.ts'
import { combine, mount, prefix } from '../compose.ts'
import type { CacheHint, PromptListing, Resource, ResourceTemplate, ToolListing } from '../protocol/index.ts'
import { connect } from '../testing/index.ts'
import { createDesk, createShop } from './fixtures/shop.ts'

interface Offer {
  readonly tools?: readonly unknown[]
  readonly prompts?: readonly unknown[]
  readonly resources?: readonly unknown[]
  readonly templates?: readonly unknown[]
}

/** A server that lists what it is told to, counting how often it is asked. */
const listing = (offer: () => Offer, hint: Partial<CacheHint> = { ttlMs: 60_000, cacheScope: 'public' }) => {
  const asked: string[] = []
  const handle: Handle = async (call) => {
    asked.push(call.method)
    const { tools, prompts, resources, templates } = offer()
    if (isCallOf(call, 'server/discover'))
      return { supportedVersions: [], capabilities: { tools: {}, resources: {}, prompts: {} }, ...hint } as never
    if (isCallOf(call, 'tools/list') && tools) return { tools: tools as ToolListing[], ...hint } as never
    if (isCallOf(call, 'prompts/list') && prompts) return { prompts: prompts as PromptListing[], ...hint } as never
    if (isCallOf(call, 'resources/list') && resources) return { resources: resources as Resource[], ...hint } as never
    if (isCallOf(call, 'resources/templates/list') && templates)
      return { resourceTemplates: templates as ResourceTemplate[], ...hint } as never
    if (isCallOf(call, 'resources/read'))
      return { contents: [{ uri: call.params.uri, text: JSON.stringify(offer()).slice(0, 40) }], ...hint } as never
    throw new ProtocolError('method_not_found', 'no')
  }
  return { handle, asked }
}
const tool = (name: unknown, more = {}) => ({ name, inputSchema: { type: 'object' }, ...more })
const down: Handle = async () => {
  throw new Error('down')
}

describe('the lists of a server with mounts', () => {
  it('hold what all of them list, in pages, under names that tell them apart', async () => {
    const { desk, hello, map } = createDesk()
    const server = desk.server({
      tools: { hello },
      resources: { map },
      mounts: { shop: mount(createShop()), twin: mount(createShop(), { prefix: 't' }) },
    })
    await using client = await connect(server)
    expect((await client.listTools()).map(({ name }) => name)).toEqual([
      'hello',
      ...['shop', 't'].flatMap((at) =>
        ['price', 'order', 'sell', 'who', 'wait', 'region'].map((name) => `${at}_${name}`),
      ),
    ])
    expect((await client.listPrompts()).map(({ name }) => name)).toEqual(['shop_praise', 't_praise'])
    expect((await client.listResources()).map(({ uri, name }) => [uri, name])).toEqual([
      ['desk://map', 'map'],
      ['shop://terms', 'shop_terms'],
    ])
    expect((await client.listResourceTemplates()).map(({ uriTemplate, name }) => [uriTemplate, name])).toEqual([
      ['shop://things/{name}', 'shop_thing'],
    ])
    expect(await client.resources.shop_thing({ name: 'lamp' })).toBe('A lamp.')
  })

  it('come in pages of this server, each once', async () => {
    const small = mcp({ name: 'small', version: '1', pageSize: 2, log: () => {} })
    const entries = Array.from({ length: 5 }, (_, at) => ({ uri: `x://${at}`, name: `n${at}` }))
    const many = listing(() => ({ tools: ['a', 'b', 'c', 'd', 'e'].map((name) => tool(name)), resources: entries }))
    await using client = await connect(small.server({ mounts: { m: mount(many.handle) } }))
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['m_a', 'm_b', 'm_c', 'm_d', 'm_e'])
    expect(await client.listResources()).toHaveLength(5)
    expect(client.trace.filter(({ method }) => method === 'tools/list')).toHaveLength(3)
  })

  it('are asked for once while they are fresh, and are as private as their most private part', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const { desk } = createDesk()
      const open = listing(() => ({ tools: [tool('a')] }))
      const closed = listing(() => ({ tools: [tool('b')] }), { ttlMs: 10_000, cacheScope: 'private' })
      await using client = await connect(desk.server({ mounts: { m: mount(open.handle), n: mount(closed.handle) } }))
      const list = () => client.request('tools/list', {})
      expect(await list()).toMatchObject({ ttlMs: 10_000, cacheScope: 'private' })
      vi.advanceTimersByTime(4_000)
      expect(await list()).toMatchObject({ ttlMs: 6_000 })
      expect(closed.asked).toEqual(['tools/list'])
      vi.advanceTimersByTime(7_000)
      expect(await list()).toMatchObject({ ttlMs: 10_000 })
      expect(closed.asked).toEqual(['tools/list', 'tools/list'])
      expect(open.asked).toEqual(['tools/list'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('promise nothing where the mounted server promised nothing', async () => {
    const { desk } = createDesk()
    const silent = listing(() => ({ tools: [tool('a')] }), {})
    await using client = await connect(desk.server({ mounts: { m: mount(silent.handle) } }))
    expect(await client.request('tools/list', {})).toMatchObject({ ttlMs: 0, cacheScope: 'private' })
  })

  it('are complete but for a server that is down, which is told to the operator and not kept', async () => {
    const { desk, entries } = createDesk()
    await using client = await connect(
      desk.server({ mounts: { dead: mount(down), m: mount(listing(() => ({ tools: [tool('a')] })).handle) } }),
    )
    expect(await client.request('tools/list', {})).toMatchObject({ tools: [{ name: 'm_a' }], ttlMs: 0 })
    await client.listTools()
    expect(entries.map(({ message }) => message)).toEqual([
      'The server mounted as "dead" cannot be asked what it offers.',
    ])
    await expect(client.call('dead_x')).rejects.toMatchObject({ message: 'Unknown tool: dead_x' })
  })

  it('wait once for a server that hangs, and show it when it is back', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
    try {
      const { desk } = createDesk()
      let isUp = false
      const { handle: answer } = listing(() => ({ tools: [tool('a')] }))
      const hanging: Handle = (call) => (isUp ? answer(call) : new Promise(() => {}))
      await using client = await connect(desk.server({ mounts: { h: mount(hanging) } }), { timeout: 100_000 })
      const names = async () => (await client.listTools()).map(({ name }) => name)
      const first = names()
      await vi.advanceTimersByTimeAsync(10_100)
      expect(await first).toEqual([])
      isUp = true
      await vi.advanceTimersByTimeAsync(5_100)
      expect(await names()).toEqual([])
      expect(await names()).toEqual(['h_a'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('are asked for again when a name is not in them, but not for every name that somebody makes up', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const { desk } = createDesk()
      const offer = { tools: [tool('a')] }
      const growing = listing(() => offer)
      await using client = await connect(desk.server({ mounts: { m: mount(growing.handle) } }))
      await client.listTools()
      offer.tools.push(tool('b'))
      for (const name of ['m_b', 'x', 'y', 'z']) await client.call(name).catch(() => {})
      expect(growing.asked).toEqual(['tools/list'])
      vi.advanceTimersByTime(6_000)
      for (const name of ['x', 'y', 'm_b']) await client.call(name).catch(() => {})
      expect(growing.asked).toEqual(['tools/list', 'tools/list', 'tools/call'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('leave out what clients could confuse or not use, and say so once', async () => {
    const { desk, hello, entries } = createDesk()
    const odd = listing(() => ({
      tools: [
        tool('a-b'),
        tool('a_b'),
        tool('A.B'),
        tool('sеnd'),
        tool('a'.repeat(128)),
        tool(7),
        tool('no_schema', { inputSchema: [] }),
        tool('bad_header', {
          inputSchema: { type: 'object', properties: { a: { type: 'object', 'x-mcp-header': 'A' } } },
        }),
        tool('big', { description: 'x'.repeat(300_000) }),
        tool('__proto__'),
        'text',
      ],
      prompts: [{ name: 'приvet' }, { name: 'привет' }, { name: 'a\u202Eb' }],
      resources: [
        { uri: 'desk://map', name: 'map' },
        { uri: 'x://1', name: 'one' },
        { uri: 'x://1', name: 'again' },
        { uri: 5, name: 'x' },
      ],
      templates: [
        { uriTemplate: 'x://{a}{b}', name: 'vague' },
        { uriTemplate: 'x://{', name: 'broken' },
        { uriTemplate: 'x://f/{a}', name: 'good' },
      ],
    }))
    const { map } = createDesk()
    await using client = await connect(
      desk.server({ tools: { hello }, resources: { map }, mounts: { m: mount(odd.handle) } }),
    )
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['hello', 'm_a-b', 'm___proto__'])
    expect((await client.listPrompts()).map(({ name }) => name)).toEqual(['m_привет'])
    expect((await client.listResources()).map(({ uri }) => uri)).toEqual(['desk://map', 'x://1'])
    expect((await client.listResourceTemplates()).map(({ uriTemplate }) => uriTemplate)).toEqual(['x://f/{a}'])
    const before = entries.length
    expect(entries.map(({ message }) => message).filter((message) => message.includes('"a_b"'))).toEqual([
      'The server mounted as "m" lists the tool "a_b", which is left out: clients could take it for "m_a-b".',
    ])
    await client.listTools()
    expect(entries).toHaveLength(before)
    await expect(client.call('m_a_b')).rejects.toMatchObject({ code: 'invalid_params' })
  })

  it('are whole although a mounted server gives its tools names that are no text', async () => {
    const { desk, hello } = createDesk()
    const odd = listing(() => ({
      tools: [tool(7), tool({ toString: 1 }), tool(undefined), tool('fine')],
      prompts: [{}, { name: null }],
    }))
    const mounts = { bare: mount(odd.handle, { prefix: '' }), m: mount(odd.handle) }
    await using client = await connect(desk.server({ tools: { hello }, mounts }))
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['hello', 'fine', 'm_fine'])
    expect(await client.listPrompts()).toEqual([])
  })

  it('leave the names of a mount to it, whatever another one lists and whether or not it answers', async () => {
    const { desk, hello, entries } = createDesk()
    const greedy = listing(() => ({ tools: [tool('admin_delete'), tool('search')] }))
    const mounts = { gh: mount(greedy.handle), gh_admin: mount(down) }
    await using client = await connect(desk.server({ tools: { hello }, mounts }))
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['hello', 'gh_search'])
    expect(entries.map(({ message }) => message).join()).toContain('those of the mount "gh_admin"')
  })

  it('wait for all pages of a slow server no longer than for one', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
    try {
      const { desk } = createDesk()
      let page = 0
      const slow: Handle = async () => {
        await new Promise((resolve) => setTimeout(resolve, 900))
        return { tools: [tool(`t${++page}`)], nextCursor: `${page}`, ttlMs: 0, cacheScope: 'public' } as never
      }
      const mounts = { s: mount(slow), m: mount(listing(() => ({ tools: [tool('a')] })).handle) }
      await using client = await connect(desk.server({ mounts }), { timeout: 100_000 })
      const listed = client.listTools()
      await vi.advanceTimersByTimeAsync(10_000)
      expect((await listed).map(({ name }) => name)).toEqual(['m_a'])
      expect(page).toBe(11)
    } finally {
      vi.useRealTimers()
    }
  })

  it('are whole although a mounted server tells another one each time', async () => {
    const small = mcp({ name: 'small', version: '1', pageSize: 2, log: () => {} })
    let time = 0
    const fickle = listing(
      () => ({
        tools: [1, 2, 3, 4, 5].map((at) => tool(`t${at}_${time}`)),
        resources: [1, 2, 3].map((at) => ({ uri: `x://${at}/${time}`, name: `n${at}` })),
      }),
      { ttlMs: 0, cacheScope: 'public' },
    )
    const handle: Handle = (call) => {
      time++
      return fickle.handle(call)
    }
    await using client = await connect(small.server({ mounts: { f: mount(handle) } }))
    expect((await client.listTools()).map(({ name }) => name)).toEqual([1, 2, 3, 4, 5].map((at) => `f_t${at}_1`))
    expect(await client.listResources()).toHaveLength(3)
    // A page is no reason to ask for the list again.
    expect(fickle.asked).toEqual(['tools/list', 'resources/list'])
  })

  it('have an end where a server mounts itself', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
    try {
      const { desk, hello } = createDesk()
      let asked = 0
      const itself: Handle = (call) => {
        asked++
        return server.handle(call)
      }
      const server: { readonly handle: Handle } = desk.server({ tools: { hello }, mounts: { me: mount(itself) } })
      await using client = await connect(server as never, { timeout: 100_000 })
      const listed = client.listTools()
      await vi.advanceTimersByTimeAsync(10_100)
      expect((await listed).map(({ name }) => name)).toEqual(['hello'])
      expect(asked).toBe(1)
    } finally {
      vi.useRealTimers()
    }
  })

  it('end even if those of a mounted server do not', async () => {
    const { desk, entries } = createDesk()
    let page = 0
    const endless: Handle = async () =>
      ({ tools: [], nextCursor: `${++page}`, ttlMs: 0, cacheScope: 'public' }) as never
    const huge = listing(() => ({ tools: Array.from({ length: 10_001 }, (_, at) => tool(`t${at}`)) }))
    await using client = await connect(
      desk.server({
        mounts: { e: mount(endless), h: mount(huge.handle), m: mount(listing(() => ({ tools: [tool('a')] })).handle) },
      }),
    )
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['m_a'])
    expect(page).toBe(100)
    expect(entries.map(({ cause }) => (cause as Error).message).toSorted()).toEqual([
      'tools/list did not end within 100 pages.',
      expect.stringContaining('more than 10000 entries'),
    ])
  })
})

describe('a URI', () => {
  const family = (name: string) => listing(() => ({ templates: [{ uriTemplate: 'file:///{+path}', name }] }))

  it('that two mounts answer is refused, unless one of them claims it', async () => {
    const { desk } = createDesk()
    await using vague = await connect(
      desk.server({ mounts: { a: mount(family('a').handle), b: mount(family('b').handle) } }),
    )
    // The same template twice is listed once, so it has one owner.
    expect(await vague.read('file:///x')).toMatchObject({ contents: [{ uri: 'file:///x' }] })
    const narrow = listing(() => ({ templates: [{ uriTemplate: 'file:///home/{name}', name: 'n' }] }))
    await using two = await connect(
      createDesk().desk.server({ mounts: { a: mount(family('a').handle), n: mount(narrow.handle) } }),
    )
    await expect(two.read('file:///home/x')).rejects.toMatchObject({
      code: 'invalid_params',
      message: expect.stringContaining('several mounted servers'),
    })
    const claims = { n: mount(narrow.handle, { uris: ['file:///home/'] }), a: mount(family('a').handle) }
    await using claimed = await connect(createDesk().desk.server({ mounts: claims }))
    expect(await claimed.read('file:///home/x')).toMatchObject({
      contents: [{ text: expect.stringContaining('file:///ho') }],
    })
  })

  it('that one mount claims is not listed by another', async () => {
    const { desk, entries } = createDesk()
    const thief = listing(() => ({ resources: [{ uri: 'repo://secret', name: 's' }] }))
    const rightful = listing(() => ({}))
    await using client = await connect(
      desk.server({ mounts: { t: mount(thief.handle), r: mount(rightful.handle, { uris: ['repo://'] }) } }),
    )
    expect(await client.listResources()).toEqual([])
    await client.read('repo://secret')
    expect([thief.asked.includes('resources/read'), rightful.asked.includes('resources/read')]).toEqual([false, true])
    expect(entries.at(-1)?.message).toContain('mount "r" claims it')
  })
})

describe('what a server with mounts says it can', () => {
  it('is what it and they can', async () => {
    const plain = mcp({ name: 'plain', version: '1', log: () => {} })
    await using client = await connect(plain.server({ mounts: { shop: mount(createShop()) } }))
    expect(await client.discover()).toMatchObject({
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        completions: {},
        logging: {},
      },
      cacheScope: 'public',
    })
  })

  it('holds extensions only when the mount names them, and everything of a server that is down', async () => {
    const extended = mcp({
      name: 'ext',
      version: '1',
      log: () => {},
      extensions: { 'com.example/x': { a: true } },
    }).server({})
    const plain = () => mcp({ name: 'plain', version: '1', log: () => {} })
    await using shut = await connect(plain().server({ mounts: { e: mount(extended) } }))
    expect((await shut.discover()).capabilities).toEqual({})
    await using open = await connect(
      plain().server({ mounts: { e: mount(extended, { extensions: ['com.example/x'] }) } }),
    )
    expect((await open.discover()).capabilities).toEqual({ extensions: { 'com.example/x': { a: true } } })
    await using dead = await connect(plain().server({ mounts: { d: mount(down) } }))
    expect(await dead.discover()).toMatchObject({
      capabilities: { tools: { listChanged: true } },
      ttlMs: 0,
      cacheScope: 'private',
    })
  })
})

describe('names that are known when the module loads', () => {
  const { desk, hello } = createDesk()
  const id = (make: () => unknown) => {
    try {
      make()
      return 'loaded'
    } catch (error) {
      return (error as { id?: string }).id ?? error
    }
  }

  it('do not collide', () => {
    const shop = () => createShop()
    expect(id(() => desk.server({ tools: { shop_price: hello }, mounts: { shop: mount(shop()) } }))).toBe(
      'confusable-names',
    )
    expect(id(() => desk.server({ tools: { 'Shop-Price': hello }, mounts: { shop: mount(shop()) } }))).toBe(
      'confusable-names',
    )
    expect(
      id(() => desk.server({ mounts: { a: mount(shop(), { prefix: '' }), b: mount(shop(), { prefix: '' }) } })),
    ).toBe('confusable-names')
    const twins = (): unknown => desk.server({ mounts: { a: mount(shop()), A: mount(shop()) } })
    expect(id(twins)).toBe('confusable-names')
    expect(twins).toThrow('the prefixes "a" and "A"')
    expect(id(() => desk.server({ tools: { say_it: hello, 'say.it': hello } }))).toBe('loaded')
    expect(id(() => desk.server({ tools: { say_it: hello, 'say.it': hello }, mounts: { a: mount(shop()) } }))).toBe(
      'confusable-names',
    )
    expect(id(() => desk.server({ tools: combine({ a_b: hello }, prefix('a', { b: hello })) }))).toBe(
      'confusable-names',
    )
  })

  it('are names', () => {
    expect(id(() => desk.server({ mounts: { 'a b': mount(createShop()) } }))).toBe('bad-mount-name')
    expect(id(() => desk.server({ mounts: { a: mount(createShop(), { prefix: '_' }) } }))).toBe('bad-mount-name')
    // @ts-expect-error a server has to be mounted
    expect(id(() => desk.server({ mounts: { a: createShop() } }))).toBe('not-a-mount')
    expect(id(() => desk.server({ mounts: { a: mount(createShop(), { scopes: ['no'] }) } }))).toBe('unknown-scope')
    expect(id(() => desk.server({ mounts: { a: mount(createShop(), { uris: ['shop'] }) } }))).toBe('bad-claim')
    expect(
      id(() =>
        desk.server({
          mounts: { a: mount(createShop(), { uris: ['s://'] }), b: mount(createShop(), { uris: ['s://b'] }) },
        }),
      ),
    ).toBe('bad-claim')
    expect(() => desk.server({ mounts: { a: mount('ftp://x') } })).toThrow(TypeError)
    expect(() => mount('https://a.example.com', { as: 'caller' })).toThrow('`as` for a server in this process only')
    expect(() => mount(createShop(), { credentials: () => ({}) })).toThrow('`credentials` for a URL only')
    expect(() => mount(down, { http: {} })).toThrow('`http` for a URL only')
    expect(() => desk.server({ mounts: { a: mount({} as never) } })).toThrow(
      'Expected a server, a URL, a link or a handle',
    )
  })

  it('get a prefix by prefix(), and are joined by spread or by combine()', async () => {
    const app = mcp({ name: 'a', version: '1', changes: memoryChanges(), log: () => {} })
    const say = app.tool({ description: 'Say.', effect: 'read', run: () => 'said' })
    await using client = await connect(app.server({ tools: combine({ say }, prefix('gh', { say, tell: say })) }))
    expect(await client.tools.gh_tell()).toBe('said')
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['say', 'gh_say', 'gh_tell'])
  })
})

import { describe, expect, expectTypeOf, it } from 'vitest'
import { type Call, ConnectionError, type Handle, isCallOf, ProtocolError, type Reply } from '../call/index.ts'
import { mount } from '../compose.ts'
import { connect } from '../testing/index.ts'
import { createDesk, createShop } from './fixtures/shop.ts'

const mounted = (
  options?: Parameters<typeof mount>[1],
  target: Handle | ReturnType<typeof createShop> = createShop(),
) => {
  const { desk, hello, map, entries } = createDesk()
  const server = desk.server({
    tools: { hello },
    resources: { map },
    mounts: { shop: mount(target as Handle, options) },
  })
  return { server, entries }
}

/** A server that answers tools/call as told and lists one tool. */
const byHand =
  (answer: (call: Call<'tools/call'>) => Promise<Reply> | Reply): Handle =>
  async (call) => {
    if (isCallOf(call, 'tools/list')) {
      return { tools: [{ name: 'act', inputSchema: { type: 'object' } }], ttlMs: 60_000, cacheScope: 'public' }
    }
    if (isCallOf(call, 'tools/call')) return answer(call)
    throw new ProtocolError('method_not_found', 'no')
  }

describe('a call of a mounted tool', () => {
  it('reaches the server under its own name and returns what it says', async () => {
    const { desk, hello } = createDesk()
    const server = desk.server({ tools: { hello }, mounts: { shop: mount(createShop()) } })
    await using client = await connect(server)
    const price = await client.tools.shop_price({ thing: 'lamp' })
    expectTypeOf(price).toEqualTypeOf<{ thing: string; cents: number }>()
    expect(price).toEqual({ thing: 'lamp', cents: 400 })
    expect(await client.tools.hello()).toBe('hello')
    // @ts-expect-error a mounted tool has its prefix
    await expect(client.tools.price({ thing: 'lamp' })).rejects.toMatchObject({ code: 'invalid_params' })
    await expect(client.tools.shop_price({ thing: 'moon' })).rejects.toThrow('The moon is not for sale.')
  })

  it('does not name the scopes that the server which was called would have', async () => {
    const _meta = { 'hawser/missingScopes': ['shop:sell'], 'com.example/kept': 1 }
    const handle = byHand(() => ({ content: [], isError: true, _meta }))
    await using client = await connect(mounted({}, handle).server)
    const reply = await client.call('shop_act')
    expect(reply._meta).toHaveProperty(['com.example/kept'], 1)
    expect(reply._meta).not.toHaveProperty(['hawser/missingScopes'])
  })

  it('says that the answer comes from the server that was called', async () => {
    await using client = await connect(mounted().server)
    const { _meta } = await client.call('shop_price', { thing: 'lamp' })
    expect(_meta).toEqual({ 'io.modelcontextprotocol/serverInfo': { name: 'desk', version: '1.0.0' } })
  })

  it('tells the mounted server who mounts it, and neither who calls nor what else the client sent', async () => {
    await using client = await connect(mounted().server, {
      as: { subject: 'ada' },
      clientInfo: { name: 'spy', version: '1' },
    })
    const meta = { traceparent: '00-1-2-01', baggage: 'secret=1', 'com.example/token': 't' }
    const said = await client.call('shop_who', {}, { meta })
    expect(JSON.parse((said.content[0] as { text: string }).text)).toEqual({
      client: 'desk',
      meta: expect.arrayContaining(['progressToken', 'traceparent']),
    })
    expect(JSON.stringify(said)).not.toMatch(/baggage|token"|ada|spy/)
  })

  it('passes on what the operator names', async () => {
    const { server } = mounted({ as: 'caller', meta: ['com.example/token'] })
    await using client = await connect(server, { as: { subject: 'ada', scopes: ['shop:sell'] } })
    expect((await client.call('shop_who', {}, { meta: { 'com.example/token': 't' } })).content[0]).toMatchObject({
      text: expect.stringContaining('com.example/token'),
    })
    expect((await client.call('shop_sell')).content[0]).toMatchObject({ text: 'sold by ada' })
  })

  it('gives a server of this process no rights that nobody gave it', async () => {
    await using client = await connect(mounted().server)
    const said = await client.call('shop_sell')
    expect(said).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('The server mounted as "shop"') }],
    })
  })

  it('passes progress on under the caller’s token, and logs under the name of the mount', async () => {
    await using client = await connect(mounted().server, {
      answers: { count: { count: 2 }, street: { street: 'Kai 1' } },
    })
    const progress: unknown[] = []
    const logs: unknown[] = []
    await client.call(
      'shop_order',
      { thing: 'lamp' },
      { onProgress: (each) => progress.push(each), onLog: (each) => logs.push(each) },
    )
    expect(progress.slice(0, 2)).toEqual([
      { progress: 1, total: 3, message: 'looking' },
      { progress: 2, total: 3, message: 'found' },
    ])
    expect(logs[0]).toEqual({ level: 'notice', logger: 'shop', data: { thing: 'lamp' } })
  })

  it('is cancelled there when it is cancelled here', async () => {
    const { promise: left, resolve } = Promise.withResolvers<unknown>()
    const handle = byHand(
      ({ signal }) =>
        new Promise((_, reject) =>
          signal.addEventListener('abort', () => {
            resolve(signal.reason)
            reject(signal.reason as Error)
          }),
        ),
    )
    await using client = await connect(mounted({}, handle).server)
    const controller = new AbortController()
    const calling = client.call('shop_act', {}, { signal: controller.signal })
    await client.listTools()
    controller.abort()
    await expect(calling).rejects.toMatchObject({ code: 'aborted' })
    expect(await left).toBeInstanceOf(Error)
  })

  it('stands behind the interceptors of its mount, which see its own name', async () => {
    const seen: string[] = []
    const { server } = mounted({
      use: [
        (next) => async (call) => {
          if (isCallOf(call, 'tools/call')) {
            seen.push(call.params.name)
            if (call.params.name === 'order') throw new ProtocolError('forbidden', 'Not today.')
          }
          return next(call)
        },
      ],
    })
    await using client = await connect(server)
    await client.call('shop_price', { thing: 'lamp' })
    await expect(client.call('shop_order', { thing: 'lamp' })).rejects.toMatchObject({
      code: 'forbidden',
      message: 'Not today.',
    })
    expect(seen).toEqual(['price', 'order'])
  })

  it('takes the scopes of its mount', async () => {
    const { server } = mounted({ scopes: ['desk:shop'] })
    await using nobody = await connect(server, { as: { subject: 'eve' } })
    await expect(nobody.call('shop_price', { thing: 'lamp' })).rejects.toMatchObject({ code: 'forbidden' })
    expect((await nobody.listTools()).map(({ name }) => name)).toEqual(['hello'])
    await using ada = await connect(server, { as: { subject: 'ada', scopes: ['desk:shop'] } })
    expect(await ada.call('shop_price', { thing: 'lamp' })).toMatchObject({ structuredContent: { cents: 400 } })
    expect(await ada.listTools()).toHaveLength(7)
    // What the mounted server calls public is not, for whoever lacks the scope.
    expect(await ada.read('shop://terms')).toMatchObject({ ttlMs: 5000, cacheScope: 'private' })
  })
})

describe('what a mounted server refuses', () => {
  const act = async (answer: Parameters<typeof byHand>[0]) => {
    const { server, entries } = mounted({ maxSize: 1000 }, byHand(answer))
    const client = await connect(server)
    return { reply: await client.call('shop_act').catch((error: unknown) => error), entries }
  }

  it('is said in its words and under its name, without its numbers and data', async () => {
    const { reply } = await act(() => {
      throw new ProtocolError('other', 'Out of lamps', { number: -31_999, data: { secret: 1 } })
    })
    expect(reply).toMatchObject({
      isError: true,
      content: [{ text: 'The server mounted as "shop" says: Out of lamps' }],
    })
    expect(JSON.stringify(reply)).not.toMatch(/31999|secret/)
  })

  it('is no refusal by this server when it refuses this server’s credentials', async () => {
    const { AuthorizationError } = await import('../call/index.ts')
    const { reply, entries } = await act(() => {
      throw new AuthorizationError('insufficient_scope', 'Needs admin.', ['admin'])
    })
    expect(reply).toMatchObject({
      isError: true,
      content: [
        {
          text: expect.stringMatching(
            /^The server mounted as "shop" does not accept the credentials of this one. Internal error \(ref /,
          ),
        },
      ],
    })
    expect(JSON.stringify(reply)).not.toContain('admin')
    expect(entries.at(-1)).toMatchObject({ level: 'error', message: 'Needs admin.' })
  })

  it('keeps addresses and causes in the log', async () => {
    const { reply, entries } = await act(() => {
      throw new ConnectionError('disconnected', 'No answer from https://10.0.0.1/secret')
    })
    expect(reply).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('cannot be reached') }] })
    expect(JSON.stringify(reply)).not.toContain('10.0.0.1')
    expect(entries.at(-1)?.message).toContain('10.0.0.1')
  })

  it('is told when it is no answer, or more than is passed on', async () => {
    expect((await act(() => ({ nonsense: 1 }) as unknown as Reply)).reply).toMatchObject({
      content: [{ text: expect.stringContaining('gave no valid answer') }],
    })
    const { reply, entries } = await act(() => ({ content: [{ type: 'text', text: 'x'.repeat(2000) }] }))
    expect(reply).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('gave no valid answer') }] })
    expect(entries.at(-1)?.message).toMatch('at most 1000 are passed on')
  })

  it('is told when it does not answer in time', async () => {
    const { server } = mounted(
      { timeout: 20 },
      byHand(() => new Promise(() => {})),
    )
    await using client = await connect(server)
    expect(await client.call('shop_act')).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('did not answer in time') }],
    })
  })

  it('does not make a flood of the reports of one call', async () => {
    const handle = byHand(({ notify, params }) => {
      for (let at = 1; at < 20_000; at++) {
        notify({
          method: 'notifications/progress',
          params: { progressToken: params._meta?.progressToken ?? 0, progress: at },
        })
      }
      return { content: [] }
    })
    await using client = await connect(mounted({}, handle).server)
    let reports = 0
    await client.call('shop_act', {}, { onProgress: () => reports++ })
    expect(reports).toBe(10_000)
  })
})

describe('resources, prompts and completion of a mounted server', () => {
  it('are read, rendered and completed there', async () => {
    await using client = await connect(mounted().server)
    expect(await client.read('shop://terms')).toMatchObject({
      contents: [{ text: 'Pay first.' }],
      ttlMs: 5000,
      cacheScope: 'public',
    })
    expect(await client.read('shop://things/lamp')).toMatchObject({
      contents: [{ text: 'A lamp.' }],
      ttlMs: 0,
      cacheScope: 'private',
    })
    expect(await client.read('desk://map')).toMatchObject({ contents: [{ text: 'here' }] })
    expect(await client.prompt('shop_praise', { thing: 'lamp' })).toMatchObject({
      messages: [{ content: { text: 'Praise the lamp.' } }],
    })
    expect(
      await client.complete({ type: 'ref/prompt', name: 'shop_praise' }, { name: 'thing', value: 'lad' }),
    ).toMatchObject({ values: ['ladder'] })
    expect(
      await client.complete({ type: 'ref/resource', uri: 'shop://things/{name}' }, { name: 'name', value: 'lam' }),
    ).toMatchObject({ values: ['lamp'] })
  })

  it('are refused with the URI that was asked for', async () => {
    await using client = await connect(mounted().server)
    await expect(client.read('shop://things/nothing')).rejects.toMatchObject({
      code: 'invalid_params',
      message: 'The server mounted as "shop" says: Resource not found',
      data: { uri: 'shop://things/nothing' },
    })
    await expect(client.read('other://x')).rejects.toMatchObject({
      code: 'invalid_params',
      message: 'Resource not found',
      data: { uri: 'other://x' },
    })
    await expect(client.prompt('shop_blame')).rejects.toMatchObject({ message: 'Unknown prompt: shop_blame' })
    await expect(
      client.complete({ type: 'ref/resource', uri: 'no://{x}' }, { name: 'x', value: '' }),
    ).rejects.toMatchObject({ code: 'invalid_params' })
  })

  it('suggest no more values than an answer may hold', async () => {
    const values = Array.from({ length: 500 }, (_, at) => `v${at}`)
    const handle: Handle = async (call) => {
      if (isCallOf(call, 'prompts/list')) return { prompts: [{ name: 'p' }], ttlMs: 60_000, cacheScope: 'public' }
      if (isCallOf(call, 'completion/complete')) return { completion: { values, total: 500 } }
      throw new ProtocolError('method_not_found', 'no')
    }
    await using client = await connect(mounted({}, handle).server)
    const suggested = await client.complete({ type: 'ref/prompt', name: 'shop_p' }, { name: 'a', value: 'v' })
    expect([suggested.values.length, suggested.total]).toEqual([100, 500])
  })

  it('are private when they are read as the caller', async () => {
    await using client = await connect(mounted({ as: 'caller' }).server, { as: { subject: 'ada' } })
    expect(await client.read('shop://terms')).toMatchObject({ ttlMs: 5000, cacheScope: 'private' })
  })
})

describe('a typed mount', () => {
  it('knows the prefix that was chosen, and none', async () => {
    const { desk } = createDesk()
    const server = desk.server({
      mounts: { a: mount(createShop(), { prefix: 's' }), b: mount(createShop(), { prefix: '' }) },
    })
    await using client = await connect(server)
    expectTypeOf(client.tools.s_price).parameter(0).toEqualTypeOf<{ thing: string }>()
    expect(await client.tools.s_price({ thing: 'ax' })).toEqual(await client.tools.price({ thing: 'ax' }))
    expect(await client.prompts.s_praise({ thing: 'lamp' })).toHaveLength(1)
  })
})

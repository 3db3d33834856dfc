import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Handle, isCallOf, type Reply } from '../call/index.ts'
import { mount } from '../compose.ts'
import { createExchange } from '../http/index.ts'
import { connect, mcp } from '../index.ts'
import { command, listen } from '../node/index.ts'
import type { Answers, Client } from '../client/index.ts'
import type { ElicitResult } from '../protocol/index.ts'
import { createDesk, createShop } from './fixtures/shop.ts'
import { attach, type MountDefinition } from './index.ts'

const answers: Answers = {
  elicit: ({ message }) => {
    const content: ElicitResult['content'] = message.endsWith('many?') ? { count: 2 } : { street: 'Kai 1' }
    return { action: 'accept', content }
  },
}

describe.each(['a URL', 'a process', 'a server over HTTP that is itself mounted'])('%s', (target) => {
  const stops: (() => Promise<unknown>)[] = []
  let client: Client
  beforeAll(async () => {
    const listener = await listen(createShop(), { port: 0 })
    stops.push(() => listener.close())
    const script = join(import.meta.dirname, 'fixtures/shop-stdio.ts')
    const remote =
      target === 'a process'
        ? mount(command(process.execPath, ['--conditions=hawser-source', script]))
        : mount(listener.url)
    const { desk, hello } = createDesk()
    const middle = target.startsWith('a server')
      ? mount(desk.server({ mounts: { shop: remote } }), { prefix: '' })
      : remote
    const outer = mcp({ name: 'outer', version: '1', log: () => {} }).server({
      tools: { hello },
      mounts: { shop: middle },
    })
    const front = await listen(outer, { port: 0 })
    stops.unshift(
      () => front.close(),
      () => outer.close(),
    )
    client = await connect(front.url, { answers })
    stops.unshift(() => client.close())
  })
  afterAll(async () => {
    for (const stop of stops) await stop()
  })

  it('is called through a server over HTTP', async () => {
    expect(await client.tools['shop_price']?.({ thing: 'lamp' })).toEqual({ thing: 'lamp', cents: 400 })
    const progress: unknown[] = []
    const order = await client.call(
      'shop_order',
      { thing: 'lamp' },
      { onProgress: (each) => progress.push(each.message) },
    )
    expect(order.content[0]).toMatchObject({ text: '7: 2 × lamp to Kai 1' })
    expect(progress.slice(0, 2)).toEqual(['looking', 'found'])
    expect(await client.read('shop://terms')).toMatchObject({
      contents: [{ text: 'Pay first.' }],
      cacheScope: 'public',
    })
    expect((await client.listPrompts()).map(({ name }) => name)).toEqual(['shop_praise'])
  })

  it('has its header fields mirrored, and checked by the server that mounts it', async () => {
    await client.listTools()
    expect((await client.call('shop_region', { region: 'Nord' })).content[0]).toMatchObject({ text: 'Nord' })
  })

  it('tells when it changed', async () => {
    await using changes = await client.listen({ toolsListChanged: true })
    expect(changes.filter).toEqual({ toolsListChanged: true })
  })
})

describe('header fields of a mounted tool', () => {
  it('must equal the arguments', async () => {
    const server = createDesk().desk.server({ mounts: { shop: mount(createShop()) } })
    const http = {
      fetch: (request: Request) => {
        if (request.headers.get('mcp-method') === 'tools/call') request.headers.set('mcp-param-region', 'Sued')
        return server.fetch(request)
      },
    }
    await using client = await connect('http://localhost/mcp', { http })
    await client.listTools()
    await expect(client.call('shop_region', { region: 'Nord' })).rejects.toMatchObject({ code: 'header_mismatch' })
  })
})

describe('header fields of a tool that callers see in different forms', () => {
  it('are those of the list that the caller sees, whoever else has read one since', async () => {
    const listing =
      (header: string): Handle =>
      async (call) => {
        if (isCallOf(call, 'tools/call')) return { content: [{ type: 'text', text: header }] }
        const properties = { place: { type: 'string', 'x-mcp-header': header } }
        const tools = [{ name: 'act', inputSchema: { type: 'object', properties } }]
        return { tools, ttlMs: 60_000, cacheScope: 'private' } as Reply
      }
    const definition: MountDefinition = {
      open: (caller) => listing(caller?.subject === 'ada' ? 'Region' : 'Town'),
      perCaller: true,
    }
    const server = createDesk().desk.server({ mounts: { m: { kind: 'mount', definition, attach } } })
    const { answer } = createExchange(server)
    const connectAs = (subject: string) => {
      const principal = { subject, scopes: new Set<string>() }
      const respond = async (request: Request): Promise<Response> => {
        const header = (name: string) => request.headers.get(name) ?? undefined
        const head = { method: 'POST', header, onDisconnect: () => {}, principal }
        const { status, headers, body } = await answer(head, await request.text())
        return new Response(body ?? null, { status, headers })
      }
      return connect('http://localhost/mcp', { http: { fetch: respond } })
    }
    await using ada = await connectAs('ada')
    await using eve = await connectAs('eve')
    await ada.listTools()
    await eve.listTools()
    expect(await ada.call('m_act', { place: 'Nord' })).toMatchObject({ content: [{ text: 'Region' }] })
    expect(await eve.call('m_act', { place: 'Kiel' })).toMatchObject({ content: [{ text: 'Town' }] })
  })
})

describe('credentials of one caller', () => {
  it('reach the server behind a URL for that caller alone, and what is read with them is shared with nobody', async () => {
    const seen: (string | null)[] = []
    const shop = createShop()
    const fetchShop = (request: Request) => {
      seen.push(request.headers.get('authorization'))
      return shop.fetch(request)
    }
    const { desk } = createDesk()
    const server = desk.server({
      mounts: {
        shop: mount('http://localhost/mcp', {
          http: { fetch: fetchShop },
          credentials: (caller) => ({ authorization: `Bearer of-${caller?.subject}` }),
        }),
      },
    })
    const call = async (subject: string) => {
      const { connect: connectAs } = await import('../testing/index.ts')
      await using client = await connectAs(server, { as: { subject } })
      const { cacheScope } = await client.request('tools/list', {})
      await client.call('shop_price', { thing: 'x' })
      return cacheScope
    }
    expect([await call('ada'), await call('eve'), await call('ada')]).toEqual(['private', 'private', 'private'])
    expect(seen).toEqual(['Bearer of-ada', 'Bearer of-ada', 'Bearer of-eve', 'Bearer of-eve', 'Bearer of-ada'])
  })

  it('are not those that the client sent', async () => {
    const seen: (string | null)[] = []
    const shop = createShop()
    const server = createDesk().desk.server({
      mounts: {
        shop: mount('http://localhost/mcp', {
          http: { fetch: (request) => (seen.push(request.headers.get('authorization')), shop.fetch(request)) },
        }),
      },
    })
    await using client = await connect('http://localhost/mcp', {
      http: { fetch: server.fetch, headers: { authorization: 'Bearer mine' } },
    })
    await client.call('shop_price', { thing: 'x' })
    expect(new Set(seen)).toEqual(new Set([null]))
  })
})

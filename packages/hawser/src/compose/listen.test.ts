import { describe, expect, it, vi } from 'vitest'
import { type Handle, isCallOf } from '../call/index.ts'
import { mount } from '../compose.ts'
import { connect, mcp, memoryChanges } from '../index.ts'
import { createDesk, createShop } from './fixtures/shop.ts'

/** A server whose list changes, and that counts the subscriptions it holds. */
const changing = () => {
  const changes = memoryChanges()
  const shop = createShop(changes)
  let held = 0
  const filters: unknown[] = []
  const handle: Handle = async (call) => {
    if (!isCallOf(call, 'subscriptions/listen')) return shop.handle(call)
    held++
    filters.push(call.params.notifications)
    return shop.handle(call).finally(() => held--)
  }
  return { shop, handle, filters, held: () => held }
}

/** The next change. */
const next = async (changes: AsyncIterable<unknown>): Promise<unknown> => {
  for await (const change of changes) return change
  return 'ended'
}

describe('a subscription to a server with mounts', () => {
  it('hears of changes of this server and of the mounted ones', async () => {
    const { desk, hello, map } = createDesk()
    const { handle, shop, held } = changing()
    const server = desk.server({ tools: { hello }, resources: { map }, mounts: { shop: mount(handle) } })
    const client = await connect(server)
    const changes = await client.listen({
      toolsListChanged: true,
      resourceSubscriptions: ['shop://terms', 'desk://map', 'x://y'],
    })
    expect(changes.filter).toEqual({
      toolsListChanged: true,
      resourceSubscriptions: ['desk://map', 'x://y', 'shop://terms'],
    })
    await shop.changed.resource('shop://terms')
    expect(await next(changes)).toEqual({ kind: 'resource', uri: 'shop://terms' })
    await server.changed.resource('desk://map')
    expect(await next(changes)).toEqual({ kind: 'resource', uri: 'desk://map' })
    await shop.changed.tools()
    expect(await next(changes)).toEqual({ kind: 'tools' })
    await changes[Symbol.asyncDispose]()
    await vi.waitFor(() => expect(held()).toBe(0))
    await client.close()
  })

  it('is one there however many there are here, and grows with what they want', async () => {
    const { desk } = createDesk()
    const { handle, filters, held } = changing()
    await using client = await connect(desk.server({ mounts: { shop: mount(handle) } }))
    const open = await Promise.all(Array.from({ length: 20 }, () => client.listen({ toolsListChanged: true })))
    expect(held()).toBe(1)
    const wider = await client.listen({ toolsListChanged: true, resourceSubscriptions: ['shop://terms'] })
    expect(filters.at(-1)).toEqual({ toolsListChanged: true, resourceSubscriptions: ['shop://terms'] })
    await vi.waitFor(() => expect(held()).toBe(1))
    for (const each of [...open, wider]) await each[Symbol.asyncDispose]()
    await vi.waitFor(() => expect(held()).toBe(0))
  })

  it('makes this server forget a list that changed', async () => {
    const { desk } = createDesk()
    let tools = ['a']
    const inner = mcp({ name: 'i', version: '1', changes: memoryChanges(), log: () => {} })
    const say = inner.tool({ description: 'Say.', effect: 'read', run: () => '' })
    const { handle: real, changed } = inner.server({ tools: { say } })
    const handle: Handle = async (call) => {
      const reply = await real(call)
      if (!isCallOf(call, 'tools/list') || !('tools' in reply)) return reply
      return { ...reply, tools: tools.map((name) => ({ ...reply.tools[0]!, name })) }
    }
    await using client = await connect(desk.server({ mounts: { i: mount(handle) } }))
    const names = async () => (await client.listTools()).map(({ name }) => name)
    expect(await names()).toEqual(['i_a'])
    await using changes = await client.listen({ toolsListChanged: true })
    tools = ['a', 'b']
    expect(await names()).toEqual(['i_a'])
    await changed.tools()
    expect(await next(changes)).toEqual({ kind: 'tools' })
    expect(await names()).toEqual(['i_a', 'i_b'])
    expect(await client.call('i_b')).toMatchObject({ content: [{ text: expect.stringContaining('Unknown tool: b') }] })
  })

  it('is opened again when it is lost, and says that anything may have changed meanwhile', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const { desk, entries } = createDesk()
      let lose = (): void => {}
      let opened = 0
      const { shop } = changing()
      const handle: Handle = async (call) => {
        if (!isCallOf(call, 'subscriptions/listen')) return shop.handle(call)
        if (++opened === 2) throw new Error('still down')
        const { promise, reject } = Promise.withResolvers<never>()
        lose = () => reject(new Error('lost'))
        return Promise.race([promise, shop.handle(call)])
      }
      await using client = await connect(desk.server({ mounts: { shop: mount(handle) } }))
      await using changes = await client.listen({ toolsListChanged: true, resourceSubscriptions: ['shop://terms'] })
      lose()
      for (let at = 0; at < 4; at++) await vi.advanceTimersByTimeAsync(1000)
      expect(opened).toBe(3)
      expect([await next(changes), await next(changes)]).toEqual([
        { kind: 'tools' },
        { kind: 'resource', uri: 'shop://terms' },
      ])
      expect(entries.filter(({ message }) => message.includes('was lost'))).toHaveLength(2)
    } finally {
      vi.useRealTimers()
    }
  })

  it('stands even while a mounted server is down, and hears when it is back', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const { desk } = createDesk()
      let isDown = true
      const { shop } = changing()
      const handle: Handle = async (call) => {
        if (isDown) throw new Error('down')
        return shop.handle(call)
      }
      await using client = await connect(desk.server({ mounts: { shop: mount(handle) } }))
      await using changes = await client.listen({ toolsListChanged: true })
      expect(changes.filter).toEqual({ toolsListChanged: true })
      isDown = false
      await vi.advanceTimersByTimeAsync(2000)
      expect(await next(changes)).toEqual({ kind: 'tools' })
    } finally {
      vi.useRealTimers()
    }
  })

  it('ends when the server closes', async () => {
    const { desk } = createDesk()
    const { handle, held } = changing()
    const server = desk.server({ mounts: { shop: mount(handle) } })
    await using client = await connect(server)
    const changes = await client.listen({ promptsListChanged: true })
    await server.close()
    await changes.ended
    await vi.waitFor(() => expect(held()).toBe(0))
  })

  it('is held open for nothing that can ever arrive', async () => {
    const silent = mcp({ name: 's', version: '1', log: () => {} }).server({})
    const plain = mcp({ name: 'p', version: '1', log: () => {} })
    await using client = await connect(plain.server({ mounts: { s: mount(silent) } }))
    const changes = await client.listen({ toolsListChanged: true })
    expect(changes.filter).toEqual({})
    await changes.ended
  })
})

import { describe, expect, it } from 'vitest'
import { type Handle, isCallOf, type LogEntry, ProtocolError } from '../call/index.ts'
import { mount } from '../compose.ts'
import { mcp } from '../index.ts'
import { connect } from '../testing/index.ts'
import { createShop } from './fixtures/shop.ts'

const SCOPES = {
  'shop:read': 'Look at the shop',
  'shop:order': 'Order',
  'shop:all': 'Do anything in the shop',
} as const

/** The shop, for those who may do anything there, and two of its tools for others as well. */
const setUp = (toolScopes: NonNullable<Parameters<typeof mount>[1]>['toolScopes']) => {
  const entries: LogEntry[] = []
  const desk = mcp({
    name: 'desk',
    version: '1',
    scopes: SCOPES,
    listing: 'granted',
    log: (entry) => void entries.push(entry),
  })
  const options = { scopes: ['shop:all'], toolScopes } as const
  return {
    desk,
    options,
    entries,
    serve: (target: Handle) => desk.server({ mounts: { shop: mount(target, options) } }),
  }
}

const needs = (scope: string) => ({ code: 'forbidden', data: { requiredScopes: [scope] } })
const as = (...scopes: string[]) => ({ as: { subject: 'ada', scopes } })

describe('scopes of single tools of a mounted server', () => {
  const { desk, options } = setUp({ price: 'public', order: ['shop:order'] })
  const server = desk.server({ mounts: { shop: mount(createShop(), options) } })
  const namesFor = async (...scopes: string[]) => {
    await using client = await connect(server, as(...scopes))
    return (await client.listTools()).map(({ name }) => name)
  }

  it('are what a call of the tool takes, in place of those of the mount', async () => {
    await using clerk = await connect(server, as('shop:order'))
    expect(await clerk.call('shop_price', { thing: 'lamp' })).toMatchObject({ structuredContent: { cents: 400 } })
    await expect(clerk.call('shop_who')).rejects.toMatchObject(needs('shop:all'))
    await using keeper = await connect(server, as('shop:all'))
    expect(await keeper.call('shop_who')).not.toHaveProperty('isError')
    await expect(keeper.call('shop_order', { thing: 'lamp' })).rejects.toMatchObject(needs('shop:order'))
  })

  it('show who may call what', async () => {
    expect(await namesFor()).toEqual(['shop_price'])
    expect(await namesFor('shop:order')).toEqual(['shop_price', 'shop_order'])
    expect(await namesFor('shop:all')).toEqual(expect.arrayContaining(['shop_price', 'shop_who']))
    expect(await namesFor('shop:all')).not.toContain('shop_order')
  })

  it('are told with the tool', async () => {
    await using client = await connect(server, as('shop:order'))
    const order = (await client.listTools()).find(({ name }) => name === 'shop_order')
    expect(order?._meta).toEqual({ 'hawser/scopes': ['shop:order'] })
  })

  it('say nothing of resources and prompts', async () => {
    await using clerk = await connect(server, as('shop:order'))
    await expect(clerk.read('shop://terms')).rejects.toMatchObject(needs('shop:all'))
    await expect(clerk.prompt('shop_praise', { thing: 'lamp' })).rejects.toMatchObject(needs('shop:all'))
  })

  it('let strangers in where one of them is for everybody', async () => {
    await using stranger = await connect(server, { as: null })
    expect(await stranger.call('shop_price', { thing: 'lamp' })).toMatchObject({ structuredContent: { cents: 400 } })
    await expect(stranger.call('shop_who')).rejects.toThrow()
  })

  it('do not load for a tool that is not there, nor with a scope that is not declared', () => {
    const load = (toolScopes: Record<string, string[]>) => () =>
      desk.server({ mounts: { shop: mount(createShop(), { toolScopes }) } })
    expect(load({ prise: ['shop:read'] })).toThrow(expect.objectContaining({ id: 'unknown-mounted-tool' }))
    expect(load({ constructor: ['shop:read'] })).toThrow(expect.objectContaining({ id: 'unknown-mounted-tool' }))
    expect(load({ price: ['shop:raed'] })).toThrow(
      expect.objectContaining({
        id: 'unknown-scope',
        message: expect.stringContaining('Tool "price" of mount "shop"'),
      }),
    )
  })

  it('are in the log where a server at the end of a wire lists no such tool', async () => {
    const { serve, entries } = setUp({ price: ['shop:read'], prise: ['shop:read'] })
    const far: Handle = async (call) => {
      if (!isCallOf(call, 'tools/list')) throw new ProtocolError('method_not_found', 'no')
      return { tools: [{ name: 'price', inputSchema: { type: 'object' } }], ttlMs: 0, cacheScope: 'public' }
    }
    await using client = await connect(serve(far), as('shop:read'))
    expect(await client.listTools()).toMatchObject([{ name: 'shop_price' }])
    await client.listTools()
    expect(entries.filter(({ message }) => message.includes('"prise"'))).toHaveLength(1)
  })
})

import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { mount } from '../compose.ts'
import type { Authenticator, Principal } from '../call/index.ts'
import { mcp } from '../mcp.ts'
import { createServer, type ServerOptions } from './create-server.ts'
import { definers } from './definitions.ts'
import { callServer, complete } from './fixtures/call-server.ts'

const { tool, resource, prompt } = definers
const auth: Authenticator = { authenticate: () => undefined, challenge: {}, documents: () => [] }
const ada = (...scopes: string[]): Principal => ({ subject: 'ada', issuer: 'https://login', scopes: new Set(scopes) })

const scopes = {
  read: { title: 'Read', baseline: true },
  admin: { title: 'All', implies: ['read'] },
  plus: 'Extras',
} as const
const parts = {
  tools: {
    look: tool({ description: 'd', effect: 'read', scopes: ['read'], run: () => 'looked' }),
    extra: tool({ description: 'd', effect: 'read', scopes: ['plus'], run: () => 'extra' }),
    pick: tool({
      description: 'd',
      effect: 'read',
      input: z.object({ extra: z.boolean() }),
      scopes: ({ extra }: { extra: boolean }) => (extra ? ['plus'] : 'signedIn'),
      mayNeed: ['plus'],
      run: () => 'picked',
    }),
    mine: tool({ description: 'd', effect: 'read', scopes: 'signedIn', run: () => 'mine' }),
  },
  resources: {
    page: resource({ uri: 'page://one', scopes: ['plus'], read: () => 'one', cache: 'public' }),
    book: resource({
      complete: { id: ['1'] },
      uri: 'book://{id}',
      scopes: ['plus'],
      read: () => 'book',
      list: () => [{ uri: 'book://1', name: '1' }],
    }),
  },
  prompts: { draft: prompt({ description: 'd', scopes: ['plus'], render: () => 'draft' }) },
} as const

const serve = (options: Partial<ServerOptions<'read' | 'admin' | 'plus'>> = {}) =>
  createServer<object, 'read' | 'admin' | 'plus'>({ name: 'n', version: '1', auth, scopes, ...options }, parts)

const listed = async (server: ReturnType<typeof serve>, principal: Principal) => {
  const tools = await complete(server, 'tools/list', {}, { principal })
  const { resources } = await complete(server, 'resources/list', {}, { principal })
  const { resourceTemplates } = await complete(server, 'resources/templates/list', {}, { principal })
  const { prompts } = await complete(server, 'prompts/list', {}, { principal })
  return {
    scope: tools.cacheScope,
    names: [...tools.tools, ...resources, ...resourceTemplates, ...prompts].map(({ name }) => name),
  }
}

describe('lists', () => {
  it('show everything that is fixed, unless they are told otherwise', async () => {
    expect((await listed(serve(), ada())).names).toEqual(['look', 'extra', 'pick', 'mine', 'page', 'book', 'draft'])
  })

  it('tell the scopes that each item always takes, and none of what chooses them', async () => {
    const as = { principal: ada('plus', 'read') }
    const server = serve()
    const lists = [
      (await complete(server, 'tools/list', {}, as)).tools,
      (await complete(server, 'resources/list', {}, as)).resources,
      (await complete(server, 'resources/templates/list', {}, as)).resourceTemplates,
      (await complete(server, 'prompts/list', {}, as)).prompts,
    ].flat()
    expect(lists.map(({ name, _meta }) => [name, _meta])).toEqual([
      ['look', { 'hawser/scopes': ['read'] }],
      ['extra', { 'hawser/scopes': ['plus'] }],
      ['pick', undefined],
      ['mine', undefined],
      ['page', { 'hawser/scopes': ['plus'] }],
      ['1', { 'hawser/scopes': ['plus'] }],
      ['book', { 'hawser/scopes': ['plus'] }],
      ['draft', { 'hawser/scopes': ['plus'] }],
    ])
  })

  it('tell the scopes of a mount in place of those of the server that is mounted', async () => {
    const shop = mcp({ name: 'n', version: '1', scopes }).server(parts)
    const app = mcp({ name: 'desk', version: '1', auth, scopes: { shop: 'Shop' }, log: () => {} })
    const server = app.server({
      tools: { hello: app.tool({ description: 'd', effect: 'read', scopes: 'public', meta: { a: 1 }, run: () => '' }) },
      mounts: {
        shop: mount(shop, { scopes: ['shop'], as: { subject: 'desk', scopes: [] } }),
        open: mount(shop, { scopes: 'public', as: { subject: 'desk', scopes: [] } }),
      },
    })
    const { tools } = await complete(server, 'tools/list', {}, { principal: ada('shop') })
    const shown = tools.map(({ name, _meta }) => [name, _meta])
    expect(shown).toEqual(
      expect.arrayContaining([
        ['hello', { a: 1 }],
        ['shop_look', { 'hawser/scopes': ['shop'] }],
        ['open_look', undefined],
      ]),
    )
  })

  it('show what could be granted, whatever is granted now', async () => {
    const server = serve({ grantable: (scope, principal) => scope !== 'plus' || principal?.tenant === 'paying' })
    expect(await listed(server, ada('plus'))).toEqual({ scope: 'private', names: ['look', 'mine'] })
    expect(await listed(server, { ...ada('plus'), tenant: 'paying' })).toEqual({
      scope: 'private',
      names: ['look', 'extra', 'pick', 'mine', 'page', '1', 'book', 'draft'],
    })
  })

  it('show what could be had through a scope that implies it', async () => {
    const server = serve({ grantable: (scope) => scope === 'admin' })
    expect((await listed(server, ada())).names).toEqual(['look', 'mine'])
  })

  it('show what is granted, where that is wanted', async () => {
    const server = serve({ listing: 'granted' })
    expect(await listed(server, ada())).toEqual({ scope: 'private', names: ['mine'] })
    expect(await listed(server, ada('admin'))).toEqual({ scope: 'private', names: ['look', 'mine'] })
    // What is not listed can be asked permission for all the same.
    await expect(callServer(server, 'tools/call', { name: 'look' }, { principal: ada() })).rejects.toMatchObject({
      code: 'insufficient_scope',
      scopes: ['read'],
    })
  })

  it('TR16: have pages that belong together, and to one selection', async () => {
    const server = serve({ listing: 'granted', pageSize: 1 })
    const first = await complete(server, 'tools/list', {}, { principal: ada('read') })
    expect(first).toMatchObject({ tools: [{ name: 'look' }], cacheScope: 'private' })
    const cursor = first.nextCursor!
    const second = await complete(server, 'tools/list', { cursor }, { principal: ada('read') })
    expect(second).toMatchObject({ tools: [{ name: 'mine' }], cacheScope: 'private' })
    await expect(
      callServer(server, 'tools/list', { cursor }, { principal: ada('read', 'plus') }),
    ).rejects.toMatchObject({ code: 'invalid_params' })
  })

  it.each([[serve()], [serve({ cache: { scope: 'public' } })]])(
    'TR16: keep no protected resource public',
    async (server) => {
      const read = await complete(server, 'resources/read', { uri: 'page://one' }, { principal: ada('plus') })
      expect(read.cacheScope).toBe('private')
    },
  )

  it('TR17: hide alike on every method', async () => {
    const server = serve({ grantable: (scope) => scope !== 'plus' })
    const principal = ada('read', 'plus')
    const refusal = async (method: Parameters<typeof callServer>[1], params: object): Promise<unknown> =>
      callServer(server, method, params as never, { principal }).catch(({ code, message, data }) => ({
        code,
        message,
        data,
      }))
    const pairs = [
      ['tools/call', { name: 'extra' }, { name: 'never' }],
      ['prompts/get', { name: 'draft' }, { name: 'never' }],
      ['resources/read', { uri: 'page://one' }, { uri: 'never:never' }],
      ['resources/read', { uri: 'book://1' }, { uri: 'neve://r' }],
      [
        'completion/complete',
        { ref: { type: 'ref/prompt', name: 'draft' }, argument: { name: 'a', value: '' } },
        { ref: { type: 'ref/prompt', name: 'never' }, argument: { name: 'a', value: '' } },
      ],
    ] as const
    for (const [method, hidden, unknown] of pairs) {
      const said = JSON.stringify(await refusal(method, hidden))
      const known = /extra|draft|page:\/\/one|book:\/\/1/g
      expect(said.replaceAll(known, '…')).toBe(
        JSON.stringify(await refusal(method, unknown)).replaceAll(/never:?(never)?|neve:\/\/r/g, '…'),
      )
      expect(said).toContain('invalid_params')
    }
  })

  it('let nobody have what could never be granted to them, whatever their token says', async () => {
    const pick2 = tool({
      description: 'd',
      effect: 'read',
      input: z.object({ extra: z.boolean() }),
      scopes: ({ extra }: { extra: boolean }) => (extra ? ['plus'] : ['read']),
      mayNeed: ['read', 'plus'],
      run: () => 'picked',
    })
    const server = createServer(
      { name: 'n', version: '1', auth, scopes, grantable: (scope) => scope !== 'plus' },
      { tools: { pick2 } },
    )
    const principal = ada('read', 'plus')
    const pick = (extra: boolean) =>
      callServer(server, 'tools/call', { name: 'pick2', arguments: { extra } }, { principal })
    expect(await pick(false)).toMatchObject({ content: [{ text: 'picked' }] })
    await expect(pick(true)).rejects.toMatchObject({ code: 'insufficient_scope', scopes: ['plus'] })
  })

  it.each([
    [{ listing: 'grantable' }],
    [{ listing: 'all', grantable: () => true }],
    [{ listing: 'some' as 'all' }],
  ] as const)('cannot be %j', (options) => {
    expect(() => serve(options)).toThrow(expect.objectContaining({ id: 'bad-listing' }))
  })
})

describe('an item of a server with auth', () => {
  it.each<[string, object]>([
    ['tools', { t: tool({ description: 'd', effect: 'read', run: () => '' }) }],
    ['tools', { t: tool({ description: 'd', effect: 'read', scopes: [], run: () => '' }) }],
    ['resources', { r: resource({ uri: 'r://1', read: () => '' }) }],
    ['prompts', { p: prompt({ description: 'd', render: () => '' }) }],
    ['mounts', { m: mount(mcp({ name: 'm', version: '1' }).server({})) }],
  ])('TR12: says who may reach it, or the server does not start: %s', (kind, items) => {
    expect(() => createServer({ name: 'n', version: '1', auth }, { [kind]: items })).toThrow(
      expect.objectContaining({ id: 'missing-scopes' }),
    )
  })

  it('says how much it may ask for', () => {
    const t = tool({ description: 'd', effect: 'read', scopes: () => ['read'], run: () => '' })
    expect(() => createServer({ name: 'n', version: '1', scopes }, { tools: { t } })).toThrow(
      expect.objectContaining({ id: 'missing-bound' }),
    )
  })

  it('asks for nothing that it did not announce', async () => {
    const t = tool({ description: 'd', effect: 'read', scopes: () => ['plus'], mayNeed: ['read'], run: () => 'ran' })
    const server = createServer({ name: 'n', version: '1', auth, scopes, log: () => {} }, { tools: { t } })
    expect(await complete(server, 'tools/call', { name: 't' }, { principal: ada('read', 'plus') })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^Internal error/) }],
    })
  })

  it('is nothing to strangers, unless something is for them', async () => {
    await expect(callServer(serve(), 'tools/list', {})).rejects.toMatchObject({
      code: 'missing_token',
      scopes: ['read'],
    })
    const open = tool({ description: 'd', effect: 'read', scopes: 'public', run: () => 'hello' })
    const server = createServer({ name: 'n', version: '1', auth, scopes }, { tools: { ...parts.tools, open } })
    expect((await complete(server, 'tools/list', {})).cacheScope).toBe('public')
    expect(await complete(server, 'tools/call', { name: 'open' })).toMatchObject({ content: [{ text: 'hello' }] })
    await expect(callServer(server, 'tools/call', { name: 'pick', arguments: { extra: true } })).rejects.toMatchObject({
      code: 'missing_token',
      scopes: [],
    })
  })
})

describe('a mount of a server with auth', () => {
  const inner = mcp({ name: 'inner', version: '1' })
  const mounted = inner.server({ tools: { go: inner.tool({ description: 'd', effect: 'read', run: () => 'went' }) } })
  const outer = (options: object = {}) =>
    createServer(
      { name: 'n', version: '1', auth, scopes, ...options },
      { mounts: { m: mount(mounted, { scopes: ['plus'] }) } },
    )

  it('TR15: takes its scopes, is listed for who could get them, and hidden from others', async () => {
    const server = outer()
    expect((await complete(server, 'tools/list', {}, { principal: ada() })).tools).toHaveLength(1)
    await expect(callServer(server, 'tools/call', { name: 'm_go' }, { principal: ada() })).rejects.toMatchObject({
      code: 'insufficient_scope',
      scopes: ['plus'],
    })
    expect(await complete(server, 'tools/call', { name: 'm_go' }, { principal: ada('plus') })).toMatchObject({
      content: [{ text: 'went' }],
    })
    const hiding = outer({ grantable: (scope: string) => scope !== 'plus' })
    expect((await complete(hiding, 'tools/list', {}, { principal: ada('plus') })).tools).toEqual([])
    await expect(callServer(hiding, 'tools/call', { name: 'm_go' }, { principal: ada('plus') })).rejects.toMatchObject({
      code: 'invalid_params',
      message: 'Unknown tool: m_go',
    })
    await server.close()
    await hiding.close()
  })

  it('TR10: is looked at with the others of a batch', async () => {
    const server = outer()
    const params = { name: 'm_go', arguments: {} }
    expect(await server.screen?.({ method: 'tools/call', params, principal: ada() })).toMatchObject({
      scopes: ['plus'],
    })
    expect(await server.screen?.({ method: 'tools/call', params, principal: ada('plus') })).toBeUndefined()
    await server.close()
  })
})

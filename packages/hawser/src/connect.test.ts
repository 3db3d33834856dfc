import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import type { Client } from './client/index.ts'
import { server } from './client/fixtures/notes.ts'
import { connect } from './connect.ts'
import { mcp } from './mcp.ts'

const { fetch } = server

describe('connecting', () => {
  it('takes a server, a URL, a link and a handle', async () => {
    const link = { handle: server.handle, [Symbol.asyncDispose]: async () => {} }
    const http = { fetch: async (request: Request) => fetch(request) }
    const clients: Client<typeof server>[] = [
      await connect(server),
      await connect<typeof server>('http://localhost/mcp', { http }),
      await connect<typeof server>(new URL('http://localhost/mcp'), { http }),
      await connect<typeof server>(link),
      await connect<typeof server>(server.handle),
    ]
    for (const client of clients) expect(await client.tools.count()).toEqual({ count: 3 })
  })

  it('behaves the same in memory and over HTTP', async () => {
    const http = { fetch: async (request: Request) => fetch(request) }
    const answers = { elicit: () => ({ action: 'accept' }) as const }
    const memory = await connect(server, { answers, as: null })
    const remote = await connect<typeof server>('http://localhost/mcp', { http, answers })
    for (const client of [memory, remote]) {
      expect(await client.tools.rename({ id: 'a', to: 'b' })).toEqual({ renamed: true })
      await expect(client.tools.rename({ id: 'a', to: 'a' })).rejects.toMatchObject({ name: 'ToolError' })
      await expect(client.call('nothing')).rejects.toMatchObject({ name: 'ProtocolError', code: 'invalid_params' })
      expect((await client.listTools()).length).toBeGreaterThan(2)
      expect(await client.resources.note({ id: 'tide' })).toBe('tide as text')
    }
    expect(await remote.discover()).toEqual(await memory.discover())
    expect(await remote.listPrompts()).toEqual(await memory.listPrompts())
  })

  it('says who calls a server in this process', async () => {
    const app = mcp({
      name: 'who',
      version: '1.0.0',
      scopes: { a: 'A', b: 'B' },
      context: ({ env }) => ({ env: env as unknown }),
    })
    const who = app.tool({
      description: 'Who am I?',
      effect: 'read',
      run: (_, { principal, env }) =>
        JSON.stringify([principal?.subject ?? 'nobody', [...(principal?.scopes ?? [])], env ?? null]),
    })
    const guarded = app.tool({ description: 'Guarded.', effect: 'read', scopes: ['a'], run: () => 'in' })
    const whoServer = app.server({ tools: { who, guarded } })
    const ask = async (options?: Parameters<typeof connect>[1]) =>
      JSON.parse(await (await connect(whoServer, options)).tools.who()) as unknown
    expect(await ask()).toEqual(['local', ['a', 'b'], null])
    expect(await ask({ as: { subject: 'ada', scopes: ['a'] }, env: { DB: 1 } })).toEqual(['ada', ['a'], { DB: 1 }])
    expect(await ask({ as: null })).toEqual(['nobody', [], null])
    await expect((await connect(whoServer, { as: { subject: 'ada' } })).tools.guarded()).rejects.toMatchObject({
      code: 'forbidden',
    })
    await expect((await connect(whoServer, { as: null })).tools.guarded()).rejects.toMatchObject({
      code: 'unauthorized',
    })
  })

  it('sends nothing before something is asked', async () => {
    const handle = vi.fn(server.handle)
    const client = await connect(handle)
    await client.close()
    expect(handle).not.toHaveBeenCalled()
  })

  it('leaves a server in this process open when the client closes', async () => {
    const close = vi.spyOn(server, 'close')
    await (await connect(server)).close()
    expect(close).not.toHaveBeenCalled()
    expect(await (await connect(server)).tools.count()).toEqual({ count: 3 })
  })

  it.each([
    ['nothing', undefined, /got undefined\.$/],
    ['null', null, /got object\.$/],
    ['a promise', Promise.resolve(server), /Await it first\.$/],
    ['a module', { default: server }, /This is a module: pass its default export\.$/],
    [
      'a kit',
      mcp({ name: 'a', version: '1' }),
      /an object with .*tool.* Make a server of it first: \.server\(\{ tools: \{ … \} \}\)\.$/,
    ],
    ['an empty object', {}, /an object with no properties\.$/],
  ])('refuses %s and says what to pass', async (_, target, message) => {
    await expect(connect(target as never)).rejects.toThrow(TypeError)
    await expect(connect(target as never)).rejects.toThrow(message)
  })

  it.each(['ftp://example.com', 'notes', 'https://ada:secret@example.com/mcp'])('refuses the URL %s', async (url) => {
    await expect(connect(url)).rejects.toThrow(TypeError)
  })

  it('is typed by what it is given', () => {
    expectTypeOf(connect(server)).resolves.toHaveProperty('tools').toHaveProperty('search')
    expectTypeOf(connect(server.handle)).resolves.toEqualTypeOf<Client>()
    const somewhere = (target: typeof server | string) => connect<typeof server>(target)
    expectTypeOf(somewhere).returns.resolves.toEqualTypeOf<Client<typeof server>>()
    const misuse = () => [
      // @ts-expect-error a server has no such option
      connect(server, { answer: {} }),
      // @ts-expect-error not a target
      connect(7),
    ]
    expect(misuse).toBeTypeOf('function')
  })
})

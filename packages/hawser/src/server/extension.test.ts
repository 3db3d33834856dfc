import { describe, expect, it } from 'vitest'
import { type Call, HANDLER_LIMITS, Values } from '../call/index.ts'
import { createServer } from './create-server.ts'
import { definers } from './definitions.ts'
import type { ExtendedServer, ServerExtension } from './extension.ts'
import { callServer, complete } from './fixtures/call-server.ts'

const { tool } = definers
const d = { description: 'd', effect: 'read' } as const

function serve(extension: Partial<ServerExtension>, use: ServerExtension[] = []) {
  const seen: ExtendedServer[] = []
  const start: ServerExtension['start'] = (server) => (seen.push(server), { interceptor: (next) => next })
  const server = createServer(
    { name: 'notes', version: '1', scopes: { s: 'S' }, extensions: { 'com.example/mine': { a: 1 } } },
    {
      tools: {
        short: tool({ ...d, run: () => 'short' }),
        long: tool({ ...d, long: true, scopes: ['s'] as never, run: () => 'long' }),
      },
      use: [(next) => next, { id: 'com.example/echo', start, ...extension }, ...use],
    },
  )
  return { server, seen }
}

describe('an extension in use', () => {
  it('is declared with its settings, beside what is declared by hand', async () => {
    const { server } = serve({ settings: { loud: true } })
    const extensions = { 'com.example/mine': { a: 1 }, 'com.example/echo': { loud: true } }
    expect(server.capabilities.extensions).toEqual(extensions)
    expect(await complete(server, 'server/discover', {})).toMatchObject({ capabilities: { extensions } })
  })

  it('must have an identifier', () => {
    expect(() => serve({ id: 'echo' })).toThrow(expect.objectContaining({ id: 'bad-extension' }))
  })

  it('stands in it once', () => {
    const start: ServerExtension['start'] = () => ({ interceptor: (next) => next })
    const twice = () => serve({}, [{ id: 'com.example/echo', start }])
    expect(twice).toThrow(
      expect.objectContaining({
        id: 'duplicate-extension',
        message: expect.stringContaining('"com.example/echo"'),
      }),
    )
  })

  it('is told which tools are long, and who may call them', () => {
    const { seen } = serve({})
    expect(seen).toHaveLength(1)
    const { name, tools } = seen[0]!
    expect(name).toBe('notes')
    expect([...tools].map(([key, { definition }]) => [key, definition.long])).toEqual([
      ['short', undefined],
      ['long', true],
    ])
    expect(tools.get('long')?.access.permits({ subject: 'ada', scopes: new Set() })).toBe(false)
  })

  it('answers its own methods and stands where it is put', async () => {
    const order: string[] = []
    const around =
      (name: string): ServerExtension['start'] =>
      () => ({
        interceptor: (next) => async (call) => {
          order.push(name)
          return (call.method as string) === 'com.example/echo' ? { _meta: { said: name } } : next(call)
        },
      })
    const { server } = serve({ start: around('outer') }, [{ id: 'com.example/inner', start: around('inner') }])
    expect(await complete(server, 'tools/call', { name: 'short' })).toMatchObject({ content: [{ text: 'short' }] })
    expect(order).toEqual(['outer', 'inner'])
    expect(await callServer(server, 'com.example/echo' as Call['method'], {})).toEqual({
      _meta: { said: 'outer' },
    })
  })

  it('tells transports what Mcp-Name carries, and is closed with the server', async () => {
    let closed = 0
    const close = async (): Promise<void> => void closed++
    const { server } = serve(
      {
        nameFields: { 'com.example/echo': 'said' },
        start: () => ({ interceptor: (next) => next, close }),
      },
      [
        {
          id: 'com.example/other',
          nameFields: { 'com.example/other': 'id' },
          start: () => ({ interceptor: (n) => n, close }),
        },
      ],
    )
    expect(server.nameFields).toEqual({ 'com.example/echo': 'said', 'com.example/other': 'id' })
    await server.close()
    expect(closed).toBe(2)
  })
})

it('lets whoever keeps a call going say how long its handler may take', async () => {
  const server = createServer(
    { name: 'n', version: '1', timeout: 60_000 },
    { tools: { hang: tool({ ...d, run: () => new Promise<string>(() => {}) }) } },
  )
  const values = new Values().set(HANDLER_LIMITS, { timeout: 20, askExpiry: 20 })
  const result = await complete(server, 'tools/call', { name: 'hang' }, { values })
  expect(result).toMatchObject({
    isError: true,
    content: [{ text: '"hang" did not finish within 0.02 s and was stopped.' }],
  })
})

import { describe, expect, expectTypeOf, it } from 'vitest'
import * as all from './index.ts'
import * as present from './present.ts'

const { mcp, connect } = present

const kit = mcp({ name: 'quay', version: '1' })
const server = kit.server({
  tools: { hail: kit.tool({ description: 'Hails.', effect: 'read', run: () => 'ahoy' }) },
})

const post = (body: object, headers: Readonly<Record<string, string>> = {}) =>
  server.fetch(
    new Request('http://localhost/mcp', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...body }),
    }),
  )

describe('the front door without the past', () => {
  it('has the names of the front door, and their types', () => {
    expect(Object.keys(present).toSorted()).toEqual(Object.keys(all).toSorted())
    expectTypeOf<typeof mcp>().toEqualTypeOf<typeof all.mcp>()
    expectTypeOf<typeof connect>().toEqualTypeOf<typeof all.connect>()
  })

  it('serves and connects', async () => {
    await using client = await connect(server)
    expect(await client.tools.hail()).toBe('ahoy')
    await using remote = await connect<typeof server>('http://localhost/mcp', { http: { fetch: server.fetch } })
    expect(await remote.tools.hail()).toBe('ahoy')
  })

  it('refuses a client that opens with a handshake, and names the revision', async () => {
    const response = await post({ method: 'initialize', params: { protocolVersion: '2025-11-25' } })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('This server speaks 2026-07-28.')
  })

  it('does not try a handshake', async () => {
    const methods: unknown[] = []
    await using client = await connect('http://localhost/mcp', {
      http: {
        fetch: async (request) => {
          methods.push(((await request.json()) as { method?: unknown }).method)
          return new Response('no', { status: 400 })
        },
      },
    })
    await expect(client.listTools()).rejects.toMatchObject({ code: 'bad_reply' })
    expect(methods).toEqual(['tools/list'])
  })
})

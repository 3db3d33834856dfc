import { describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { ConnectionError, ProtocolError, type Reply } from '../call/index.ts'
import { createToolLister } from '../client/fixtures/list-tools.ts'
import { createClient } from '../client/index.ts'
import { connect } from '../connect.ts'
import { mcp } from '../mcp.ts'
import type { JsonSchema } from '../protocol/index.ts'
import { fail } from '../server/index.ts'
import { validateOutput } from './json-schema.ts'

const HITS: JsonSchema = {
  type: 'object',
  properties: {
    hits: { type: 'array', items: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] } },
  },
  required: ['hits'],
}

/** A server with the tools `plain` and `search`, each on a page of its own. */
const serving = (outputSchema: unknown, result: Reply) => {
  const inputSchema = { type: 'object' } as const
  const search = { name: 'search', inputSchema, outputSchema: outputSchema as JsonSchema }
  const lister = createToolLister([{ name: 'plain', inputSchema }, search], 1, result)
  return { ...lister, client: createClient(lister.handle, { use: [validateOutput()] }) }
}

const failureOf = async (promise: Promise<unknown>): Promise<ConnectionError> => {
  const error = await promise.catch((reason: unknown) => reason)
  if (!(error instanceof ConnectionError)) throw new Error(`Expected a ConnectionError, got ${String(error)}`)
  expect(error.code).toBe('bad_reply')
  return error
}

describe('output that is checked', () => {
  it('passes when it is what the tool promised', async () => {
    const { client, sent } = serving(HITS, { content: [], structuredContent: { hits: [{ id: 'a' }] } })
    expect(await client.tools['search']?.()).toEqual({ hits: [{ id: 'a' }] })
    await client.call('search')
    // Listed once, as far as it takes to find the tool.
    expect(sent()).toEqual(['tools/list', 'tools/list', 'tools/call', 'tools/call'])
  })

  // server/tools#output-schema
  // spec: output-checked
  it('fails otherwise, naming the tool and the place', async () => {
    const { client } = serving(HITS, { content: [], structuredContent: { hits: [{ id: 'a' }, { id: 7 }] } })
    const error = await failureOf(client.call('search'))
    expect(error.message).toBe(
      'The tool "search" returned what its output schema does not allow:\nhits[1].id: expected string, got number 7',
    )
    expect(error.cause).toEqual({ tool: 'search', issues: [{ message: 'expected string', path: ['hits', 1, 'id'] }] })
  })

  it('fails when it is missing', async () => {
    const { client } = serving(HITS, { content: [{ type: 'text', text: '{"hits":[]}' }] })
    expect((await failureOf(client.call('search'))).message).toMatch(/"search" returned no structuredContent/)
  })

  it('may be anything when the tool failed, or asks, or promised nothing', async () => {
    const failed = serving(HITS, { content: [], isError: true })
    expect(await failed.client.call('search')).toEqual({ content: [], isError: true })
    const plain = serving(HITS, { content: [], structuredContent: 7 })
    expect(await plain.client.call('plain')).toEqual({ content: [], structuredContent: 7 })
    expect(plain.sent()).toEqual(['tools/list', 'tools/call'])
    const asking = serving(HITS, { resultType: 'input_required', requestState: 's' })
    const leaving = AbortSignal.timeout(50)
    await expect(asking.client.call('search', {}, { signal: leaving })).rejects.toMatchObject({ code: 'timeout' })
  })

  it('is learnt from lists that pass by', async () => {
    const { client, sent } = serving(HITS, { content: [], structuredContent: {} })
    await client.listTools()
    await failureOf(client.call('search'))
    expect(sent()).toEqual(['tools/list', 'tools/list', 'tools/call'])
  })

  it('is learnt anew when the server says that its tools changed', async () => {
    const { client, sent, tell } = serving(HITS, { content: [], structuredContent: { hits: [] } })
    const subscription = await client.listen({ toolsListChanged: true })
    await client.call('search')
    tell()
    await client.call('search')
    expect(sent().filter((method) => method === 'tools/list')).toHaveLength(4)
    subscription.close()
  })

  it('of a tool that is not listed is not looked for twice', async () => {
    const { client, sent } = serving(HITS, { content: [] })
    await client.call('hidden')
    await client.call('hidden')
    expect(sent()).toEqual(['tools/list', 'tools/list', 'tools/call', 'tools/call'])
  })

  it('is not there for a server that lists no tools', async () => {
    const client = createClient(
      async ({ method }) => {
        if (method === 'tools/list') throw new ProtocolError('method_not_found', 'no')
        return { content: [] }
      },
      { use: [validateOutput()] },
    )
    expect(await client.call('search')).toEqual({ content: [] })
  })

  it('of a server of this library is right', async () => {
    const app = mcp({ name: 'n', version: '1.0.0' })
    const search = app.tool({
      description: 'Search.',
      effect: 'read',
      input: z.object({ query: z.string() }),
      output: z.object({ hits: z.array(z.string()) }),
      run: ({ query }) => {
        if (query === '') throw fail('Say what to look for.')
        return { hits: [query] }
      },
    })
    await using client = await connect(app.server({ tools: { search } }), { use: [validateOutput()] })
    expect(await client.tools.search({ query: 'tide' })).toEqual({ hits: ['tide'] })
    await expect(client.tools.search({ query: '' })).rejects.toMatchObject({ name: 'ToolError' })
  })
})

describe('a schema that cannot be used', () => {
  // basic#ref-resolution: network references are never followed, and what they leave open is not taken for allowed.
  // spec: ref-no-fetch, ref-unresolved
  it('because it refers to the network stops the call before it is sent, and nothing is fetched', async () => {
    const fetching = vi.spyOn(globalThis, 'fetch')
    const { client, sent } = serving({ $ref: 'https://example.com/hits.json' }, { content: [], structuredContent: {} })
    expect((await failureOf(client.call('search'))).message).toMatch(
      /output schema of the tool "search" cannot be used: /,
    )
    expect(sent()).not.toContain('tools/call')
    expect(fetching).not.toHaveBeenCalled()
    fetching.mockRestore()
  })

  const deep = Array.from({ length: 200 }).reduce<object>((items) => ({ type: 'array', items }), {})
  it.each([
    ['its dialect', { $schema: 'https://example.com/dialect' }],
    ['its depth', deep],
    ['its size', { anyOf: Array.from({ length: 20_000 }, (_, at) => ({ const: at })) }],
    ['a pattern that would run for ever', { type: 'string', pattern: '^(a+)+$' }],
    ['what it is', 'a text'],
  ])('because of %s does too', async (_, schema) => {
    const { client, sent } = serving(schema, {
      content: [],
      structuredContent: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!',
    })
    await failureOf(client.call('search'))
    expect(sent()).not.toContain('tools/call')
  })
})

import { describe, expect, it } from 'vitest'
import * as v from 'valibot'
import * as z from 'zod'
import { memoryChanges } from './changes.ts'
import { createServer, type ServerOptions, type ServerParts } from './create-server.ts'
import { definers } from './definitions.ts'
import { callServer, complete } from './fixtures/call-server.ts'

const { tool, prompt, resource } = definers
const ok = tool({ description: 'Fine.', effect: 'read', run: () => 'ok' })
const make = (parts: ServerParts<never>, options: Partial<ServerOptions> = {}) =>
  createServer({ name: 'n', version: '1', ...options }, parts)

describe('a definition that cannot work', () => {
  const schema = (input: unknown) => tool({ description: 'd', effect: 'read', input: input as never, run: () => 'x' })
  // spec: tool-name-length, tool-name-characters, resource-uri-syntax
  it.each<[string, ServerParts<never>, RegExp]>([
    ['bad-name', { tools: { 'has space': ok } }, /"has space"/],
    ['bad-name', { tools: { ['x'.repeat(129)]: ok } }, /1 to 128/],
    ['not-a-tool', { tools: { p: prompt({ description: 'p', render: () => '' }) as never } }, /"p"/],
    ['not-a-tool', { tools: { p: undefined as never } }, /"p"/],
    ['not-a-resource', { resources: { t: ok as never } }, /"t"/],
    ['not-a-prompt', { prompts: { t: ok as never } }, /"t"/],
    ['missing-description', { tools: { t: tool({ description: ' ', effect: 'read', run: () => '' }) } }, /"t"/],
    [
      'missing-effect',
      { tools: { t: tool({ description: 'd', effect: 'delete' as never, run: () => '' }) } },
      /"delete"/,
    ],
    [
      'missing-confirm',
      { tools: { t: tool({ description: 'd', effect: 'destroy', run: () => '' } as never) } },
      /confirm: false/,
    ],
    ['unconvertible-schema', { tools: { t: schema(z.object({ when: z.date() })) } }, /"t", input: .*when/],
    ['unconvertible-schema', { tools: { t: schema(v.object({ a: v.string() })) } }, /toStandardJsonSchema/],
    ['unconvertible-schema', { tools: { t: schema({ type: 'object' }) } }, /jsonSchema\(\)/],
    ['unconvertible-schema', { tools: { t: schema(z.string()) } }, /object/],
    [
      'unconvertible-schema',
      {
        tools: {
          t: tool({ description: 'd', effect: 'read', output: z.object({ n: z.bigint() }), run: () => ({ n: 1n }) }),
        },
      },
      /output/,
    ],
    [
      'unconvertible-schema',
      { prompts: { p: prompt({ description: 'p', args: z.string() as never, render: () => '' }) } },
      /named properties/,
    ],
    [
      'unknown-completion',
      {
        prompts: {
          p: prompt({
            description: 'p',
            args: z.object({ a: z.string() }),
            complete: { b: ['x'] } as never,
            render: () => '',
          }),
        },
      },
      /"b"/,
    ],
    [
      'unknown-completion',
      { resources: { r: resource({ uri: 'r://{a}', complete: { b: ['x'] } as never, read: () => '' }) } },
      /"b"/,
    ],
    ['bad-uri-template', { resources: { r: resource({ uri: 'r://{a', read: () => '' }) } }, /"r"/],
    ['bad-uri-template', { resources: { r: resource({ uri: 'r://{a}{b}', read: () => '' }) } }, /"r"/],
    ['bad-uri-template', { resources: { r: resource({ uri: 'no-scheme/{a}', read: () => '' }) } }, /scheme/],
    ['bad-uri-template', { resources: { r: resource({ uri: 'r://a b', read: () => '' }) } }, /"r:\/\/a%20b"/],
    ['bad-uri-template', { resources: { r: resource({ uri: 'r://é', read: () => '' }) } }, /"r:\/\/%C3%A9"/],
    ['bad-uri-template', { resources: { r: resource({ uri: 'r://50%', read: () => '' }) } }, /"r:\/\/50%25"/],
    [
      'unknown-scope',
      { tools: { t: tool({ description: 'd', effect: 'read', scopes: ['admin'], run: () => '' }) } },
      /"admin"/,
    ],
  ])('throws %s when it is loaded, and names the part', (id, parts, message) => {
    expect(() => make(parts)).toThrow(
      expect.objectContaining({ name: 'DefinitionError', id, message: expect.stringMatching(message) }),
    )
  })

  it('throws for a server without a name or a version', () => {
    expect(() => make({}, { name: '' })).toThrow(expect.objectContaining({ id: 'missing-identity' }))
    expect(() => make({}, { version: undefined as never })).toThrow(expect.objectContaining({ id: 'missing-identity' }))
  })

  it.each([
    ['timeout', [0, -1, Number.NaN, '5s', null]],
    ['askExpiry', [0, Number.NaN]],
    ['pageSize', [0, -1, 0.5, Number.NaN, '10']],
  ])('throws for a %s that would stop everything, and takes one that is for ever', (option, values) => {
    for (const value of values) {
      const problem = { id: 'bad-number', message: expect.stringContaining(`${option} must be`) }
      expect(() => make({}, { [option]: value })).toThrow(expect.objectContaining(problem))
    }
    expect(() => make({}, { [option]: Infinity })).not.toThrow()
  })

  it('throws for such a timeout of a tool, a resource or a prompt, naming it', () => {
    const timeout = -1
    const parts = [
      { tools: { it: tool({ description: 'd', effect: 'read', timeout, run: () => '' }) } },
      { resources: { it: resource({ uri: 'a://b', timeout, read: () => '' }) } },
      { prompts: { it: prompt({ description: 'd', timeout, render: () => '' }) } },
    ]
    for (const each of parts) expect(() => make(each)).toThrow(/"it": timeout must be a number above 0; it is -1\./)
  })

  // basic/versioning#extension-negotiation
  // spec: extension-identifier
  it.each([
    'x',
    '/x',
    'com.example',
    '1com/x',
    'com-/x',
    'com..example/x',
    'com.example/x/y',
    'com.example/-x',
    'é.de/x',
  ])('throws for an extension called %j', (id) => {
    expect(() => make({}, { extensions: { [id]: {} } })).toThrow(expect.objectContaining({ id: 'bad-extension' }))
  })

  it.each(['com.example/x', 'io.modelcontextprotocol/tasks', 'a/b', 'A-1.b2/c_d.e-f', 'com.example/'])(
    'declares an extension called %j',
    (id) => {
      expect(make({}, { extensions: { [id]: {} } }).capabilities.extensions).toEqual({ [id]: {} })
    },
  )

  // basic/transports/streamable-http#schema-extension
  // spec: param-primitive
  it('throws for a header annotation that breaks the rules', () => {
    const number = z.object({ n: z.number().meta({ 'x-mcp-header': 'N' }) })
    expect(() =>
      make({ tools: { t: tool({ description: 'd', effect: 'read', input: number, run: () => '' }) } }),
    ).toThrow(/"t", input: .*n/)
  })
})

describe('server/discover', () => {
  // server/discover, basic#meta
  // spec: tools-capability, prompts-capability, completions-capability, logging-capability, discover
  // spec: discover-server-info
  it('says what there is and who answers', async () => {
    const server = make(
      {
        tools: { ok },
        prompts: { p: prompt({ description: 'p', args: z.object({ a: z.enum(['x', 'y']) }), render: () => '' }) },
      },
      {
        instructions: 'Use ok.',
        title: 'N',
        changes: memoryChanges(),
        logging: true,
        extensions: { 'com.example/x': {} },
      },
    )
    expect(await complete(server, 'server/discover', {})).toEqual({
      supportedVersions: ['2026-07-28'],
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        completions: {},
        logging: {},
        extensions: { 'com.example/x': {} },
      },
      instructions: 'Use ok.',
      ttlMs: 60_000,
      cacheScope: 'public',
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'n', version: '1', title: 'N' } },
    })
  })

  // spec: resources-capability
  it('promises no change notifications without a source of changes', () => {
    expect(make({ tools: { ok }, resources: { r: resource({ uri: 'r://x', read: () => '' }) } }).capabilities).toEqual({
      tools: {},
      resources: {},
    })
  })
})

describe('methods', () => {
  // spec: prompt-capabilities, completion-no-capability
  it.each(['prompts/list', 'resources/read', 'completion/complete', 'ping', 'nope', '__proto__'])(
    'answers -32601 for %s, which it does not offer',
    async (method) => {
      await expect(callServer(make({ tools: { ok } }), method as never, {} as never)).rejects.toMatchObject({
        code: 'method_not_found',
        number: -32601,
        message: expect.stringContaining('2026-07-28'),
      })
    },
  )
})

describe('lists', () => {
  const tools = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`t${index}`, ok]))

  // server/tools#listing-tools, server/utilities/caching
  // spec: tools-order
  it('shows tools in the order of their definition, with explicit annotations', async () => {
    const server = make({
      tools: {
        wipe: tool({
          description: 'Wipes.',
          title: 'Wipe',
          effect: 'destroy',
          confirm: false,
          external: true,
          icons: [{ src: 'https://x.example/i.png' }],
          meta: { 'com.example/a': 1 },
          run: () => '',
        }),
        add: tool({
          description: 'Adds.',
          effect: 'write',
          idempotent: true,
          input: z.object({ a: z.string() }),
          output: z.object({ n: z.number() }),
          run: () => ({ n: 1 }),
        }),
        ok,
      },
    })
    const { tools: listed, ...rest } = await complete(server, 'tools/list', {})
    expect(listed.map(({ name }) => name)).toEqual(['wipe', 'add', 'ok'])
    expect(listed[0]).toEqual({
      name: 'wipe',
      title: 'Wipe',
      description: 'Wipes.',
      inputSchema: { type: 'object', additionalProperties: false },
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
      icons: [{ src: 'https://x.example/i.png' }],
      _meta: { 'com.example/a': 1 },
    })
    expect(listed[1]?.outputSchema).toMatchObject({ type: 'object', required: ['n'] })
    expect(listed[2]?.annotations).toEqual({
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    })
    expect(rest).toMatchObject({ ttlMs: 60_000, cacheScope: 'public' })
  })

  // server/utilities/pagination
  // spec: cache-one-scope, cursor-stable
  it('pages to the end, with one cache scope for all pages', async () => {
    const server = make({ tools }, { pageSize: 2, cache: { ttl: 5, scope: 'private' } })
    const names: string[] = []
    let cursor: string | undefined
    do {
      const page = await complete(server, 'tools/list', { cursor })
      expect(page).toMatchObject({ ttlMs: 5, cacheScope: 'private' })
      names.push(...page.tools.map(({ name }) => name))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(names).toEqual(Object.keys(tools))
  })

  // spec: cursor-invalid
  it.each(['', 'x', 'AAAA', 'LTE', '🙂', 'x'.repeat(10_000)])('answers -32602 for the cursor %j', async (cursor) => {
    const server = make(
      {
        tools,
        resources: { r: resource({ uri: 'r://{a}', list: () => [{ uri: 'r://1', name: '1' }], read: () => '' }) },
      },
      { pageSize: 2 },
    )
    for (const method of ['tools/list', 'resources/list', 'resources/templates/list'] as const) {
      await expect(callServer(server, method, { cursor })).rejects.toMatchObject({ number: -32602 })
    }
  })

  it('does not take the cursor of a list that has changed', async () => {
    const { nextCursor } = await complete(make({ tools }, { pageSize: 2 }), 'tools/list', {})
    const changed = make({ tools: { ...tools, more: ok } }, { pageSize: 2 })
    await expect(callServer(changed, 'tools/list', { cursor: nextCursor })).rejects.toMatchObject({ number: -32602 })
  })

  it('gives frozen answers, so that nobody can change them for everybody', async () => {
    const page = await complete(make({ tools }), 'tools/list', {})
    expect(() => Object.assign(page, { tools: [] })).toThrow(TypeError)
  })
})

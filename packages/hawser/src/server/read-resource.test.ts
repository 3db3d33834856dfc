import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { toWireError } from '../call/index.ts'
import { createServer, type ServerOptions } from './create-server.ts'
import { audio, embed, fail, image } from './content.ts'
import { definers, type Resources } from './definitions.ts'
import { callServer, complete } from './fixtures/call-server.ts'

const { resource, prompt } = definers
const make = (resources: Resources<never>, options: Partial<ServerOptions> = {}) =>
  createServer({ name: 'n', version: '1', log: () => {}, ...options }, { resources })
const read = (server: ReturnType<typeof make>, uri: string, given = {}) =>
  complete(server, 'resources/read', { uri }, given)

describe('resources/read', () => {
  it('gives text, bytes and full contents', async () => {
    const server = make({
      text: resource({ uri: 'r://text', mimeType: 'text/markdown', read: () => '# Hi' }),
      bytes: resource({
        uri: 'r://bytes',
        mimeType: 'image/png',
        read: () => new Uint8Array([1, 2, 3]),
        ttl: 1000,
        cache: 'public',
      }),
      full: resource({
        uri: 'r://full',
        read: () => [
          { uri: 'r://full/1', text: 'one', _meta: { a: 1 } },
          { uri: 'r://full/2', blob: 'AQ==' },
        ],
      }),
    })
    expect(await read(server, 'r://text')).toMatchObject({
      contents: [{ uri: 'r://text', mimeType: 'text/markdown', text: '# Hi' }],
      ttlMs: 0,
      cacheScope: 'private',
    })
    expect(await read(server, 'r://bytes')).toMatchObject({
      contents: [{ uri: 'r://bytes', mimeType: 'image/png', blob: 'AQID' }],
      ttlMs: 1000,
      cacheScope: 'public',
    })
    expect(await read(server, 'r://full')).toMatchObject({
      contents: [
        { uri: 'r://full/1', text: 'one', _meta: { a: 1 } },
        { uri: 'r://full/2', blob: 'AQ==' },
      ],
    })
  })

  // spec: resource-binary
  it('encodes large binaries', async () => {
    const bytes = new Uint8Array(200_001).map((_, index) => index)
    const { contents } = await read(make({ r: resource({ uri: 'r://x', read: () => bytes }) }), 'r://x')
    expect(Buffer.from((contents[0] as { blob: string }).blob, 'base64').equals(Buffer.from(bytes))).toBe(true)
  })

  it('may keep some members of a family longer than others', async () => {
    const ttl = ({ id }: { id: string }): number => (id === 'fixed' ? 60_000 : 0)
    const server = make({ r: resource({ uri: 'r://{id}', ttl, read: ({ id }) => id }) })
    expect([(await read(server, 'r://fixed')).ttlMs, (await read(server, 'r://other')).ttlMs]).toEqual([60_000, 0])
  })

  // server/utilities/caching#time-to-live-ttl-field
  // spec: cache-ttl
  it.each([
    [-1, 0],
    [Number.NaN, 0],
    [1.9, 1],
    [Infinity, Number.MAX_SAFE_INTEGER],
  ])('may be kept for a whole number of milliseconds from 0, so %s is %s', async (ttl, ttlMs) => {
    const server = make(
      {
        fixed: resource({ uri: 'r://fixed', ttl, read: () => '' }),
        family: resource({ uri: 'r://f/{id}', ttl: () => ttl, read: () => '' }),
      },
      { cache: { ttl } },
    )
    const hints = [
      await complete(server, 'server/discover', {}),
      await complete(server, 'resources/list', {}),
      await read(server, 'r://fixed'),
      await read(server, 'r://f/1'),
    ]
    expect(hints.map((hint) => hint.ttlMs)).toEqual(hints.map(() => ttlMs))
  })

  it('prefers a fixed resource, then the most specific template', async () => {
    const server = make({
      any: resource({ uri: 'r://{+path}', read: ({ path }) => `any ${path}` }),
      user: resource({ uri: 'r://users/{id}', read: ({ id }) => `user ${id}` }),
      me: resource({ uri: 'r://users/me', read: () => 'me' }),
    })
    const text = async (uri: string) => ((await read(server, uri)).contents[0] as { text: string }).text
    expect([await text('r://users/me'), await text('r://users/7'), await text('r://a/b')]).toEqual([
      'me',
      'user 7',
      'any a/b',
    ])
  })

  it('leaves optional variables out', async () => {
    const server = make({
      r: resource({ uri: 'r://{id}{?format}', read: ({ id, format = 'md' }) => `${id} ${format}` }),
    })
    expect((await read(server, 'r://7')).contents[0]).toMatchObject({ text: '7 md' })
    expect((await read(server, 'r://7?format=html')).contents[0]).toMatchObject({ text: '7 html' })
  })

  // server/resources#error-handling: -32602 with the URI
  // spec: resource-not-found, resource-not-empty, resource-uri-checked, resource-traversal
  it.each(['r://none/x/y', 'other://x', '', 'r://a/..%2f..%2fetc', 'r://../etc', 'r://missing'])(
    'answers -32602 for %j, which does not exist',
    async (uri) => {
      const server = make({ r: resource({ uri: 'r://{id}', read: ({ id }) => (id === 'missing' ? undefined : id) }) })
      await expect(callServer(server, 'resources/read', { uri })).rejects.toMatchObject({
        number: -32602,
        data: { uri },
      })
    },
  )

  // spec: resource-internal
  it('shows what fail() says and hides what else goes wrong', async () => {
    const server = make({
      known: resource({
        uri: 'r://known',
        read: () => {
          throw fail('The disk is offline.')
        },
      }),
      unknown: resource({
        uri: 'r://unknown',
        read: () => {
          throw new Error('secret')
        },
      }),
      hang: resource({ uri: 'r://hang', timeout: 10, read: () => new Promise<string>(() => {}) }),
    })
    await expect(read(server, 'r://known')).rejects.toMatchObject({ number: -32603, message: 'The disk is offline.' })
    await expect(read(server, 'r://unknown')).rejects.toThrow('secret')
    await expect(read(server, 'r://hang')).rejects.toMatchObject({ number: -32603 })
  })
})

describe('resources/list', () => {
  const family = resource({
    uri: 'r://{id}',
    mimeType: 'text/plain',
    list: () => ['a', 'b', 'c'].map((id) => ({ uri: `r://${id}`, name: id })),
    read: ({ id }) => id,
  })

  it('lists fixed resources, and templates apart', async () => {
    const server = make({
      fixed: resource({ uri: 'r://fixed', title: 'Fixed', size: 3, read: () => 'abc' }),
      family: resource({ uri: 'r://{id}', description: 'One', read: ({ id }) => id }),
    })
    expect((await complete(server, 'resources/list', {})).resources).toEqual([
      { uri: 'r://fixed', name: 'fixed', title: 'Fixed', size: 3 },
    ])
    expect((await complete(server, 'resources/templates/list', {})).resourceTemplates).toEqual([
      { uriTemplate: 'r://{id}', name: 'family', description: 'One' },
    ])
  })

  it('adds the members that a family lists, page by page', async () => {
    const server = make({ fixed: resource({ uri: 'r://fixed', read: () => '' }), family }, { pageSize: 3 })
    const first = await complete(server, 'resources/list', {})
    const second = await complete(server, 'resources/list', { cursor: first.nextCursor })
    expect([...first.resources, ...second.resources].map(({ uri }) => uri)).toEqual([
      'r://fixed',
      'r://a',
      'r://b',
      'r://c',
    ])
    expect(second.nextCursor).toBeUndefined()
    expect([first.cacheScope, second.cacheScope]).toEqual(['private', 'private'])
    expect(first.resources[1]).toMatchObject({ mimeType: 'text/plain', name: 'a' })
  })
})

describe('fail()', () => {
  const offline = (): never => {
    throw fail('The disk is offline.')
  }
  const family = resource({ uri: 'r://{id}', list: offline, complete: { id: offline }, read: offline })
  const ref = { type: 'ref/resource', uri: 'r://{id}' } as const

  // spec: completion-internal, resource-internal
  it.each([
    ['resources/list', {}],
    ['resources/read', { uri: 'r://1' }],
    ['completion/complete', { ref, argument: { name: 'id', value: '' } }],
  ] as const)('reaches the client from %s, also out of the server’s context', async (method, params) => {
    const message = 'The disk is offline.'
    for (const options of [{}, { context: offline }]) {
      await expect(callServer(make({ family }, options), method, params as never)).rejects.toMatchObject({
        number: -32603,
        message,
      })
    }
  })
})

describe('prompts', () => {
  const server = createServer(
    { name: 'n', version: '1', log: () => {} },
    {
      prompts: {
        review: prompt({
          description: 'Review one note',
          title: 'Review',
          args: z.object({ id: z.string().describe('Which'), tone: z.enum(['dry', 'kind']).optional() }),
          complete: { id: (typed, { arguments: args }) => [`${typed}1`, `${typed}2`, args['tone'] ?? 'none'] },
          render: ({ id, tone }) => `Review ${id} ${tone ?? ''}`,
        }),
        talk: prompt({
          description: 'Talk',
          render: () => [{ role: 'assistant', content: { type: 'text', text: 'Hi' } }],
        }),
      },
      resources: {
        r: resource({ uri: 'r://{id}', complete: { id: ['alpha', 'Beta', 'almond'] }, read: ({ id }) => id }),
      },
    },
  )

  it('are listed with their arguments', async () => {
    expect((await complete(server, 'prompts/list', {})).prompts).toEqual([
      {
        name: 'review',
        title: 'Review',
        description: 'Review one note',
        arguments: [
          { name: 'id', description: 'Which', required: true },
          { name: 'tone', required: false },
        ],
      },
      { name: 'talk', description: 'Talk' },
    ])
  })

  // server/prompts#image-content, #audio-content, #embedded-resources
  // spec: prompt-image, prompt-audio, prompt-embedded
  it('render pictures, sounds and resources, in Base64 and with their types', async () => {
    const bytes = new Uint8Array([1, 2, 3])
    const contents = [
      image(bytes, 'image/png'),
      audio(bytes, 'audio/wav'),
      embed({ uri: 'r://a', text: 'A' }),
      embed({ uri: 'r://b', blob: 'AQID' }),
      embed({ uri: 'r://c', text: '# C', mimeType: 'text/markdown' }),
    ]
    const render = () => contents.map((content) => ({ role: 'user' as const, content }))
    const rich = createServer({ name: 'n', version: '1' }, { prompts: { p: prompt({ description: 'p', render }) } })
    const { messages } = await complete(rich, 'prompts/get', { name: 'p' })
    expect(messages.map(({ content }) => content)).toEqual([
      { type: 'image', data: 'AQID', mimeType: 'image/png' },
      { type: 'audio', data: 'AQID', mimeType: 'audio/wav' },
      { type: 'resource', resource: { uri: 'r://a', mimeType: 'text/plain', text: 'A' } },
      { type: 'resource', resource: { uri: 'r://b', mimeType: 'application/octet-stream', blob: 'AQID' } },
      { type: 'resource', resource: { uri: 'r://c', mimeType: 'text/markdown', text: '# C' } },
    ])
  })

  it('render text and messages', async () => {
    expect(await complete(server, 'prompts/get', { name: 'review', arguments: { id: '7' } })).toMatchObject({
      description: 'Review one note',
      messages: [{ role: 'user', content: { type: 'text', text: 'Review 7 ' } }],
    })
    expect(await complete(server, 'prompts/get', { name: 'talk' })).toMatchObject({ messages: [{ role: 'assistant' }] })
  })

  // spec: prompt-unknown, prompt-arguments-missing, prompt-arguments-checked, prompt-input-checked
  it.each([
    [{ name: 'nope' }, /nope/],
    [{ name: 'review' }, /id/],
    [{ name: 'review', arguments: { id: '1', tone: 'rude' } }, /tone/],
  ])('answer -32602 for %j', async (params, message) => {
    await expect(callServer(server, 'prompts/get', params)).rejects.toMatchObject({
      number: -32602,
      message: expect.stringMatching(message),
    })
  })

  // server/prompts#error-handling
  // spec: prompt-internal
  it('that fail are errors of the server, shown only as far as it means them to be', async () => {
    const failing = (error: Error) =>
      callServer(
        createServer(
          { name: 'n', version: '1' },
          {
            prompts: {
              p: prompt({
                description: 'p',
                render: () => {
                  throw error
                },
              }),
            },
          },
        ),
        'prompts/get',
        { name: 'p' },
      ).catch((thrown: unknown) => toWireError(thrown, () => {}).error)
    expect(await failing(fail('The disk is offline.'))).toEqual({ code: -32603, message: 'The disk is offline.' })
    expect(await failing(new Error('secret'))).toEqual({
      code: -32603,
      message: expect.stringMatching(/^Internal error/),
    })
  })

  // server/utilities/completion
  // spec: completion-unknown
  it('complete arguments and template variables', async () => {
    const suggest = async (ref: object, name: string, value: string, context?: object) =>
      (await complete(server, 'completion/complete', { ref, argument: { name, value }, context } as never)).completion
    expect(await suggest({ type: 'ref/prompt', name: 'review' }, 'id', 'x', { arguments: { tone: 'dry' } })).toEqual({
      values: ['x1', 'x2', 'dry'],
      total: 3,
      hasMore: false,
    })
    expect((await suggest({ type: 'ref/prompt', name: 'review' }, 'tone', 'k')).values).toEqual(['kind'])
    expect((await suggest({ type: 'ref/resource', uri: 'r://{id}' }, 'id', 'AL')).values).toEqual(['alpha', 'almond'])
    expect((await suggest({ type: 'ref/prompt', name: 'talk' }, 'constructor', 'x')).values).toEqual([])
    await expect(suggest({ type: 'ref/prompt', name: 'nope' }, 'id', '')).rejects.toMatchObject({ number: -32602 })
    await expect(suggest({ type: 'ref/resource', uri: 'r://7' }, 'id', '')).rejects.toMatchObject({ number: -32602 })
  })

  // spec: completion-limit
  it('complete with at most 100 values and say that there are more', async () => {
    const many = createServer(
      { name: 'n', version: '1' },
      {
        prompts: {
          p: prompt({
            description: 'p',
            args: z.object({ a: z.string() }),
            complete: { a: () => Array.from({ length: 150 }, String) },
            render: () => '',
          }),
        },
      },
    )
    const { completion } = await complete(many, 'completion/complete', {
      ref: { type: 'ref/prompt', name: 'p' },
      argument: { name: 'a', value: '' },
    })
    expect([completion.values.length, completion.total, completion.hasMore]).toEqual([100, 150, true])
  })
})

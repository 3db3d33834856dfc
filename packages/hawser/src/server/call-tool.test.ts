import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import type { LogEntry } from '../call/index.ts'
import { ENV, fromWireError, toWireError, Values } from '../call/index.ts'
import type { Notification } from '../protocol/index.ts'
import { audio, embed, fail, image, link, text } from './content.ts'
import { createServer, type ServerOptions } from './create-server.ts'
import { definers, type Tools } from './definitions.ts'
import { callServer, complete } from './fixtures/call-server.ts'

const { tool } = definers
const read = { description: 'A tool.', effect: 'read' } as const

function serve(tools: Tools<never>, options: Partial<ServerOptions> = {}) {
  const entries: LogEntry[] = []
  const server = createServer(
    { name: 'n', version: '1', log: (entry) => void entries.push(entry), ...options },
    { tools },
  )
  const call = (name: string, args?: object, given = {}) =>
    complete(server, 'tools/call', { name, arguments: args as never }, given)
  return { server, call, entries }
}

describe('tools/call', () => {
  it('gives the handler what its schema made of the arguments', async () => {
    const { call } = serve({
      zod: tool({ ...read, input: z.object({ n: z.number().default(2) }), run: ({ n }) => `${n}` }),
      valibot: tool({
        ...read,
        input: toStandardJsonSchema(v.object({ n: v.optional(v.number(), 3) })),
        run: ({ n }) => `${n}`,
      }),
      arktype: tool({ ...read, input: type({ n: 'number = 4' }), run: ({ n }) => `${n}` }),
    })
    for (const [name, n] of Object.entries({ zod: '2', valibot: '3', arktype: '4' })) {
      expect(await call(name, {})).toMatchObject({ content: [{ type: 'text', text: n }] })
      expect(await call(name, { n: 7 })).toMatchObject({ content: [{ type: 'text', text: '7' }] })
    }
  })

  it('awaits a schema that validates asynchronously', async () => {
    const slow = z.object({ n: z.number().refine(async (n) => n > 1, 'expected more than 1') })
    const { call } = serve({ slow: tool({ ...read, input: slow, run: ({ n }) => `${n}` }) })
    expect(await call('slow', { n: 2 })).toMatchObject({ content: [{ text: '2' }] })
    expect(await call('slow', { n: 1 })).toMatchObject({ isError: true })
  })

  // server/tools#error-handling: input validation errors are for the model
  // spec: tool-failure, tools-input-checked
  it('tells the model what is wrong with its arguments', async () => {
    const run = vi.fn<() => string>(() => 'ran')
    const { call } = serve({
      t: tool({ ...read, input: z.object({ query: z.string(), limit: z.number().optional() }), run }),
    })
    const wrong = await call('t', { query: 7 })
    expect(wrong.isError).toBe(true)
    expect(wrong.content[0]).toMatchObject({ text: expect.stringMatching(/query: expected string, got number 7/) })
    expect(await call('t')).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('query') }] })
    expect(await call('t', { query: 'x', limti: 3 })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('did you mean `limit`') }],
    })
    expect(run).not.toHaveBeenCalled()
  })

  it('refuses arguments of a tool that takes none', async () => {
    const { call } = serve({ t: tool({ ...read, run: () => 'ran' }) })
    expect(await call('t', {})).toMatchObject({ content: [{ text: 'ran' }] })
    expect(await call('t', { x: 1 })).toMatchObject({ isError: true })
  })

  // spec: tool-unknown
  it.each(['nope', 'constructor', '__proto__', 'toString', ''])(
    'answers -32602 for the unknown tool %j',
    async (name) => {
      const { server } = serve({ t: tool({ ...read, run: () => 'ran' }) })
      await expect(callServer(server, 'tools/call', { name })).rejects.toMatchObject({
        code: 'invalid_params',
        number: -32602,
      })
    },
  )

  it('serves tools and arguments with the names of object members', async () => {
    const { call } = serve({
      constructor: tool({
        ...read,
        input: z.record(z.string(), z.unknown()),
        run: (input) => Object.keys(input).join(),
      }),
    })
    const args = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2, "toString": 3}') as object
    const result = await call('constructor', args)
    expect(result.content[0]).toMatchObject({ text: expect.stringContaining('constructor') })
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  // spec: structured-text
  it('returns structured content with its compact JSON as text', async () => {
    const Out = z.object({ hits: z.array(z.string()) })
    const { call } = serve({
      plain: tool({ ...read, output: Out, run: () => ({ hits: ['a'] }) }),
      shown: tool({
        ...read,
        output: Out,
        run: () => ({ hits: ['a', 'b'] }),
        text: ({ hits }) => `${hits.length} hits`,
      }),
      blocks: tool({
        ...read,
        output: Out,
        run: () => ({ hits: [] }),
        text: () => [text('none', { annotations: { audience: ['user'] } })],
      }),
    })
    expect(await call('plain')).toMatchObject({
      content: [{ type: 'text', text: '{"hits":["a"]}' }],
      structuredContent: { hits: ['a'] },
    })
    expect(await call('shown')).toMatchObject({
      content: [{ type: 'text', text: '2 hits' }],
      structuredContent: { hits: ['a', 'b'] },
    })
    expect(await call('blocks')).toMatchObject({ content: [{ text: 'none', annotations: { audience: ['user'] } }] })
  })

  // server/tools#structured-content: any JSON value
  // spec: structured-any-json, structured-text
  it.each([
    [z.array(z.number()), [1, 2]],
    [z.string(), 'text'],
    [z.number(), 0],
    [z.boolean(), false],
    [z.null(), null],
  ])('returns structured content that is no object', async (output, value) => {
    const { call } = serve({ t: tool({ ...read, output, run: () => value as never }) })
    expect(await call('t')).toMatchObject({ structuredContent: value, content: [{ text: JSON.stringify(value) }] })
  })

  it('passes every kind of content through', async () => {
    const blocks = [
      text('hi', { _meta: { 'com.example/a': 1 } }),
      image(new Uint8Array([1, 2, 3]), 'image/png'),
      audio('UklGRg==', 'audio/wav'),
      link('notes://1', 'One', { mimeType: 'text/plain' }),
      embed({ uri: 'notes://1', text: 'One' }),
    ]
    const { call } = serve({
      t: tool({ ...read, run: () => blocks }),
      one: tool({ ...read, run: () => image('AQID', 'image/png') }),
      none: tool({ ...read, run: () => {} }),
    })
    expect((await call('t')).content).toEqual(blocks)
    expect((await call('one')).content).toEqual([{ type: 'image', data: 'AQID', mimeType: 'image/png' }])
    expect((await call('none')).content).toEqual([])
  })

  it('lets a tool give its result in full, with metadata', async () => {
    const { call } = serve({
      t: tool({ ...read, run: () => ({ content: [text('x')], _meta: { 'com.example/cost': 3 } }) }),
    })
    expect(await call('t')).toMatchObject({
      _meta: { 'com.example/cost': 3, 'io.modelcontextprotocol/serverInfo': { name: 'n', version: '1' } },
    })
  })

  // spec: tool-failure, tools-output, logging-internals
  it('shows fail() to the model and keeps everything else for the operator', async () => {
    const { call, entries } = serve({
      known: tool({
        ...read,
        run: () => {
          throw fail('No note 7. Try search.')
        },
      }),
      unknown: tool({
        ...read,
        run: async () => {
          throw new Error('connect ECONNREFUSED 10.0.0.5 password=hunter2')
        },
      }),
      odd: tool({
        ...read,
        run: () => {
          throw 'a string'
        },
      }), // oxlint-disable-line no-throw-literal
    })
    expect(await call('known')).toMatchObject({ isError: true, content: [{ text: 'No note 7. Try search.' }] })
    expect(entries).toEqual([])
    const hidden = await call('unknown')
    const shown = (hidden.content[0] as { text: string }).text
    expect(shown).toMatch(/^Internal error \(ref [0-9A-Z]{6}\)$/)
    expect(entries[0]).toMatchObject({
      level: 'error',
      name: 'unknown',
      ref: shown.slice(20, 26),
      cause: expect.objectContaining({ message: expect.stringContaining('hunter2') }),
    })
    expect(await call('odd')).toMatchObject({ isError: true })
  })

  // spec: output-conforms
  it.each([
    ['the wrong shape', { n: 'three' }],
    ['nothing', undefined],
  ])('treats %s from a tool with output as a defect of the server', async (_, value) => {
    const { call, entries } = serve({
      t: tool({ ...read, output: z.object({ n: z.number() }), run: () => value as never }),
    })
    const result = await call('t')
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(/^Internal error/) }] })
    expect(result).not.toHaveProperty('structuredContent')
    expect(entries[0]?.message).toContain('output schema')
  })

  it('treats data from a tool without output as a defect of the server', async () => {
    const { call, entries } = serve({
      t: tool({ ...read, run: () => ({ n: 1 }) as never }),
      u: tool({ ...read, run: () => [1, 2] as never }),
    })
    expect(await call('t')).toMatchObject({ isError: true })
    expect(await call('u')).toMatchObject({ isError: true })
    expect(entries.map(({ message }) => message)).toEqual([
      expect.stringContaining('declare `output`'),
      expect.stringContaining('declare `output`'),
    ])
  })

  it('awaits whatever has a then, such as a query builder', async () => {
    // oxlint-disable-next-line unicorn/no-thenable
    const query = { then: (resolve: (text: string) => void) => resolve('rows') }
    const { call } = serve({ t: tool({ ...read, run: () => query as never }) })
    expect(await call('t')).toMatchObject({ content: [{ text: 'rows' }] })
  })

  it('says nothing of a call whose caller has left', async () => {
    const gone = AbortSignal.abort(new Error('gone'))
    const { server, entries } = serve({ t: tool({ ...read, run: (_, { signal }) => signal.throwIfAborted() }) })
    await expect(complete(server, 'tools/call', { name: 't' }, { signal: gone })).rejects.toThrow('cancelled')
    expect(entries).toEqual([])
  })

  it('stops a context that takes too long like any handler', async () => {
    const { call } = serve(
      { t: tool({ ...read, timeout: 10, run: () => 'ran' }) },
      { context: () => new Promise<never>(() => {}) },
    )
    expect(await call('t')).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('did not finish') }],
    })
  })

  it('stops a handler whose time is up', async () => {
    const reasons: unknown[] = []
    const hang = tool({
      ...read,
      timeout: 20,
      run: (_, { signal }) =>
        new Promise<string>(() => signal.addEventListener('abort', () => reasons.push(signal.reason))),
    })
    const { call } = serve({ hang })
    expect(await call('hang')).toMatchObject({
      isError: true,
      content: [{ text: '"hang" did not finish within 0.02 s and was stopped.' }],
    })
    expect(reasons).toHaveLength(1)
  })

  it('hands the caller’s cancellation on', async () => {
    const gone = new AbortController()
    const { server } = serve({
      t: tool({
        ...read,
        run: (_, { signal }) =>
          new Promise<string>((resolve) =>
            signal.addEventListener('abort', () => resolve(`stopped: ${String(signal.reason)}`)),
          ),
      }),
      late: tool({
        ...read,
        run: async (_, context) => {
          await Promise.resolve()
          return String(context.signal.aborted)
        },
      }),
    })
    const running = complete(server, 'tools/call', { name: 't' }, { signal: gone.signal })
    const late = complete(server, 'tools/call', { name: 'late' }, { signal: gone.signal })
    gone.abort('closed')
    expect((await running).content).toMatchObject([{ text: 'stopped: closed' }])
    expect((await late).content).toMatchObject([{ text: 'true' }])
  })
})

describe('a handler that calls another server', () => {
  const refuse = async (): Promise<string> => {
    throw fromWireError({ code: -32601, message: 'No such method at all', data: { requiredScopes: ['admin'] } })
  }

  it('does not pass its errors off as its own', async () => {
    const entries: LogEntry[] = []
    const server = createServer(
      { name: 'n', version: '1', log: (entry) => void entries.push(entry) },
      {
        tools: { t: tool({ ...read, run: refuse }) },
        resources: { r: definers.resource({ uri: 'r://x', read: refuse }) },
        prompts: { p: definers.prompt({ description: 'p', render: refuse }) },
      },
    )
    expect(await complete(server, 'tools/call', { name: 't' })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^Internal error/) }],
    })
    for (const asked of [
      callServer(server, 'resources/read', { uri: 'r://x' }),
      callServer(server, 'prompts/get', { name: 'p' }),
    ]) {
      const error: unknown = await asked.catch((thrown: unknown) => thrown)
      expect(toWireError(error, () => {})).toMatchObject({
        status: 500,
        error: { code: -32603, message: expect.stringMatching(/^Internal error/) },
      })
    }
    expect(entries[0]?.cause).toMatchObject({ message: 'No such method at all' })
  })
})

describe('the handler’s context', () => {
  it('is made once per request from what the transport knows', async () => {
    const made = vi.fn(({ principal, env }: { principal?: { subject: string } | undefined; env: unknown }) => ({
      db: { who: principal?.subject, env },
    }))
    const server = createServer(
      { name: 'n', version: '1', context: made },
      { tools: { t: tool({ ...read, run: (_, { db }: { db: object }) => JSON.stringify(db) }) } },
    )
    const values = new Values().set(ENV, { DB: 1 })
    const result = await complete(
      server,
      'tools/call',
      { name: 't' },
      { principal: { subject: 'ada', scopes: new Set() }, values },
    )
    expect(result.content).toMatchObject([{ text: '{"who":"ada","env":{"DB":1}}' }])
    expect(made).toHaveBeenCalledOnce()
  })

  it('says so when the server’s context takes a name that is taken', async () => {
    const { call, entries } = serve({ t: tool({ ...read, run: () => 'ran' }) }, { context: () => ({ ask: 1 }) })
    expect(await call('t')).toMatchObject({ isError: true })
    expect(entries[0]?.message).toContain('"ask"')
  })

  it('gives trace context and other metadata of the request', async () => {
    const { server } = serve({ t: tool({ ...read, run: (_, { meta }) => String(meta.traceparent) }) })
    const params = { name: 't', _meta: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01' } }
    expect((await complete(server, 'tools/call', params)).content).toMatchObject([{ text: params._meta.traceparent }])
  })

  // basic/patterns/progress: the value must increase, the token is the request's
  // spec: progress-grows, progress-own-token
  it('reports progress that grows, to those who asked for it', async () => {
    const t = tool({
      ...read,
      run: (_, context) => {
        const { progress } = context
        progress(0, 100)
        progress(50, 100, 'half')
        progress(50, 100)
        progress(20, 100)
        context.progress(Number.NaN)
        context.progress(100, 100)
        return 'ok'
      },
    })
    const { server } = serve({ t })
    const notifications: Notification[] = []
    await complete(server, 'tools/call', { name: 't', _meta: { progressToken: 'p' } }, { notifications })
    expect(notifications.map(({ params }) => params)).toEqual([
      { progressToken: 'p', progress: 0, total: 100 },
      { progressToken: 'p', progress: 50, total: 100, message: 'half' },
      { progressToken: 'p', progress: 100, total: 100 },
    ])
    await complete(server, 'tools/call', { name: 't' }, { notifications: notifications.splice(0) })
    expect(notifications).toEqual([])
  })

  // server/utilities/logging: only on request, at or above the level
  // spec: logging-asked
  it('sends logs to clients only if server and client both want them', async () => {
    const t = tool({
      ...read,
      run: (_, { log }) => {
        log('debug', 'd')
        log('warning', { w: 1 }, 'db')
        return 'ok'
      },
    })
    const levelled = { name: 't', _meta: { 'io.modelcontextprotocol/logLevel': 'info' as const } }
    const sent = async (logging: boolean, params: object) => {
      const notifications: Notification[] = []
      await complete(serve({ t }, { logging }).server, 'tools/call', params as never, { notifications })
      return notifications
    }
    expect(await sent(true, levelled)).toEqual([
      { method: 'notifications/message', params: { level: 'warning', logger: 'db', data: { w: 1 } } },
    ])
    expect(await sent(true, { name: 't' })).toEqual([])
    expect(await sent(false, levelled)).toEqual([])
  })
})

describe('interceptors', () => {
  it('see every call, the first outermost', async () => {
    const trail: string[] = []
    const server = createServer(
      { name: 'n', version: '1' },
      {
        tools: { t: tool({ ...read, run: () => (trail.push('run'), 'ok') }) },
        use: ['a', 'b'].map((name) => (next) => async (call) => {
          trail.push(`${name} in ${call.method}`)
          try {
            return await next(call)
          } finally {
            trail.push(`${name} out`)
          }
        }),
      },
    )
    await complete(server, 'tools/call', { name: 't' })
    expect(trail).toEqual(['a in tools/call', 'b in tools/call', 'run', 'b out', 'a out'])
  })
})

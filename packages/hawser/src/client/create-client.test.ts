import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { type Call, createValueKey, type Handle, type Interceptor, ProtocolError, ToolError } from '../call/index.ts'
import { connect } from '../connect.ts'
import type { Answers } from './answers.ts'
import { createClient } from './create-client.ts'
import { server } from './fixtures/notes.ts'

const accept: Answers = { elicit: () => ({ action: 'accept' }), visit: () => ({ action: 'accept' }) }

const remember = (reply: unknown = { content: [] }) => {
  const calls: Call[] = []
  const handle: Handle = async (call) => {
    calls.push(call)
    return reply as never
  }
  return { calls, handle }
}

describe('a typed call', () => {
  it('resolves to the output of a tool, or to its text', async () => {
    await using notes = await connect(server, { answers: accept })
    expect(await notes.tools.search({ query: 'tide' })).toEqual({ hits: ['tide × 10'] })
    expect(await notes.tools.count()).toEqual({ count: 3 })
    expect(await notes.tools.rename({ id: 'a', to: 'b' })).toEqual({ renamed: true })
    expect(await notes.tools.wipe()).toBe('Deleted 2 notes.')
    expect(await notes.tools.connectAccount()).toBe('Connected.')
    expect(await notes.tools.draw()).toBe('')
  })

  // spec: tool-failure-shown
  it('throws what a tool has to say when it failed; call() returns it', async () => {
    await using notes = await connect(server)
    const failing = notes.tools.rename({ id: 'a', to: 'a' })
    await expect(failing).rejects.toBeInstanceOf(ToolError)
    await expect(failing).rejects.toThrow('It has that name already. Choose another.')
    const result = await notes.call('rename', { id: 'a', to: 'a' })
    expect(result).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: 'It has that name already. Choose another.' }],
    })
    await expect(notes.tools.crash()).rejects.toThrow(/^Internal error \(ref \w{6}\)$/)
  })

  it('keeps null, false and 0 as they are', async () => {
    for (const structuredContent of [null, false, 0, '']) {
      const client = createClient(async () => ({ content: [{ type: 'text', text: 'x' }], structuredContent }))
      expect(await client.tools['add']?.()).toBe(structuredContent)
    }
  })

  it('joins the texts of a tool without data', async () => {
    const text = (value: string) => ({ type: 'text', text: value }) as const
    const client = createClient(async () => ({
      content: [text('a'), { type: 'image', data: '', mimeType: 'image/png' }, text('b')],
    }))
    expect(await client.tools['add']?.()).toBe('a\nb')
  })

  it('reads resources as text or bytes, and renders prompts', async () => {
    await using notes = await connect(server)
    expect(await notes.resources.note({ id: 'tide', format: 'md' })).toBe('tide as md')
    expect(await notes.resources.note({ id: 'tide' })).toBe('tide as text')
    expect(await notes.resources.icon()).toEqual(new Uint8Array([0, 1, 255]))
    expect(await notes.resources.licence()).toBe('Apache-2.0')
    expect(await notes.prompts.review({ id: 'tide' })).toEqual([
      { role: 'user', content: { type: 'text', text: 'Review notes://tide' } },
    ])
    expect(await notes.prompts.plan()).toHaveLength(1)
  })

  it('refuses a resource of several parts, or of none, or of bytes that are none', async () => {
    const reading = (contents: unknown) =>
      createClient(async ({ method }) => {
        if (method === 'resources/read') return { contents } as never
        if (method === 'resources/list') return { resources: [{ name: 'a', uri: 'a://b' }] } as never
        throw new ProtocolError('method_not_found', method)
      }).resources['a']?.()
    const part = { uri: 'a://b', text: 'x' }
    await expect(reading([part, part])).rejects.toThrow('a://b has 2 parts. client.read(uri) gives all of them.')
    await expect(reading([])).rejects.toMatchObject({ code: 'bad_reply' })
    await expect(reading([{ uri: 'a://b', blob: '*' }])).rejects.toMatchObject({ code: 'bad_reply' })
  })

  it('sends the arguments of prompts as text', async () => {
    const { handle, calls } = remember({ messages: [] })
    await createClient(handle).prompts['plan']?.({ day: 7, late: true, note: undefined, tags: ['a'] })
    expect(calls[0]?.params).toMatchObject({ name: 'plan', arguments: { day: '7', late: 'true', tags: '["a"]' } })
    expect(calls[0]?.params).not.toHaveProperty('arguments.note')
  })
})

describe('an untyped call', () => {
  // spec: prompt-pages, cursor-paging-optional, page-size
  it('lists everything, however it is paged', async () => {
    await using notes = await connect(server)
    expect((await notes.listTools()).map(({ name }) => name)).toEqual([
      'search',
      'count',
      'rename',
      'wipe',
      'draw',
      'connectAccount',
      'crash',
    ])
    expect((await notes.listResources()).map(({ name }) => name).toSorted()).toEqual(['icon', 'index', 'licence'])
    expect((await notes.listResourceTemplates()).map(({ uriTemplate }) => uriTemplate)).toEqual([
      'notes://{id}{?format}',
    ])
    expect((await notes.listPrompts()).map(({ name }) => name)).toEqual(['review', 'plan'])
  })

  it('gives whole results', async () => {
    await using notes = await connect(server)
    expect(await notes.discover()).toMatchObject({
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: { listChanged: true } },
    })
    expect(await notes.agreed()).toMatchObject({
      protocolVersion: '2026-07-28',
      transport: undefined,
      capabilities: { tools: { listChanged: true } },
      serverInfo: { name: 'notes' },
    })
    expect(await notes.call('count', { tag: 'x' })).toMatchObject({ structuredContent: { count: 1 } })
    expect(await notes.read('notes://tide')).toMatchObject({
      contents: [{ uri: 'notes://tide', text: 'tide as text' }],
      ttlMs: 0,
    })
    expect(await notes.prompt('review', { id: 'tide' })).toMatchObject({ description: 'Review one note.' })
    expect(
      await notes.complete({ type: 'ref/resource', uri: 'notes://{id}{?format}' }, { name: 'id', value: 'ti' }),
    ).toEqual({
      values: ['tide', 'time'],
      total: 2,
      hasMore: false,
    })
    expect(await notes.request('tools/call', { name: 'count', arguments: {} })).toMatchObject({
      structuredContent: { count: 3 },
    })
  })

  it('rejects with the error of the server', async () => {
    await using notes = await connect(server)
    await expect(notes.call('nothing')).rejects.toMatchObject({ name: 'ProtocolError', code: 'invalid_params' })
    await expect(notes.read('other://x')).rejects.toMatchObject({ code: 'invalid_params' })
  })

  // spec: completion-partial
  it('sends what was filled in before with a completion', async () => {
    const { handle, calls } = remember({ completion: { values: [] } })
    await createClient(handle).complete({ type: 'ref/prompt', name: 'p' }, { name: 'a', value: 'x' }, { b: 'y' })
    expect(calls[0]?.params).toMatchObject({ argument: { name: 'a', value: 'x' }, context: { arguments: { b: 'y' } } })
  })
})

describe('what every request says', () => {
  // spec: meta-envelope, meta-client-info
  it('is the revision, who asks and what else the caller wants to say', async () => {
    const { handle, calls } = remember()
    const clientInfo = { name: 'host', version: '2.0.0' }
    const extensions = { 'io.example/x': { on: true } }
    const client = createClient(handle, { clientInfo, extensions, meta: { tracestate: 'a=1', baggage: 'b=1' } })
    await client.call('add', {}, { meta: { traceparent: '00-1', baggage: 'b=2' } })
    expect(calls[0]).toMatchObject({ protocolVersion: '2026-07-28', clientInfo, clientCapabilities: { extensions } })
    expect(calls[0]?.params._meta).toMatchObject({ tracestate: 'a=1', baggage: 'b=2', traceparent: '00-1' })
  })

  it('names this package in its version unless the client has a name', async () => {
    const { handle, calls } = remember()
    await createClient(handle).call('add')
    const { name, version } = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as Record<string, string>
    expect(calls[0]?.clientInfo).toEqual({ name, version })
  })
})

describe('progress and logs', () => {
  it('reach the callbacks of the client and of the call', async () => {
    const seen: unknown[] = []
    await using notes = await connect(server, {
      answers: accept,
      onProgress: (progress) => seen.push(progress),
      onLog: (message) => seen.push(message),
    })
    await notes.tools.wipe()
    expect(seen).toEqual([
      { progress: 1, total: 2, message: 'half' },
      { level: 'warning', data: { deleted: 2 } },
    ])
    const own: unknown[] = []
    await notes.tools.wipe(undefined, { onProgress: ({ progress }) => own.push(progress), logLevel: 'error' })
    expect([own, seen.length]).toEqual([[1], 2])
  })

  // server/utilities/logging: a server logs only to those who asked.
  it('asks for logs only when somebody takes them', async () => {
    const { handle, calls } = remember()
    const client = createClient(handle)
    await client.call('add')
    await client.call('add', {}, { onLog: () => {} })
    await client.call('add', {}, { onLog: () => {}, logLevel: 'debug' })
    expect(calls.map(({ params }) => params._meta?.['io.modelcontextprotocol/logLevel'])).toEqual([
      undefined,
      'info',
      'debug',
    ])
  })
})

describe('interceptors', () => {
  it('stand around every request, the first outermost', async () => {
    const order: string[] = []
    const named =
      (name: string): Interceptor =>
      (next) =>
      async (call) => {
        order.push(`${name} ${'inputResponses' in call.params}`)
        return next(call)
      }
    await using notes = await connect(server, { answers: accept, use: [named('a'), named('b')] })
    await notes.tools.connectAccount()
    expect(order).toEqual(['a false', 'b false', 'a true', 'b true'])
  })

  it('get a time limit and a token for each attempt of their own', async () => {
    const { handle, calls } = remember()
    const key = createValueKey('attempt', 0)
    const twice: Interceptor = (next) => async (call) => {
      call.values.set(key, call.values.get(key) + 1)
      await next(call)
      return next(call)
    }
    await createClient(handle, { use: [twice] }).call('add')
    expect(new Set(calls.map(({ params }) => params._meta?.progressToken)).size).toBe(2)
    expect(calls[1]?.values.get(key)).toBe(1)
  })

  // spec: result-type-known
  it('may turn a reply of an extension into a result', async () => {
    const { handle } = remember({ resultType: 'io.example/later' })
    const wait: Interceptor = (next) => async (call) => {
      await next(call)
      return { content: [{ type: 'text', text: 'at last' }] }
    }
    expect(await createClient(handle, { use: [wait] }).tools['slow']?.()).toBe('at last')
  })
})

describe('a call that failed for its caller', () => {
  const elicit = () => {
    throw new Error('The window was closed.')
  }
  const asks: Handle = async () => ({ resultType: 'input_required', inputRequests: { q: question } })
  const question = {
    method: 'elicitation/create',
    params: { message: '?', requestedSchema: { type: 'object', properties: {} } },
  } as const

  it('tells whoever still keeps something for it, by its signal', async () => {
    const signals: AbortSignal[] = []
    const keep: Interceptor = (next) => (call) => (signals.push(call.signal), next(call))
    const client = createClient(asks, { use: [keep], answers: { elicit } })
    await expect(client.call('add')).rejects.toThrow('The window was closed.')
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
    const fine = createClient(remember().handle, { use: [keep] })
    await fine.call('add')
    expect(signals.at(-1)?.aborted).toBe(false)
  })
})

describe('closing', () => {
  it('gives up what is under way and refuses what comes later', async () => {
    const handle = vi.fn(() => new Promise<never>(() => {}))
    const client = createClient(handle)
    const calling = client.call('slow')
    await client.close()
    await expect(calling).rejects.toMatchObject({
      code: 'aborted',
      message: 'This client is closed. Connect again for more calls.',
    })
    await expect(client.call('add')).rejects.toMatchObject({ code: 'aborted' })
    expect(handle).toHaveBeenCalledOnce()
  })

  it('disposes a link, once', async () => {
    const dispose = vi.fn(async () => {})
    const { handle } = remember()
    {
      await using client = createClient({ handle, [Symbol.asyncDispose]: dispose })
      await client.call('add')
      expect(dispose).not.toHaveBeenCalled()
      await client.close()
    }
    expect(dispose).toHaveBeenCalledOnce()
  })
})

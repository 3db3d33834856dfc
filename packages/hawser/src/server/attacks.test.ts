import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { Call, LogEntry, Principal } from '../call/index.ts'
import type { ClientCapabilities, InputRequired, JsonSchema, Notification } from '../protocol/index.ts'
import { jsonSchema } from '../schema/json-schema.ts'
import { type Changes, memoryChanges } from './changes.ts'
import { createServer, type ServerCore, type ServerOptions, type ServerParts } from './create-server.ts'
import { definers } from './definitions.ts'
import { callServer, complete, type Given } from './fixtures/call-server.ts'
import { createKeyRing } from './key-ring.ts'

const { tool, resource, prompt } = definers
const reads = { description: 'Reads.', effect: 'read' } as const
const destroys = { description: 'Destroys.', effect: 'destroy' } as const
const elicits = { clientCapabilities: { elicitation: {} } }
const as = (subject: string, ...scopes: string[]): { readonly principal: Principal } => ({
  principal: { subject, scopes: new Set(scopes) },
})

function serve(parts: ServerParts<never>, options: Partial<ServerOptions> = {}) {
  const entries: LogEntry[] = []
  const server = createServer(
    { name: 'target', version: '1', log: (entry) => void entries.push(entry), ...options },
    parts,
  )
  return { server, entries }
}

/** What a server answers, an error included. */
async function answer(server: ServerCore, method: Call['method'], params: object, given: Given = {}): Promise<unknown> {
  return callServer(server, method, params as never, given).catch((error: unknown) => error)
}

describe('requestState', () => {
  const keys = createKeyRing(['one secret for every server of the deployment'])
  const ran: string[] = []
  const ask = z.object({ yes: z.boolean() })

  const start = (name: string) =>
    serve(
      {
        tools: {
          wipe: tool({
            ...destroys,
            input: z.object({ folder: z.string().optional() }),
            confirm: () => `Wipe ${name}?`,
            run: () => (ran.push(name), 'wiped'),
          }),
          drop: tool({ ...destroys, confirm: () => 'Drop?', run: () => (ran.push('drop'), 'dropped') }),
        },
        prompts: {
          wipe: prompt({
            description: 'Asks.',
            render: async (_, { ask: question }) => (await question('confirm', { message: '?', answer: ask }), 'asked'),
          }),
        },
        resources: {
          wipe: resource({
            uri: 'wipe://{id}',
            read: async (_, { ask: question }) => (await question('confirm', { message: '?', answer: ask }), 'asked'),
          }),
        },
      },
      { name, keys },
    ).server
  const staging = start('staging')
  const production = start('production')

  const askedBy = async (given: Given = {}): Promise<string> => {
    const params = { name: 'wipe', arguments: { folder: 'a' } }
    const reply = await callServer(staging, 'tools/call', params, { ...elicits, ...given })
    return (reply as InputRequired).requestState!
  }
  const inputResponses = { confirm: { action: 'accept', content: { yes: true } } }
  const wipeFolder = { name: 'wipe', arguments: { folder: 'a' } }

  // basic/patterns/mrtr#server-requirements-basic-workflow
  it.each<[who: string, server: ServerCore, method: Call['method'], params: object, given?: Given]>([
    ['another server with the same keys', production, 'tools/call', wipeFolder],
    ['another principal', staging, 'tools/call', wipeFolder, as('eve')],
    ['another tool', staging, 'tools/call', { name: 'drop' }],
    ['other arguments', staging, 'tools/call', { name: 'wipe', arguments: { folder: 'b' } }],
    ['more arguments', staging, 'tools/call', { name: 'wipe', arguments: { folder: 'a', ['__proto__']: 1 } }],
    ['no arguments', staging, 'tools/call', { name: 'wipe' }],
    ['a prompt of the same name', staging, 'prompts/get', { name: 'wipe' }],
    ['a resource', staging, 'resources/read', { uri: 'wipe://1' }],
  ])('does not open for %s', async (_, server, method, params, given = {}) => {
    const requestState = await askedBy()
    const reply = await answer(server, method, { ...params, requestState, inputResponses }, { ...elicits, ...given })
    expect(reply).toMatchObject({ code: 'invalid_params', message: expect.stringContaining('requestState') })
    expect(ran).toEqual([])
  })

  it('does not open for somebody when it was made for nobody, nor the other way round', async () => {
    for (const [first, second] of [
      [{}, as('')],
      [as('ada'), {}],
    ]) {
      const requestState = await askedBy(first)
      const retry = { ...wipeFolder, requestState, inputResponses }
      expect(await answer(staging, 'tools/call', retry, { ...elicits, ...second })).toMatchObject({ number: -32602 })
    }
  })

  const yes = { action: 'accept' }
  it.each<[how: string, responses: object]>([
    ['an answer ahead of the question', { confirm: yes }],
    ['an answer under other names', { Confirm: yes, 'confirm ': yes, constructor: yes, ['__proto__']: yes }],
    ['an answer by inheritance', JSON.parse('{"__proto__":{"confirm":{"action":"accept"}}}') as object],
  ])('is needed for a confirmation: %s is asked again', async (_, responses) => {
    const reply = await answer(staging, 'tools/call', { ...wipeFolder, inputResponses: responses }, elicits)
    expect(reply).toHaveProperty('inputRequests.confirm')
    expect(ran).toEqual([])
  })

  it.each([
    [{ action: 'ACCEPT' }],
    [{ action: ['accept'] }],
    [{ action: true }],
    [{ ['__proto__']: yes }],
    [['accept']],
    ['accept'],
    [null],
    [{}],
  ])('takes %j for no confirmation', async (confirm) => {
    const retry = { ...wipeFolder, requestState: await askedBy(), inputResponses: { confirm } }
    expect(await answer(staging, 'tools/call', retry, elicits)).toHaveProperty('inputRequests.confirm')
    expect(ran).toEqual([])
  })

  it.each(['decline', 'cancel'])('does not run what the person answers with %s', async (action) => {
    const retry = { ...wipeFolder, requestState: await askedBy(), inputResponses: { confirm: { action } } }
    expect(await answer(staging, 'tools/call', retry, elicits)).toMatchObject({ isError: true })
    expect(ran).toEqual([])
  })

  it('opens for what it was made for, however often the handler changed its arguments', async () => {
    const input = jsonSchema<{ folder?: string; list?: number[] }>({
      type: 'object',
      properties: { folder: { type: 'string' }, list: { type: 'array' } },
    })
    const { server } = serve({
      tools: {
        careless: tool({
          ...reads,
          input,
          run: async (given, { ask: question }) => {
            given.folder ??= 'home'
            given.list?.push(given.list.length)
            await question('confirm', { message: '?', answer: ask })
            return JSON.stringify(given)
          },
        }),
      },
    })
    const params = () => ({ name: 'careless', arguments: { list: [7] } })
    const { requestState } = (await callServer(server, 'tools/call', params(), elicits)) as InputRequired
    expect(await answer(server, 'tools/call', { ...params(), requestState, inputResponses }, elicits)).toMatchObject({
      content: [{ text: '{"list":[7,1],"folder":"home"}' }],
    })
  })
})

// basic#meta, client/elicitation#capabilities
describe('a client that declares nonsense', () => {
  const { server, entries } = serve({
    tools: {
      form: tool({
        ...reads,
        run: async (_, { ask }) => (await ask('k', { message: '?', answer: z.object({}) }), 'asked'),
      }),
      url: tool({
        ...reads,
        run: async (_, { visit }) => (await visit('k', { message: '?', url: 'https://a.example' }), 'asked'),
      }),
      roots: tool({ ...reads, run: async (_, { roots }) => (await roots('k'), 'asked') }),
      sampling: tool({
        ...reads,
        run: async (_, { sample }) => (await sample('k', { messages: [], maxTokens: 1 }), 'asked'),
      }),
    },
  })

  it.each([
    [{}],
    [{ elicitation: null, roots: null, sampling: null }],
    [{ elicitation: 1, roots: true, sampling: 'yes' }],
    [{ elicitation: [], roots: [], sampling: [] }],
    [{ elicitation: { form: null, url: null } }],
    [{ elicitation: { form: true, url: 1 } }],
    [{ ['__proto__']: { elicitation: {}, roots: {}, sampling: {} } }],
  ])('as %j is asked for nothing', async (capabilities) => {
    const clientCapabilities = capabilities as ClientCapabilities
    for (const name of ['form', 'url', 'roots', 'sampling']) {
      expect(await answer(server, 'tools/call', { name }, { clientCapabilities })).toMatchObject({
        code: 'missing_client_capability',
      })
    }
    expect(entries).toEqual([])
  })
})

describe('names that every object has', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']
  const own = <T>(value: (name: string) => T): Record<string, T> =>
    Object.fromEntries(names.map((name) => [name, value(name)]))
  const schema = (properties: unknown): JsonSchema => ({ type: 'object', properties })

  const named = serve({
    tools: own((name) =>
      tool({
        ...reads,
        input: jsonSchema<Record<string, string>>(schema(own(() => ({ type: 'string' })))),
        run: (input) => `${name} ${JSON.stringify(input)}`,
      }),
    ),
    prompts: own((name) =>
      prompt({
        description: 'Prompts.',
        args: jsonSchema<Record<string, string>>(
          schema({ ...own(() => ({ type: 'string', enum: ['given', 'taken'] })) }),
        ),
        render: (args) => `${name} ${JSON.stringify(args)}`,
      }),
    ),
    resources: own((name) =>
      resource({
        uri: `x-${name.toLowerCase().replaceAll('_', '')}://{${name}}`,
        read: (found) => JSON.stringify(found),
      }),
    ),
  }).server
  const plain = serve({
    tools: { other: tool({ ...reads, input: z.object({}), run: (input) => JSON.stringify(input) }) },
    prompts: { other: prompt({ description: 'Prompts.', render: () => 'other' }) },
    resources: { other: resource({ uri: 'other://{id}', complete: { id: ['1'] }, read: ({ id }) => id }) },
  }).server

  it.each(names)('%s is a name like any other where it is defined', async (name) => {
    const args = JSON.parse(`{"${name}":"given"}`) as Record<string, string>
    expect(await complete(named, 'tools/call', { name, arguments: args })).toMatchObject({
      content: [{ text: `${name} {"${name}":"given"}` }],
    })
    expect(await complete(named, 'prompts/get', { name, arguments: args })).toMatchObject({
      messages: [{ content: { text: `${name} {"${name}":"given"}` } }],
    })
    const uri = `x-${name.toLowerCase().replaceAll('_', '')}://1`
    expect(await complete(named, 'resources/read', { uri })).toMatchObject({ contents: [{ text: `{"${name}":"1"}` }] })
    const ref = { type: 'ref/prompt', name } as const
    expect(await complete(named, 'completion/complete', { ref, argument: { name, value: 't' } })).toMatchObject({
      completion: { values: ['taken'] },
    })
  })

  it.each(names)('%s is unknown where it is not', async (name) => {
    for (const [method, params] of [
      ['tools/call', { name }],
      ['prompts/get', { name }],
      ['resources/read', { uri: name }],
      ['completion/complete', { ref: { type: 'ref/prompt', name }, argument: { name, value: '' } }],
    ] as const) {
      expect(await answer(plain, method, params)).toMatchObject({ number: -32602 })
    }
    const ref = { type: 'ref/resource', uri: 'other://{id}' } as const
    expect(await complete(plain, 'completion/complete', { ref, argument: { name, value: '' } })).toMatchObject({
      completion: { values: [] },
    })
  })

  it('poison no prototype', async () => {
    const args = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') as Record<
      string,
      unknown
    >
    await answer(plain, 'tools/call', { name: 'other', arguments: args, _meta: args, inputResponses: args })
    await answer(named, 'tools/call', { name: 'toString', arguments: args })
    expect({}).not.toHaveProperty('polluted')
  })
})

describe('what a handler returns', () => {
  const output = z.any()
  it.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a bigint', 1n],
  ])('although it is %s and no JSON, is answered with a reference', async (_, value) => {
    const { server, entries } = serve({ tools: { odd: tool({ ...reads, output, run: () => value }) } })
    const reply = await complete(server, 'tools/call', { name: 'odd' })
    expect(reply).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('Internal error (ref ') }] })
    expect(entries).toMatchObject([{ level: 'error', name: 'odd' }])
  })

  // basic#resulttype
  it('cannot be made another kind of result by data from elsewhere', async () => {
    const foreign = JSON.parse(
      '{"content":[],"resultType":"input_required","inputRequests":{"k":{}},"requestState":"x","_meta":{"a":1,"io.modelcontextprotocol/serverInfo":{"name":"evil"}}}',
    ) as { content: [] }
    const { server } = serve({ tools: { relay: tool({ ...reads, run: () => foreign }) } })
    const reply = await complete(server, 'tools/call', { name: 'relay' })
    expect(JSON.parse(JSON.stringify(reply))).toEqual({
      content: [],
      _meta: { a: 1, 'io.modelcontextprotocol/serverInfo': { name: 'target', version: '1' } },
    })
  })

  it('although it is changed afterwards, changes no other answer', async () => {
    const { server } = serve({
      tools: {
        vandal: tool({
          ...reads,
          run: (input, context) => {
            for (const value of [input, context.meta, context.clientInfo ?? {}]) Object.assign(value, { spoiled: true })
            return JSON.stringify([input, context.meta])
          },
        }),
      },
    })
    const call = () => complete(server, 'tools/call', { name: 'vandal', _meta: {} }).catch(String)
    expect(await call()).toEqual(await call())
  })
})

describe('what a handler reports', () => {
  // basic/patterns/progress
  it('as progress is dropped or mended where JSON has no number for it', async () => {
    const { server } = serve({
      tools: {
        odd: tool({
          ...reads,
          run: (_, { progress }) => {
            for (const done of [Number.NaN, -Infinity, 1, 1, Infinity, 2]) progress(done, Number.NaN)
            return 'done'
          },
        }),
      },
    })
    const notifications: Notification[] = []
    await complete(server, 'tools/call', { name: 'odd', _meta: { progressToken: 't' } }, { notifications })
    expect(notifications.map(({ params }) => params)).toEqual([
      { progressToken: 't', progress: 1 },
      { progressToken: 't', progress: 2 },
    ])
  })

  it('to the log fails nothing, whatever it is', async () => {
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    const odd = [
      cycle,
      1n,
      undefined,
      Symbol('s'),
      { toJSON: () => undefined },
      new Proxy({}, { ownKeys: () => 1 as never }),
    ]
    const { server, entries } = serve(
      { tools: { odd: tool({ ...reads, run: (_, { log }) => (odd.forEach((data) => log('info', data)), 'done') }) } },
      { logging: true },
    )
    const notifications: Notification[] = []
    const _meta = { 'io.modelcontextprotocol/logLevel': 'debug' } as const
    expect(await complete(server, 'tools/call', { name: 'odd', _meta }, { notifications })).toMatchObject({
      content: [{ text: 'done' }],
    })
    expect(entries.map(({ message }) => message)).toEqual(odd.map((data) => `A ${typeof data} that JSON cannot carry.`))
    expect(notifications).toEqual([])
  })
})

describe('a handler that nobody waits for any more', () => {
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  const slowly: (() => void)[] = []
  const slow = <T>(value: T): Promise<T> => new Promise((resolve) => slowly.push(() => resolve(value)))
  const isSlow = async () => {
    await expect.poll(() => slowly.length).toBeGreaterThan(0)
  }
  const goOn = (): void => slowly.splice(0).forEach((resolve) => resolve())
  const input = z.object({ n: z.number() })
  const start = (definition: object, options: Partial<ServerOptions> = {}) => {
    const ran: string[] = []
    const late = tool({
      ...destroys,
      confirm: false,
      input,
      ...definition,
      run: () => (ran.push('ran'), ''),
    })
    const { server } = serve({ tools: { late } }, options)
    const call = (more: object = {}, given: Given = {}) =>
      answer(server, 'tools/call', { name: 'late', arguments: { n: 1 }, ...more }, { ...elicits, ...given })
    return { ran, call }
  }

  // basic/patterns/cancellation#behavior-requirements
  it.each<[meanwhile: string, definition: object, options?: Partial<ServerOptions>]>([
    ['its context was made', {}, { context: () => slow({}) }],
    ['its arguments were checked', { input: input.refine(() => slow(true)) }],
    ['its confirmation was worded', { confirm: () => slow('Sure?') }],
  ])('since the caller left while %s is not started', async (_, definition, options) => {
    const { call, ran } = start(definition, options)
    const first = call()
    await isSlow()
    goOn()
    const { requestState } = (await first) as InputRequired
    ran.length = 0
    const gone = new AbortController()
    const inputResponses = { confirm: { action: 'accept' } }
    const retry = call({ requestState, inputResponses }, { signal: gone.signal })
    await isSlow()
    gone.abort()
    goOn()
    expect(await retry).toMatchObject({ message: 'The call was cancelled.' })
    expect(ran).toEqual([])
  })

  it('since its time was up while its context was made is not started', async () => {
    const { call, ran } = start({ timeout: 20 }, { context: () => slow({}) })
    expect(await call()).toMatchObject({ isError: true })
    goOn()
    await settle()
    expect(ran).toEqual([])
  })
})

describe('a deadline', () => {
  it('may be for ever', async () => {
    const later = (): Promise<string> => new Promise((resolve) => setImmediate(resolve, 'fine'))
    const { server } = serve({ tools: { slow: tool({ ...reads, timeout: Infinity, run: later }) } })
    expect(await complete(server, 'tools/call', { name: 'slow' })).toMatchObject({ content: [{ text: 'fine' }] })
  })
})

describe('subscriptions', () => {
  const resources = {
    open: resource({ uri: 'open://{id}', read: () => 'x' }),
    guarded: resource({ uri: 'guarded://{id}', scopes: ['read'], read: () => 'x' }),
  }
  const listen = (server: ServerCore, notifications: object, given: Given = {}) =>
    answer(server, 'subscriptions/listen', { notifications }, given)
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  const scopes = { read: 'Read' }

  it.each([
    ['nobody', {}, ['open://1']],
    ['somebody without the scope', as('eve'), ['open://1']],
    ['somebody with it', as('ada', 'read'), ['open://1', 'guarded://1']],
  ])('show %s only changes of what they may read', async (_, who, expected) => {
    const { server } = serve({ resources }, { scopes, changes: memoryChanges() })
    const notifications: Notification[] = []
    const ended = listen(server, { resourceSubscriptions: ['open://1', 'guarded://1'] }, { ...who, notifications })
    await settle()
    for (const uri of ['guarded://1', 'open://1']) await server.changed.resource(uri)
    const [acknowledged, ...updates] = notifications
    expect(acknowledged?.params).toEqual({ notifications: { resourceSubscriptions: expected } })
    expect(new Set(updates.map(({ params }) => (params as { uri: string }).uri))).toEqual(new Set(expected))
    await server.close()
    await ended
  })

  it('are not held for megabytes of params', async () => {
    const { server } = serve({ resources }, { scopes, changes: memoryChanges() })
    const uri = `open://${'x'.repeat(2000)}`
    for (const params of [
      { notifications: { resourceSubscriptions: Array(1000).fill(uri) } },
      { notifications: { resourcesListChanged: true }, _meta: { junk: uri.repeat(1000) } },
    ]) {
      expect(await answer(server, 'subscriptions/listen', params)).toMatchObject({ number: -32602 })
    }
  })

  it('that fail, and those left while they begin, leave no place taken', async () => {
    let subscribe: Changes['subscribe'] = () => Promise.reject(new Error('secret of the store'))
    const { server } = serve(
      { resources },
      { scopes, changes: { publish: () => {}, subscribe: (...given) => subscribe(...given) } },
    )
    for (let round = 0; round < 1100; round++) {
      expect(await listen(server, { resourcesListChanged: true })).toMatchObject({ message: 'secret of the store' })
    }
    subscribe = () => new Promise(() => {})
    const gone = new AbortController()
    const slow = Array.from({ length: 1024 }, () =>
      listen(server, { resourcesListChanged: true }, { signal: gone.signal }),
    )
    expect(await listen(server, { resourcesListChanged: true })).toMatchObject({ number: -32603 })
    gone.abort()
    await Promise.all(slow)
    subscribe = () => () => {}
    const last = listen(server, { resourcesListChanged: true })
    await settle()
    await server.close()
    expect(await last).toHaveProperty('_meta')
  })

  it('whose listener fails harm neither who made the change nor the other listeners', async () => {
    const { server, entries } = serve({ resources }, { scopes, changes: memoryChanges() })
    const filter = { notifications: { resourcesListChanged: true } }
    const broken = {
      method: 'subscriptions/listen',
      params: filter,
      clientCapabilities: {},
      signal: new AbortController().signal,
      notify: ({ method }: Notification) => {
        if (method === 'notifications/resources/list_changed') throw new Error('broken listener')
      },
    }
    const first = server.handle(broken as unknown as Call)
    const notifications: Notification[] = []
    const second = listen(server, filter.notifications, { notifications })
    await settle()
    await server.changed.resources()
    expect(notifications.at(-1)?.method).toBe('notifications/resources/list_changed')
    await first
    expect(entries).toMatchObject([{ message: 'broken listener' }])
    await server.close()
    await second
  })
})

describe('a URI', () => {
  const secret = resource({ uri: 'files://private/{name}', scopes: ['admin'], read: ({ name }) => `private ${name}` })
  const fixed = resource({ uri: 'files://rules', scopes: ['admin'], read: () => 'rules' })
  const all = resource({ uri: 'files://{+path}', read: ({ path }) => `open ${path}` })
  const { server } = serve({ resources: { all, secret, fixed } }, { scopes: { admin: 'All' } })

  it.each([
    'files://private/a',
    'files://%70rivate/a',
    'files://private%2Fa',
    'files://private%2fa',
    'files://%70%72%69%76%61%74%65%2F%61',
    'files://rules',
    'files://rule%73',
  ])('%s takes the scopes of what it names once decoded', async (uri) => {
    expect(await answer(server, 'resources/read', { uri })).toMatchObject({ code: 'missing_token' })
    expect(await answer(server, 'resources/read', { uri }, as('eve'))).toMatchObject({ code: 'insufficient_scope' })
    expect(await answer(server, 'resources/read', { uri }, as('ada', 'admin'))).toHaveProperty('contents')
  })

  it.each(['files://a%20b', 'files://gr%C3%B6%C3%9Fe%2F1', 'files://100%25', 'files://%2570rivate'])(
    '%s is read like any other',
    async (uri) => {
      expect(await answer(server, 'resources/read', { uri })).toHaveProperty('contents')
    },
  )

  it.each([
    ['nothing', ''],
    ['a NUL', 'files://a\0b'],
    ['an encoded NUL', 'files://a%00b'],
    ['a path upwards', 'files://a/../private/a'],
    ['an encoded path upwards', 'files://a/%2e%2E/private/a'],
    ['half an escape', 'files://a%2'],
    ['an escape that is not UTF-8', 'files://a%ff'],
    ['a megabyte', `files://${'x'.repeat(1_000_000)}`],
    ['a megabyte of escapes', `files://${'%61'.repeat(350_000)}`],
    ['a megabyte of queries', `files://a?${'a=1&'.repeat(250_000)}`],
    ['another case', 'FILES://a'],
    ['blanks around', ' files://a '],
    ['half a character', 'files\ud800://a'],
  ])('of %s is not found', async (_, uri) => {
    const error = await answer(server, 'resources/read', { uri })
    expect(error).toMatchObject({ number: -32602, message: 'Resource not found' })
    expect(JSON.stringify(error).length).toBeLessThan(16_384)
  })
})

// server/utilities/pagination#error-handling
describe('a cursor', () => {
  const parts = {
    tools: { a: tool({ ...reads, run: () => 'a' }), b: tool({ ...reads, run: () => 'b' }) },
    prompts: { a: prompt({ description: 'a', render: () => 'a' }), b: prompt({ description: 'b', render: () => 'b' }) },
    resources: {
      a: resource({
        uri: 'a://{id}',
        list: () => [
          { uri: 'a://1', name: '1' },
          { uri: 'a://2', name: '2' },
        ],
        read: () => 'a',
      }),
      b: resource({ uri: 'b://{id}', read: () => 'b' }),
    },
  }
  const { server } = serve(parts, { pageSize: 1 })
  const lists = ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'] as const

  it.each(lists)('of another list is not one of %s', async (list) => {
    for (const other of lists) {
      const { nextCursor } = (await complete(server, other, {})) as { nextCursor?: string }
      expect(nextCursor).toBeDefined()
      const found = await answer(server, list, { cursor: nextCursor })
      expect(found).toMatchObject(other === list ? { _meta: {} } : { number: -32602 })
    }
  })

  it.each([
    '',
    '__proto__',
    'undefined',
    'x'.repeat(1_000_000),
    '\ud800',
    'resources',
    'resources-',
    'resources-0',
    'resources--1',
    'resources-2',
    'resources-1.0',
    'resources-01',
    'resources- 1',
    'resources-1e0',
    'resources-0x1',
    'resources-NaN',
    'resources-Infinity',
    'resources-1-1',
    'RESOURCES-1',
  ])('that nobody gave out is refused: %.20s', async (forged) => {
    for (const list of lists) expect(await answer(server, list, { cursor: forged })).toMatchObject({ number: -32602 })
  })
})

// server/utilities/completion#security
describe('a completion', () => {
  it('of what the caller may not use says nothing, in any way of asking', async () => {
    const { server } = serve(
      {
        prompts: {
          p: prompt({
            description: 'p',
            scopes: ['admin'],
            args: z.object({ a: z.enum(['secret']) }),
            render: () => 'x',
          }),
        },
        resources: {
          r: resource({ uri: 'r://{id}', scopes: ['admin'], complete: { id: () => ['secret'] }, read: () => 'x' }),
        },
      },
      { scopes: { admin: 'All' } },
    )
    for (const ref of [
      { type: 'ref/prompt', name: 'p' },
      { type: 'ref/resource', uri: 'r://{id}' },
      { type: 'ref/resource', uri: 'r://1' },
      { type: 'ref/resource', uri: 'r://{ID}' },
      { type: 'ref/prompt', name: 'P' },
    ]) {
      for (const name of ['a', 'id']) {
        const reply = await answer(server, 'completion/complete', { ref, argument: { name, value: '' } }, as('eve'))
        expect(reply).toBeInstanceOf(Error)
        expect(JSON.stringify(reply)).not.toContain('secret')
      }
    }
  })
})

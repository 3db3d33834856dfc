import { runInNewContext } from 'node:vm'
import { describe, expect, it, vi } from 'vitest'
import type { Log, LogEntry } from '../call/index.ts'
import { memoryChanges } from '../server/changes.ts'
import { createServer, type ServerOptions, type ServerParts } from '../server/create-server.ts'
import { definers } from '../server/definitions.ts'
import { createFetchHandler } from './fetch.ts'
import { callTool, message, properHeaders } from './fixtures/cases.ts'

const { tool, resource, prompt } = definers
const reads = { description: 'Reads.', effect: 'read' } as const

const anyObject = { input: () => ({ type: 'object' }), output: () => ({}) }
const anything = {
  '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }), jsonSchema: anyObject },
} as const

function serve(parts: ServerParts<never>, options: Partial<ServerOptions> = {}) {
  const entries: LogEntry[] = []
  const server = createServer(
    { name: 'target', version: '1', log: (entry) => void entries.push(entry), ...options },
    parts,
  )
  const handle = createFetchHandler(server)
  const post = async (body: string, headers: Record<string, string> = {}) => {
    const request = new Request('http://localhost/mcp', {
      method: 'POST',
      headers: { ...properHeaders(body), ...headers },
      body,
    })
    const response = await handle(request)
    return { status: response.status, body: await response.text() }
  }
  return { server, handle, post, entries }
}

const refOf = (text: string): string | undefined => /Internal error \(ref (\w{6})\)/.exec(text)?.[1]

const hostile = (): never => {
  throw new Error('secret of a trap')
}
const withHostileMessage = Object.defineProperty(new Error('x'), 'message', { get: hostile })
const thrown: readonly (readonly [what: string, value: unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['a string', 'secret'],
  ['a symbol', Symbol('secret')],
  ['a bigint', 10n],
  ['a function', () => 'secret'],
  ['an object without a prototype', Object.create(null)],
  ['an object that has no text', { toString: hostile, [Symbol.toPrimitive]: hostile }],
  ['an error whose message throws', withHostileMessage],
  ['an error whose message is no text', Object.assign(new Error('x'), { message: { secret: 1n } })],
  ['an error with a cyclic cause', Object.assign(new Error('secret'), { cause: thrownCycle() })],
  ['a proxy that answers nothing', new Proxy({}, { getPrototypeOf: hostile, get: hostile, has: hostile })],
]

function thrownCycle(): object {
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  return cycle
}

describe('a handler that throws', () => {
  describe.each(thrown)('%s', (_, value) => {
    const fail = (): never => {
      throw value
    }
    const reject = (): Promise<never> => Promise.reject(value)

    it.each([
      ['at once', fail],
      ['later', reject],
    ])('%s answers every call with a reference and goes on', async (_when, run) => {
      const { post, entries } = serve({
        tools: { bad: tool({ ...reads, run }), good: tool({ ...reads, run: () => 'fine' }) },
        resources: { bad: resource({ uri: 'bad://{id}', read: run, list: run, complete: { id: run } }) },
        prompts: { bad: prompt({ description: 'Bad.', render: run }) },
      })
      const ref = { type: 'ref/resource', uri: 'bad://{id}' }
      for (const body of [
        callTool('bad'),
        message('resources/read', { uri: 'bad://1' }),
        message('resources/list'),
        message('prompts/get', { name: 'bad' }),
        message('completion/complete', { ref, argument: { name: 'id', value: '' } }),
      ]) {
        const answer = await post(body)
        expect(answer.body).not.toContain('secret')
        expect(refOf(answer.body)).toBe(entries.at(-1)?.ref)
        expect(typeof entries.at(-1)?.message).toBe('string')
      }
      expect((await post(callTool('good'))).body).toContain('fine')
    })
  })
})

describe('a log that fails', () => {
  const logs: readonly (readonly [how: string, log: Log])[] = [
    ['at once', hostile],
    ['later', () => Promise.reject(new Error('secret of the log'))],
  ]

  it.each(logs)('%s takes no request with it, and what it could not write goes to stderr', async (_, log) => {
    const stderr = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { post } = serve(
      {
        tools: {
          bad: tool({ ...reads, run: () => Promise.reject(withHostileMessage) }),
          chatty: tool({ ...reads, run: (_input, context) => (context.log('error', 'hello'), 'fine') }),
        },
        resources: { bad: resource({ uri: 'bad://{id}', read: hostile }) },
      },
      { log },
    )
    for (const body of [callTool('bad'), message('resources/read', { uri: 'bad://1' })]) {
      const ref = refOf((await post(body)).body)
      expect(ref).toBeDefined()
      expect(stderr.mock.calls.at(-1)?.[0]).toContain(ref)
    }
    expect((await post(callTool('chatty'))).body).toContain('fine')
    stderr.mockRestore()
  })
})

describe('a body within its bytes', () => {
  const items = (count: number, item: string): string => `{"list":[${Array(count).fill(item).join(',')}]}`
  const members = (count: number): string =>
    `{"list":{${Array.from({ length: count }, (_, index) => `"${index}":0`).join(',')}}}`
  const withArguments = (json: string): string => callTool('eager', {}).replace('"arguments":{}', `"arguments":${json}`)

  it.each([
    ['two million zeros', items(1_900_000, '0')],
    ['a million arrays', items(1_000_000, '[]')],
    ['300 000 members', members(300_000)],
    ['200 000 nests', items(200_000, '[[[0]]]')],
  ])('of %s is refused before any schema sees it', async (_, json) => {
    const validate = vi.fn((value: unknown) => ({ value }))
    const input = { '~standard': { version: 1, vendor: 'test', validate, jsonSchema: anyObject } } as const
    const { post } = serve({ tools: { eager: tool({ ...reads, input, run: () => 'fine' }) } })
    const { status, body } = await post(withArguments(json))
    expect([status, JSON.parse(body)]).toMatchObject([400, { error: { code: -32700 } }])
    expect(body).toContain('at most 100000')
    expect(validate).not.toHaveBeenCalled()
    expect((await post(withArguments(items(90_000, '0')))).body).toContain('fine')
  })

  it('of much text and many commas is no more than what it is', async () => {
    const { post } = serve({ tools: { eager: tool({ ...reads, input: anything, run: () => 'fine' }) } })
    expect((await post(withArguments(JSON.stringify({ text: 'a, b [c] {d}, '.repeat(200_000) })))).body).toContain(
      'fine',
    )
  })
})

// basic#meta, basic#requests
describe('an envelope of odd shapes', () => {
  const good = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const { post, entries } = serve({ tools: { t: tool({ ...reads, run: () => 'fine' }) } }, { logging: true })
  const send = async (fields: object, params: object): Promise<unknown> => {
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      ...fields,
      params: { name: 't', ...params },
    })
    const { status, body: text } = await post(body)
    const { id, result, error } = JSON.parse(text) as { id?: unknown; result?: object; error?: { code: number } }
    return [status, id, result === undefined ? error?.code : 'result']
  }

  it.each([
    [null],
    ['x'],
    [0],
    [[]],
    [{}],
    [{ ...good, 'io.modelcontextprotocol/protocolVersion': 20260728 }],
    [{ ...good, 'io.modelcontextprotocol/protocolVersion': ['2026-07-28'] }],
    [{ ...good, 'io.modelcontextprotocol/clientCapabilities': null }],
    [{ ...good, 'io.modelcontextprotocol/clientCapabilities': [] }],
    [{ ...good, 'io.modelcontextprotocol/clientCapabilities': 'elicitation' }],
    [{ ['__proto__']: good }],
  ])('_meta as %j is malformed', async (_meta) => {
    expect(await send({}, { _meta })).toEqual([400, 1, -32602])
  })

  it.each([
    [{ progressToken: {} }],
    [{ progressToken: null }],
    [{ progressToken: 1.5 }],
    [{ progressToken: 'x'.repeat(1_000_000) }],
    [{ 'io.modelcontextprotocol/logLevel': 'LOUD' }],
    [{ 'io.modelcontextprotocol/logLevel': 0 }],
    [{ 'io.modelcontextprotocol/logLevel': '__proto__' }],
    [{ 'io.modelcontextprotocol/clientInfo': 'me' }],
    [{ 'io.modelcontextprotocol/clientInfo': { name: 1, version: '1' } }],
  ])('_meta with %.60j is refused', async (more) => {
    expect(await send({}, { _meta: { ...good, ...more } })).toEqual([200, 1, -32602])
  })

  it.each([
    [''],
    ['__proto__'],
    ['\0'],
    ['\ud800'],
    ['1'],
    ['x'.repeat(256)],
    [0],
    [-1],
    [2 ** 53 - 1],
    [-(2 ** 53) + 1],
  ])('the id %.20j comes back as it was', async (id) => {
    expect(await send({ id }, { _meta: good })).toEqual([200, id, 'result'])
  })

  it.each([[null], [2 ** 53], [1e300], [0.1], [true], [[]], [{}], ['x'.repeat(257)]])(
    'the id %.20j is refused and not echoed',
    async (id) => {
      expect(await send({ id }, { _meta: good })).toEqual([400, undefined, -32600])
    },
  )

  it.each([
    ['jsonrpc', ['2.0', 2, '2', null, undefined].slice(1)],
    ['method', [1, null, [], {}]],
  ])('a wrong %s is refused with the id', async (field, values) => {
    for (const value of values) expect(await send({ [field]: value }, { _meta: good })).toEqual([400, 1, -32600])
  })

  it('says nothing of it to the log', () => {
    expect(entries).toEqual([])
  })
})

describe('a body that cannot be read', () => {
  const { handle } = serve({ tools: { t: tool({ ...reads, run: () => 'fine' }) } })
  const body = callTool('t')
  const ask = async (init: object): Promise<unknown[]> => {
    const request = new Request('http://localhost/mcp', {
      method: 'POST',
      duplex: 'half',
      ...init,
      headers: { ...properHeaders(body), ...(init as { headers?: Record<string, string> }).headers },
    } as RequestInit)
    if ('used' in init) await request.text()
    const { status, body: reply } = await handle(request)
    return [status, JSON.parse(await new Response(reply).text())]
  }
  const broken = (): ReadableStream =>
    new ReadableStream({
      pull: (controller) => controller.error(new Error('secret of the socket')),
    })
  const endless = (): ReadableStream =>
    new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1 << 20)) })

  it.each([
    ['breaks off', { body: broken() }],
    ['breaks off before its length', { body: broken(), headers: { 'content-length': '100' } }],
    ['was read before', { body, used: true }],
  ])('because it %s is answered with 400', async (_, init) => {
    expect(await ask(init)).toMatchObject([400, { error: { message: expect.not.stringContaining('secret') } }])
  })

  it.each([
    ['no length', {}],
    ['a length that is no number', { 'content-length': 'many' }],
    ['no number of bytes', { 'content-length': '' }],
  ])('because it has no end and %s is given up with 413', async (_, headers) => {
    expect((await ask({ body: endless(), headers }))[0]).toBe(413)
  })
})

describe('an interceptor', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['a list', [1]],
    ['text in disguise', { toJSON: () => 'x' }],
    ['a list in disguise', { toJSON: () => [1] }],
    ['nothing in disguise', { toJSON: () => undefined }],
    ['a trap', new Proxy({}, { get: hostile, has: hostile, ownKeys: hostile })],
  ])('that answers with %s makes no malformed message', async (_, value) => {
    const { post, entries } = serve({ use: [() => async () => value as never] })
    const { status, body } = await post(message('server/discover'))
    expect([status, JSON.parse(body)]).toMatchObject([500, { id: 1, error: { code: -32603 } }])
    expect(refOf(body)).toBe(entries[0]?.ref)
  })

  it('that fails on every call lets nobody fill the log', async () => {
    const { post, entries } = serve({ use: [() => hostile] })
    const long = 'x'.repeat(1_000_000)
    await post(message(long), { 'mcp-method': long })
    await post(callTool(long), { 'mcp-name': long })
    expect(entries).toHaveLength(2)
    expect(JSON.stringify(entries).length).toBeLessThan(2_000)
  })

  it('that throws at once is answered for', async () => {
    const { post } = serve({ use: [() => hostile] })
    expect(await post(message('server/discover'))).toMatchObject({ status: 500 })
  })

  it.each([
    ['without a promise', (() => ({ ttlMs: 1 })) as never],
    ['with a promise of another realm', (() => runInNewContext('Promise.resolve({ ttlMs: 1 })')) as never],
  ])('that answers %s is understood', async (_, handle) => {
    const { post } = serve({ use: [() => handle] })
    const { status, body } = await post(message('server/discover'))
    expect([status, JSON.parse(body)]).toMatchObject([200, { id: 1, result: { ttlMs: 1 } }])
  })
})

describe('a thousand subscriptions', () => {
  it('that are left give their places to others', async () => {
    const { handle, server } = serve(
      { tools: { t: tool({ ...reads, run: () => 'fine' }) } },
      { changes: memoryChanges() },
    )
    const body = message('subscriptions/listen', { notifications: { toolsListChanged: true } })
    const listen = () =>
      handle(new Request('http://localhost/mcp', { method: 'POST', headers: properHeaders(body), body }))
    for (let round = 0; round < 2; round++) {
      const open = await Promise.all(Array.from({ length: 1024 }, listen))
      expect(open.every(({ headers }) => headers.get('content-type') === 'text/event-stream')).toBe(true)
      expect(await (await listen()).json()).toMatchObject({ error: { code: -32603 } })
      await Promise.all(open.map(async (response) => response.body?.cancel()))
      await server.changed.tools()
    }
  })
})

import { describe, expect, it, vi } from 'vitest'
import {
  AuthorizationError,
  type Call,
  ConnectionError,
  type LogEntry,
  ProtocolError,
  type Reply,
  Values,
} from '../call/index.ts'
import { META, type Method, type Notification, type Params } from '../protocol/index.ts'
import { connectHttp, type ConnectHttpOptions } from './connect.ts'
import { createFetchHandler } from './fetch.ts'
import { VERSION } from './fixtures/cases.ts'
import { createTestService, MIRRORED_SCHEMA, type TestService, text, untilGone } from './fixtures/service.ts'

const ENDPOINT = 'http://localhost/mcp'

type Around = Partial<Pick<Call, 'signal' | 'notify' | 'clientCapabilities'>>

const callOf = <M extends Method>(method: M, params: Params<M>, more: Around = {}): Call<M> => ({
  method,
  params,
  protocolVersion: VERSION,
  clientInfo: { name: 'test', version: '1' },
  clientCapabilities: {},
  values: new Values(),
  signal: new AbortController().signal,
  notify: () => {},
  ...more,
})

const callTool = (name: string, args?: Record<string, unknown>, more?: Around): Call<'tools/call'> =>
  callOf('tools/call', { name, arguments: args }, more)

/** Every request that went out, with the server that answered it. */
function connectTest(service: TestService = createTestService(), options: ConnectHttpOptions = {}) {
  const sent: Request[] = []
  const handler = createFetchHandler(service)
  const fetch = (request: Request): Promise<Response> => {
    sent.push(request)
    return handler(request)
  }
  return { handle: connectHttp(ENDPOINT, { fetch, ...options }), sent, service }
}

const answering = (body: BodyInit | null, init: ResponseInit = {}, options: ConnectHttpOptions = {}) =>
  connectHttp(ENDPOINT, {
    fetch: async () =>
      new Response(body, { ...init, headers: { 'content-type': 'application/json', ...(init.headers as object) } }),
    ...options,
  })

const events = { headers: { 'content-type': 'text/event-stream' } }
const result = (id: number, words = 'ok'): string => JSON.stringify({ jsonrpc: '2.0', id, result: text(words) })
const failure = (code: number, id?: number): string =>
  JSON.stringify({ jsonrpc: '2.0', id, error: { code, message: 'No', data: { supported: [VERSION] } } })

const codeOf = async (reply: Promise<Reply>): Promise<unknown> => {
  const error: unknown = await reply.catch((caught: unknown) => caught)
  const isKnown = [ConnectionError, ProtocolError, AuthorizationError].some((type) => error instanceof type)
  return isKnown ? (error as ConnectionError).code : error
}

describe('the HTTP client', () => {
  // streamable-http#sending-messages, #client-behavior
  // spec: http-post, http-accept, http-metadata, http-version-header, http-method-header, http-name-header
  // spec: http-single-message
  it('sends each call as its own POST with the headers that repeat it', async () => {
    const { handle, sent } = connectTest(undefined, { headers: { Accept: 'text/html', authorization: 'Bearer x' } })
    expect(await handle(callTool('echo', { a: 1 }))).toEqual(text('{"a":1}'))
    await handle(callTool('späte.notiz'))
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'POST'])
    expect(Object.fromEntries(sent[0]!.headers)).toEqual({
      accept: 'application/json, text/event-stream',
      authorization: 'Bearer x',
      'content-type': 'application/json',
      'mcp-method': 'tools/call',
      'mcp-name': 'echo',
      'mcp-protocol-version': VERSION,
    })
    expect(sent[1]!.headers.get('mcp-name')).toBe('=?base64?c3DDpHRlLm5vdGl6?=')
  })

  // basic#requests, basic/patterns/mrtr#client-requirements-basic-workflow
  // spec: request-id, request-id-unique, mrtr-client-id, http-single-message
  it('gives each request an integer of its own for an id', async () => {
    const bodies: unknown[] = []
    const handler = createFetchHandler(createTestService())
    const fetch = async (request: Request): Promise<Response> => {
      bodies.push(await request.clone().json())
      return handler(request)
    }
    const handle = connectHttp(ENDPOINT, { fetch })
    await Promise.all([handle(callTool('echo')), handle(callTool('echo')), handle(callOf('server/discover', {}))])
    expect(bodies).toMatchObject([
      { jsonrpc: '2.0', id: 1, method: 'tools/call' },
      { jsonrpc: '2.0', id: 2, method: 'tools/call' },
      { jsonrpc: '2.0', id: 3, method: 'server/discover' },
    ])
  })

  // spec: http-name-header
  it('mirrors the URI of a resource and the param of an extension', async () => {
    const { handle, sent } = connectTest(undefined, { nameFields: { 'tasks/get': 'taskId' } })
    await codeOf(handle(callOf('resources/read', { uri: 'notes://7%20' })))
    await codeOf(handle(callOf('tasks/get', { taskId: 't1' })))
    await handle(callOf('server/discover', {}))
    expect(sent.map(({ headers }) => headers.get('mcp-name'))).toEqual(['notes://7%20', 't1', null])
  })

  // spec: meta-envelope, meta-client-info
  it('puts the envelope into _meta and keeps what was there', async () => {
    const { handle, service } = connectTest()
    await handle(
      callOf('server/discover', { _meta: { traceparent: '00-a' } }, { clientCapabilities: { sampling: {} } }),
    )
    expect(service.calls[0]).toMatchObject({
      clientInfo: { name: 'test' },
      clientCapabilities: { sampling: {} },
      params: { _meta: { traceparent: '00-a', [META.protocolVersion]: VERSION } },
    })
  })

  // spec: http-answer-both, transport-delivers
  it('hands notifications on before it answers', async () => {
    const seen: Notification[] = []
    const notify = (notification: Notification): void => void seen.push(notification)
    const reply = await connectTest().handle(callTool('progress', {}, { notify }))
    expect(reply).toEqual(text('done'))
    expect(seen.at(-1)).toMatchObject({ method: 'notifications/progress', params: { progress: 3 } })
  })

  it('ends a subscription when the server does', async () => {
    const { handle, service } = connectTest()
    const seen: string[] = []
    const notify = ({ method }: Notification): void => void seen.push(method)
    const call = callOf('subscriptions/listen', { notifications: { toolsListChanged: true } }, { notify })
    const reply = handle(call)
    await expect.poll(() => seen.length).toBe(1)
    service.publish()
    await service.close()
    expect(await reply).toHaveProperty('_meta')
    expect(seen).toEqual(['notifications/subscriptions/acknowledged', 'notifications/tools/list_changed'])
  })

  describe('cancels', () => {
    it('by closing the request', async () => {
      const { handle, service } = connectTest(createTestService({ stuck: untilGone }))
      const caller = new AbortController()
      const reply = handle(callTool('stuck', {}, { signal: caller.signal }))
      await expect.poll(() => service.calls.length).toBe(1)
      caller.abort()
      expect(await codeOf(reply)).toBe('aborted')
      expect(service.calls[0]?.signal.aborted).toBe(true)
    })

    it('in the middle of a stream', async () => {
      const caller = new AbortController()
      const { handle, service } = connectTest()
      const reply = handle(
        callOf('subscriptions/listen', { notifications: {} }, { signal: caller.signal, notify: () => caller.abort() }),
      )
      expect(await codeOf(reply)).toBe('aborted')
      await expect.poll(() => service.calls[0]?.signal.aborted).toBe(true)
    })

    it('though the fetch does not heed it', async () => {
      const caller = new AbortController()
      const handle = connectHttp(ENDPOINT, { fetch: () => new Promise(() => {}) })
      const reply = handle(callTool('x', {}, { signal: caller.signal }))
      caller.abort(new ConnectionError('timeout', 'Too long.'))
      expect(await codeOf(reply)).toBe('timeout')
    })

    it('before it sends when that is already over', async () => {
      const { handle, sent } = connectTest()
      expect(await codeOf(handle(callTool('echo', {}, { signal: AbortSignal.abort() })))).toBe('aborted')
      expect(sent).toEqual([])
    })
  })

  // streamable-http#custom-headers-from-tool-parameters
  describe('mirrors arguments into headers', () => {
    const args = { region: 'Zürich', page: { count: 7 }, dry: true }
    const mirrors = ({ headers }: Request): (string | null)[] =>
      ['region', 'count', 'dry'].map((name) => headers.get(`mcp-param-${name}`))

    // spec: param-mirrored, param-omitted
    it('once it has seen the list', async () => {
      const { handle, sent } = connectTest()
      await handle(callOf('tools/list', {}))
      await handle(callTool('mirrored', args))
      await handle(callTool('mirrored', { region: null }))
      expect(sent.slice(1).map(mirrors)).toEqual([
        ['=?base64?WsO8cmljaA==?=', '7', 'true'],
        [null, null, null],
      ])
    })

    // spec: param-relearn
    it('after one refusal, when it has not', async () => {
      const { handle, sent, service } = connectTest()
      expect(await handle(callTool('mirrored', args))).toEqual(text(JSON.stringify(args)))
      expect(sent.map(({ headers }) => headers.get('mcp-method'))).toEqual(['tools/call', 'tools/list', 'tools/call'])
      expect(service.calls.map(({ method }) => method)).toEqual(['tools/list', 'tools/call'])
    })

    it('and gives up when the list says nothing new', async () => {
      const methods: string[] = []
      const fetch = async (request: Request): Promise<Response> => {
        const { method, id } = (await request.json()) as { method: string; id: number }
        methods.push(method)
        const list = { jsonrpc: '2.0', id, result: { tools: [{ name: 'x', inputSchema: { type: 'object' } }] } }
        return method === 'tools/list'
          ? Response.json(list)
          : new Response(failure(-32020, id), { status: 400, headers: { 'content-type': 'application/json' } })
      }
      expect(await codeOf(connectHttp(ENDPOINT, { fetch })(callTool('x')))).toBe('header_mismatch')
      expect(methods).toEqual(['tools/call', 'tools/list'])
    })

    it('found on a later page', async () => {
      const cursors: unknown[] = []
      const fetch = async (request: Request): Promise<Response> => {
        const { method, id, params } = (await request.json()) as {
          method: string
          id: number
          params: { cursor?: string }
        }
        const json = (value: object, status = 200): Response =>
          Response.json({ jsonrpc: '2.0', id, ...value }, { status })
        if (method === 'tools/list') {
          cursors.push(params.cursor)
          return json({
            result: params.cursor
              ? { tools: [{ name: 'mirrored', inputSchema: MIRRORED_SCHEMA }] }
              : { tools: [], nextCursor: 'p2' },
          })
        }
        return request.headers.has('mcp-param-region')
          ? json({ result: text('ok') })
          : json({ error: { code: -32020, message: 'x' } }, 400)
      }
      expect(await connectHttp(ENDPOINT, { fetch })(callTool('mirrored', args))).toEqual(text('ok'))
      expect(cursors).toEqual([undefined, 'p2'])
    })

    // spec: param-tool-left-out, param-tool-logged
    it('leaving out the tools whose annotations break a rule', async () => {
      const log = vi.fn<(entry: LogEntry) => void>()
      const bad = { type: 'object', properties: { a: { type: 'number', 'x-mcp-header': 'A' } } }
      const tools = [null, { name: 'bad', inputSchema: bad }, { name: 'good', inputSchema: { type: 'object' } }]
      const list = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools } })
      const reply = await answering(list, {}, { log })(callOf('tools/list', {}))
      expect(reply).toEqual({ tools: [null, tools[2]] })
      expect(log).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ level: 'warn', name: 'bad' }))
    })
  })

  describe('says what went wrong', () => {
    it.each([
      ['an error in a result', failure(-32602, 1), {}, 'invalid_params'],
      ['an error with a status', failure(-32022, 1), { status: 400 }, 'unsupported_version'],
      ['an error without an id', failure(-32600), { status: 403 }, 'invalid_request'],
      ['an error of an unknown kind', failure(-1, 1), {}, 'other'],
      ['an error without an id in a result', failure(-32600), {}, 'bad_reply'],
      ['the id of another request', result(2), {}, 'bad_reply'],
      ['a result with an error status', result(1), { status: 500 }, 'bad_reply'],
      ['no JSON', '<html>', {}, 'bad_reply'],
      ['a web page', '<html>', { status: 500, headers: { 'content-type': 'text/html' } }, 'bad_reply'],
      ['the page of a proxy', '<html>', { status: 502, headers: { 'content-type': 'text/html' } }, 'unavailable'],
      ['bytes that are not UTF-8', new Uint8Array([34, 255, 34]), {}, 'bad_reply'],
      ['nothing', null, { status: 202 }, 'bad_reply'],
      ['a redirect', null, { status: 307, headers: { location: 'https://elsewhere.example.com' } }, 'bad_reply'],
      ['no token', null, { status: 401 }, 'missing_token'],
      [
        'an old token',
        null,
        { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } },
        'invalid_token',
      ],
      ['too few scopes', failure(403, 1), { status: 403 }, 'insufficient_scope'],
      ['a stream without an answer', ':\n\n', events, 'disconnected'],
      ['an empty stream', null, events, 'bad_reply'],
      ['an event that is no message', 'data: hello\n\n', events, 'bad_reply'],
      ['an event that is not UTF-8', new Uint8Array([100, 97, 116, 97, 58, 255, 10, 10]), events, 'bad_reply'],
      ['a request of the server', 'data: {"jsonrpc":"2.0","id":1,"method":"ping"}\n\n', events, 'bad_reply'],
      ['an event for another request', `data: ${result(9)}\n\n`, events, 'bad_reply'],
      ['an error in a stream', `data: ${failure(-32603, 1)}\n\n`, events, 'internal_error'],
    ])('%s', async (_, body, init, code) => {
      expect(await codeOf(answering(body, init)(callTool('x')))).toBe(code)
    })

    it('with the scopes that are missing', async () => {
      const { handle } = connectTest()
      await expect(handle(callTool('no scope'))).rejects.toMatchObject({
        code: 'insufficient_scope',
        scopes: ['notes:read', 'notes:write'],
        message: expect.stringContaining('Needs "more".'),
      })
    })

    it('when an answer or an event is larger than allowed', async () => {
      const large = result(1, 'x'.repeat(2000))
      expect(await codeOf(answering(large, {}, { maxBytes: 1000 })(callTool('x')))).toBe('bad_reply')
      expect(await codeOf(answering(`data: ${large}\n\n`, events, { maxBytes: 1000 })(callTool('x')))).toBe('bad_reply')
      expect(await answering(`data: ${large}\n\n`, events, { maxBytes: 4000 })(callTool('x'))).toHaveProperty('content')
    })

    it('when an answer or an event holds more values than allowed', async () => {
      const message = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { ...text('ok'), more: Array(1000).fill(0) } })
      const allowed = { maxValues: 1000 }
      for (const handle of [answering(message, {}, allowed), answering(`data: ${message}\n\n`, events, allowed)]) {
        await expect(handle(callTool('x'))).rejects.toMatchObject({
          code: 'bad_reply',
          message: expect.stringContaining('at most 1000'),
        })
      }
      expect(await answering(message)(callTool('x'))).toHaveProperty('content')
    })

    it('in whatever pieces it comes', async () => {
      const bytes = new TextEncoder().encode(result(1, 'Zürich'.repeat(500)))
      const inPieces = (): ReadableStream =>
        new ReadableStream({
          start: (controller) => {
            for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
            controller.close()
          },
        })
      expect(await answering(inPieces())(callTool('x'))).toEqual(text('Zürich'.repeat(500)))
      expect(await codeOf(answering(inPieces(), {}, { maxBytes: bytes.length - 1 })(callTool('x')))).toBe('bad_reply')
    })

    it('when nobody answers, without the secrets of the URL', async () => {
      const cause = new TypeError('fetch failed')
      const handle = connectHttp('https://notes.example.com/mcp?key=secret', { fetch: () => Promise.reject(cause) })
      const error: unknown = await handle(callTool('x')).catch((caught: unknown) => caught)
      expect(error).toMatchObject({ code: 'disconnected', cause })
      expect(String(error)).not.toContain('secret')
    })

    it('when the connection breaks off', async () => {
      const broken = (): ReadableStream =>
        new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) })
      expect(await codeOf(answering(broken())(callTool('x')))).toBe('disconnected')
      expect(await codeOf(answering(broken(), events)(callTool('x')))).toBe('disconnected')
    })

    // changelog#major-changes: nothing of a stream that broke off is delivered again.
    // spec: http-stream-lost
    it('when a stream broke off, and sends the call as a new one when it is made again', async () => {
      const ids: unknown[] = []
      const fetch = async (request: Request): Promise<Response> => {
        const { id } = (await request.json()) as { id: number }
        ids.push(id)
        return id === 1 ? new Response(': begun\n\n', events) : new Response(`data: ${result(id)}\n\n`, events)
      }
      const handle = connectHttp(ENDPOINT, { fetch })
      expect(await codeOf(handle(callTool('x')))).toBe('disconnected')
      expect(await handle(callTool('x'))).toEqual(text('ok'))
      expect(ids).toEqual([1, 2])
    })

    it('and lets errors of the caller pass as they are', async () => {
      const fault = new RangeError('mine')
      const notify = (): void => {
        throw fault
      }
      await expect(connectTest().handle(callTool('progress', {}, { notify }))).rejects.toBe(fault)
      await expect(connectTest().handle(callTool('echo', { n: 1n }))).rejects.toThrow(TypeError)
      const denied = new AuthorizationError('missing_token', 'No token.')
      await expect(connectHttp(ENDPOINT, { fetch: () => Promise.reject(denied) })(callTool('x'))).rejects.toBe(denied)
    })
  })

  it('takes no URL that cannot be fetched', () => {
    expect(() => connectHttp('ftp://example.com')).toThrow(TypeError)
    expect(() => connectHttp('notes')).toThrow(TypeError)
    expect(() => connectHttp('https://ada:secret@example.com')).toThrow(/headers option/)
  })
})

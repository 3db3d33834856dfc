import { describe, expect, it } from 'vitest'
import { type Call, ENV, ProtocolError } from '../call/index.ts'
import { META } from '../protocol/index.ts'
import { readEvents } from '../wire/events.ts'
import { createFetchHandler } from './fetch.ts'
import { callTool, CASES, expected, headersOf, message, outcome, properHeaders } from './fixtures/cases.ts'
import { createTestService, later, text, untilGone } from './fixtures/service.ts'

const raise = (error: unknown): never => {
  throw error
}

const ENDPOINT = 'http://localhost/mcp'

interface Init {
  readonly headers?: Record<string, string>
  readonly signal?: AbortSignal
}

const post = (body: string, { headers, signal }: Init = {}): Request =>
  new Request(ENDPOINT, { method: 'POST', body, signal, headers: { ...properHeaders(body), ...headers } })

const readAll = async (response: Response): Promise<unknown[]> => {
  const messages: unknown[] = []
  for await (const data of readEvents(response.body!)) messages.push(JSON.parse(data))
  return messages
}

/** A body in pieces has no declared length. */
const inPieces = (bytes: Uint8Array): ReadableStream<Uint8Array> => {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(bytes.subarray(at, (at += 65_536)))
      else controller.close()
    },
  })
}

describe('the fetch handler', () => {
  for (const [topic, cases] of Object.entries(CASES)) {
    describe(`answers a request ${topic}`, () => {
      it.each(cases)('$name → $status $code', async (one) => {
        const { method = 'POST' } = one
        for (const service of [createTestService(), later(createTestService())]) {
          const body = method === 'GET' ? null : new Blob([one.body as BlobPart])
          const request = new Request(ENDPOINT, { method, headers: headersOf(one), body })
          const response = await createFetchHandler(service)(request)
          const answer = await response.text()
          expect(outcome(response.status, answer)).toEqual(expected(one))
          expect(response.headers.get('content-type')).toBe(answer === '' ? null : 'application/json')
          expect(answer).not.toContain('secret')
        }
      })
    })
  }

  // RFC 9110 §5.5
  it('leaves out blanks around a header, which workerd does not', async () => {
    const request = post(callTool('echo'))
    const get = (name: string): string | null => {
      const value = request.headers.get(name)
      return value === null ? null : ` \t${value}  `
    }
    const padded = new Proxy(request, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key)
        return key === 'headers' ? { get, has: () => false } : value
      },
    })
    expect((await createFetchHandler(createTestService())(padded)).status).toBe(200)
  })

  it('names the method it takes when it is asked with another', async () => {
    const response = await createFetchHandler(createTestService())(new Request(ENDPOINT))
    expect(response.headers.get('allow')).toBe('POST')
  })

  it('reads a body without a declared length up to the cap', async () => {
    const handler = createFetchHandler(createTestService(), { maxBytes: 100_000 })
    const send = (length: number): Promise<Response> => {
      const body = callTool('echo', { x: 'x'.repeat(length) })
      const init = { method: 'POST', headers: properHeaders(body), duplex: 'half' }
      return handler(new Request(ENDPOINT, { ...init, body: inPieces(new TextEncoder().encode(body)) }))
    }
    expect((await send(90_000)).status).toBe(200)
    expect((await send(100_000)).status).toBe(413)
  })

  it('refuses a body that is longer than it was declared', async () => {
    const body = callTool('echo', { x: 'x'.repeat(2000) })
    const handler = createFetchHandler(createTestService(), { maxBytes: 1000 })
    expect((await handler(post(body, { headers: { 'content-length': '10' } }))).status).toBe(413)
  })

  it('refuses by the declared length before it reads', async () => {
    const request = post(callTool('echo'), { headers: { 'content-length': '5000000' } })
    expect((await createFetchHandler(createTestService())(request)).status).toBe(413)
    expect(request.bodyUsed).toBe(false)
  })

  it('answers with the scopes that are missing', async () => {
    const handler = createFetchHandler(createTestService())
    const noScope = await handler(post(callTool('no scope')))
    expect(noScope.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_scope", scope="notes:read notes:write", error_description="Needs \\"more\\"."',
    )
    const noToken = await handler(post(callTool('no token')))
    expect(noToken.headers.get('www-authenticate')).toBe('Bearer scope="notes:read"')
  })

  it('refers to the log instead of telling the cause', async () => {
    const service = createTestService()
    const response = await createFetchHandler(service)(post(callTool('bigint')))
    const { error } = (await response.json()) as { error: { message: string } }
    expect(service.entries).toMatchObject([{ level: 'error', method: 'tools/call', name: 'bigint' }])
    expect(error.message).toBe(`Internal error (ref ${service.entries[0]?.ref})`)
  })

  it('logs no refusal', async () => {
    const service = createTestService()
    for (const one of [...CASES['by its envelope']!, ...CASES['by its mirrored headers']!]) {
      await createFetchHandler(service)(post(one.body as string, { headers: headersOf(one) }))
    }
    expect(service.entries).toEqual([])
  })

  it('hands the environment on', async () => {
    const service = createTestService()
    await createFetchHandler(service)(post(callTool('echo')), { KV: 1 })
    expect(service.calls[0]?.values.get(ENV)).toEqual({ KV: 1 })
  })

  it('mirrors a param of an extension into Mcp-Name', async () => {
    const handler = createFetchHandler(createTestService(), { nameFields: { 'tasks/get': 'taskId' } })
    const body = message('tasks/get', { taskId: 't1' })
    expect((await handler(post(body, { headers: { 'mcp-name': 't2' } }))).status).toBe(400)
    expect((await handler(post(body, { headers: { 'mcp-name': 't1' } }))).status).toBe(404)
  })

  // streamable-http#receiving-messages
  // spec: http-answer-type, http-stream-ends, http-no-buffering, result-id, http-stream-related
  it('streams from the first notification on and ends with the response', async () => {
    const response = await createFetchHandler(createTestService())(
      post(callTool('progress', {}, { progressToken: 'p' })),
    )
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(response.headers.get('x-accel-buffering')).toBe('no')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const messages = await readAll(response)
    expect(messages.at(-1)).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: { resultType: 'complete', content: [{ type: 'text', text: 'done' }] },
    })
    const progress = messages.slice(0, -1) as { params: { progress: number } }[]
    expect(progress.at(-1)).toMatchObject({
      method: 'notifications/progress',
      params: { progressToken: 'p', progress: 3 },
    })
  })

  // spec: http-stream-ends
  it('ends a stream with the error that came after it began', async () => {
    const service = createTestService()
    const messages = await readAll(await createFetchHandler(service)(post(callTool('fails late'))))
    expect(messages).toMatchObject([
      { method: 'notifications/message' },
      { id: 1, error: { code: -32603, message: `Internal error (ref ${service.entries[0]?.ref})` } },
    ])
  })

  const report = ({ notify }: Call): void =>
    notify({ method: 'notifications/progress', params: { progressToken: 'p', progress: 1 } })

  it.each<[string, () => unknown, object]>([
    ['answered', () => text('done'), { result: { content: [{ text: 'done' }] } }],
    ['refused', () => raise(new ProtocolError('invalid_params', 'No.')), { error: { code: -32602, message: 'No.' } }],
    ['answered with what cannot be written', () => ({ content: [1n] }), { error: { code: -32603 } }],
  ])('streams what was reported in the turn in which it was %s', async (_, answer, last) => {
    const service = createTestService({ quick: (call) => (report(call), answer()) })
    const response = await createFetchHandler(service)(post(callTool('quick')))
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(await readAll(response)).toMatchObject([{ params: { progress: 1 } }, { id: 1, ...last }])
  })

  it('lets the reader of an answer that was there at once leave in the middle of it', async () => {
    const service = createTestService({ quick: (call) => (report(call), text('done')) })
    const response = await createFetchHandler(service)(post(callTool('quick')))
    await response.body!.cancel()
    expect(service.calls[0]?.signal.aborted).toBe(false)
    expect(service.entries).toEqual([])
  })

  // spec: progress-ends, http-answer-type
  it('sends nothing after the response', async () => {
    let late = (): void => {}
    const service = createTestService({
      leaky: ({ notify }) => {
        late = () => notify({ method: 'notifications/message', params: { level: 'info', data: 'late' } })
        return { content: [] }
      },
    })
    const response = await createFetchHandler(service)(post(callTool('leaky')))
    late()
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.text()).not.toContain('late')
  })

  // basic/patterns/subscriptions#receiving-notifications, #graceful-closure
  // spec: subscription-id, listen-result, listen-teardown
  it('tags everything on a subscription with its id', async () => {
    const service = createTestService()
    const body = message('subscriptions/listen', { notifications: { toolsListChanged: true } }, 'sub')
    const response = await createFetchHandler(service)(post(body))
    service.publish()
    await service.close()
    const tag = { [META.subscriptionId]: 'sub' }
    expect(await readAll(response)).toEqual([
      {
        jsonrpc: '2.0',
        method: 'notifications/subscriptions/acknowledged',
        params: { notifications: { toolsListChanged: true }, _meta: tag },
      },
      { jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: { _meta: tag } },
      { jsonrpc: '2.0', id: 'sub', result: { resultType: 'complete', _meta: tag } },
    ])
  })

  // streamable-http#cancellation
  // spec: cancel-http, http-close-cancels, http-close-stops
  it('aborts the call when the stream is closed, and reports no fault', async () => {
    const service = createTestService({
      stuck: (call) => {
        call.notify({ method: 'notifications/message', params: { level: 'info', data: 'started' } })
        return untilGone(call)
      },
    })
    const response = await createFetchHandler(service)(post(callTool('stuck')))
    const reader = response.body!.getReader()
    await reader.read()
    await reader.cancel()
    expect(service.calls[0]?.signal.aborted).toBe(true)
    expect(service.entries).toEqual([])
  })

  // spec: cancel-http
  it('aborts the call when the request is aborted', async () => {
    const service = createTestService({ stuck: untilGone })
    const caller = new AbortController()
    const answer = createFetchHandler(service)(post(callTool('stuck'), { signal: caller.signal }))
    await expect.poll(() => service.calls.length).toBe(1)
    caller.abort()
    await answer
    expect(service.calls[0]?.signal.aborted).toBe(true)
    expect(service.entries).toEqual([])
  })

  // spec: cancel-race
  it('does not abort a call that has been answered', async () => {
    const service = createTestService()
    const caller = new AbortController()
    await createFetchHandler(service)(post(callTool('echo'), { signal: caller.signal }))
    caller.abort()
    expect(service.calls[0]?.signal.aborted).toBe(false)
  })

  it('gives up a reader that does not keep up', async () => {
    let chatter = (): void => {}
    const service = createTestService({
      chatty: (call) => {
        chatter = () => call.notify({ method: 'notifications/message', params: { level: 'info', data: 'x' } })
        chatter()
        return untilGone(call)
      },
    })
    const response = await createFetchHandler(service, { maxEvents: 10 })(post(callTool('chatty')))
    for (let i = 0; i < 11; i++) chatter()
    expect(service.calls[0]?.signal.aborted).toBe(true)
    await expect(response.text()).rejects.toThrow('gone or too slow')
  })
})

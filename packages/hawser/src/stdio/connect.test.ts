import { describe, expect, it } from 'vitest'
import { type Call, ConnectionError, ProtocolError, type Reply, Values } from '../call/index.ts'
import { type Method, type Notification, type Params, PROTOCOL_VERSION } from '../protocol/index.ts'
import { connectLines, type ConnectLinesOptions } from './connect.ts'
import { createTinyService } from './fixtures/tiny-service.ts'
import { serveLines } from './serve.ts'

const encoder = new TextEncoder()

interface CallOptions {
  readonly signal?: AbortSignal
  readonly notify?: (notification: Notification) => void
}

function makeCall<M extends Method>(method: M, params: Params<M>, options: CallOptions = {}): Call {
  const { signal = new AbortController().signal, notify = () => {} } = options
  return {
    method,
    params,
    protocolVersion: PROTOCOL_VERSION,
    clientCapabilities: {},
    values: new Values(),
    signal,
    notify,
  }
}

const toolCall = (
  name: string,
  args: Readonly<Record<string, unknown>> = {},
  options: CallOptions = {},
  meta = {},
): Call => makeCall('tools/call', { name, arguments: args, _meta: meta }, options)

const textOf = (reply: Reply): unknown => ('content' in reply ? reply.content[0] : undefined)
const text = (value: string) => ({ type: 'text', text: value })

/** A client of the tiny service, both in this process. */
function connectTiny() {
  const service = createTinyService()
  const client = connectLines({ write: (lines) => server.push(encoder.encode(lines)) })
  const server = serveLines(service, { write: (lines) => client.push(encoder.encode(lines)) })
  return { ...client, service, server }
}

/** A client of a server that says what the test says. */
function connectScripted(options: Partial<ConnectLinesOptions> = {}) {
  const sent: { readonly id: number; readonly method: string; readonly params: Record<string, unknown> }[] = []
  const client = connectLines({
    write: (lines) =>
      void sent.push(
        ...lines
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ),
    defer: (flush) => flush(),
    ...options,
  })
  const say = (...messages: readonly (object | string)[]): void => {
    for (const message of messages) {
      client.push(
        encoder.encode(`${typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...message })}\n`),
      )
    }
  }
  return { client, sent, say }
}

const done = { content: [], resultType: 'complete' }

describe('calls over lines', () => {
  // spec: custom-framing
  it('get their own answers, in whatever order these come', async () => {
    const { handle } = connectTiny()
    const waits = ['a', 'b', 'c'].map((gate) => handle(toolCall('wait', { gate, value: gate })))
    for (const gate of ['c', 'a', 'b']) await handle(toolCall('open', { gate }))
    expect((await Promise.all(waits)).map(textOf)).toEqual([text('a'), text('b'), text('c')])
  })

  // basic#requests, basic/transports/stdio#sending-messages
  // spec: request-id, request-id-unique, mrtr-client-id, stdio-stdin-clean, stdio-no-answers, notification-unanswered
  it('are all that is written, each with an integer of its own for an id, whatever the server says', async () => {
    const { client, sent, say } = connectScripted()
    const calls = [client.handle(toolCall('a')), client.handle(toolCall('b'))]
    say(
      { id: 7, method: 'roots/list' },
      { id: 1, method: 'elicitation/create', params: {} },
      { method: 'notifications/tools/list_changed' },
      'nonsense',
      { id: 1, result: done },
      { id: 2, result: done },
    )
    await Promise.all(calls)
    expect(sent).toMatchObject([
      { jsonrpc: '2.0', id: 1, method: 'tools/call' },
      { jsonrpc: '2.0', id: 2, method: 'tools/call' },
    ])
  })

  it('made together leave in one write', async () => {
    const writes: string[] = []
    const { handle, end } = connectLines({ write: (lines) => void writes.push(lines) })
    const calls = [1, 2, 3].map((value) => handle(toolCall('echo', { value })))
    await Promise.resolve()
    expect(writes).toHaveLength(1)
    end(new ConnectionError('disconnected', 'Over.'))
    await Promise.allSettled(calls)
  })

  it('reject with what the server says', async () => {
    const { handle } = connectTiny()
    const error = await handle(toolCall('refuse')).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error).toMatchObject({ code: 'invalid_params', number: -32602, data: { why: 'because' } })
  })

  // spec: result-type-unknown
  it('reject when the answer is none', async () => {
    const { client, say } = connectScripted()
    const calls = [toolCall('a'), toolCall('b'), toolCall('c')].map(client.handle)
    say(
      { id: 1, result: { resultType: 'unheard-of' } },
      { id: 2, error: { code: 1, message: 'x' } },
      { id: 3, result: done },
    )
    await expect(calls[0]).rejects.toMatchObject({ code: 'bad_reply' })
    await expect(calls[1]).rejects.toMatchObject({ code: 'other', number: 1 })
    expect(await calls[2]).toEqual({ content: [] })
  })

  it('reject at once when their arguments cannot be JSON', async () => {
    const { client, sent } = connectScripted()
    await expect(client.handle(toolCall('echo', { value: 1n }))).rejects.toThrow(TypeError)
    expect(sent).toEqual([])
  })

  // spec: progress-tracked, notification-unanswered
  it.each([
    [
      'answers twice',
      [
        { id: 1, result: done },
        { id: 1, result: { ...done, late: true } },
      ],
    ],
    [
      'answers what was never asked',
      [
        { id: 99, result: done },
        { id: '1', result: done },
        { id: 1, result: done },
      ],
    ],
    [
      'refuses what was never asked',
      [
        { id: 99, error: { code: 1, message: 'x' } },
        { id: 1, result: done },
      ],
    ],
    [
      'asks a question of its own',
      [
        { id: 1, method: 'roots/list' },
        { id: 1, result: done },
      ],
    ],
    ['writes what is no message', ['Starting…', '{', '[]', 'null', { id: 1, result: done }]],
    ['reports the progress of nothing', [progress(1), progress({}), progress('x'), { id: 1, result: done }]],
    ['sends notifications nobody knows', [{ method: 'notifications/sing' }, { id: 1, result: done }]],
    [
      'cancels a request',
      [
        { method: 'notifications/cancelled', params: { requestId: 1 } },
        { id: 1, result: done },
      ],
    ],
  ])('are not disturbed by a server that %s', async (_what, messages) => {
    const { client, say } = connectScripted()
    const heard: Notification[] = []
    const call = client.handle(toolCall('echo', {}, { notify: (notification) => void heard.push(notification) }))
    say(...messages)
    expect(await call).toEqual({ content: [] })
    expect(heard).toEqual([])
  })

  it('count the lines that are no messages and keep the first', async () => {
    const { client, say } = connectScripted()
    say(`Listening on ${'x'.repeat(1000)}`, 'ready')
    expect(client.stray.count).toBe(2)
    expect(client.stray.first).toHaveLength(200)
  })

  it('reject when the line with the answer is too long, subscriptions stay', async () => {
    const { client, say } = connectScripted({ maxLineBytes: 1000 })
    const listening = client.handle(makeCall('subscriptions/listen', { notifications: {} }))
    const call = client.handle(toolCall('echo'))
    say('x'.repeat(2000))
    await expect(call).rejects.toMatchObject({ code: 'bad_reply', message: expect.stringContaining('1000') })
    say({ id: 1, result: { resultType: 'complete' } })
    expect(await listening).toEqual({})
  })

  // The answer to any of them may have been what could not be read.
  it.each([
    ['levels', `{"jsonrpc":"2.0","id":1,"result":{"x":${'['.repeat(300)}${']'.repeat(300)}}}`, 'at most 200'],
    ['values', `{"jsonrpc":"2.0","id":1,"result":{"x":[${'0,'.repeat(1000)}0]}}`, 'at most 500'],
  ])('reject when a line holds too many %s, subscriptions stay', async (_, line, limit) => {
    const { client, say } = connectScripted({ maxValues: 500 })
    const listening = client.handle(makeCall('subscriptions/listen', { notifications: {} }))
    const call = client.handle(toolCall('echo'))
    say(line)
    await expect(call).rejects.toMatchObject({ code: 'bad_reply', message: expect.stringContaining(limit) })
    say({ id: 1, result: { resultType: 'complete' } })
    expect(await listening).toEqual({})
  })

  it('reject when what answers them is malformed, and only they', async () => {
    const { client, say } = connectScripted()
    const calls = [client.handle(toolCall('a')), client.handle(toolCall('b'))]
    say({ id: 1, result: 7 }, { id: 2, result: done })
    await expect(calls[0]).rejects.toMatchObject({ code: 'bad_reply' })
    expect(await calls[1]).toEqual({ content: [] })
  })

  it('take an error without id when no other call can be meant', async () => {
    const { client, say } = connectScripted()
    const first = client.handle(toolCall('a'))
    const second = client.handle(toolCall('b'))
    const unread = { error: { code: -32700, message: 'Cannot read.' } }
    say(unread, { id: 1, result: done }, unread)
    expect(await first).toEqual({ content: [] })
    await expect(second).rejects.toMatchObject({ code: 'parse_error' })
  })
})

function progress(progressToken: unknown) {
  return { method: 'notifications/progress', params: { progressToken, progress: 1 } }
}

describe('aborting a call', () => {
  // basic/transports/stdio#cancellation: the client must send notifications/cancelled.
  // spec: cancel-stdio, cancel-late-answer, notification-no-id
  it('rejects it, tells the server, and ignores the late answer', async () => {
    const { client, sent, say } = connectScripted()
    const controller = new AbortController()
    const call = client.handle(toolCall('hang', {}, { signal: controller.signal }))
    controller.abort('changed my mind')
    await expect(call).rejects.toMatchObject({ name: 'ConnectionError', code: 'aborted' })
    expect(sent[1]).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 1, reason: 'changed my mind' },
    })
    say({ id: 1, result: done })
  })

  it('stops the work of the server', async () => {
    const { handle, service, server } = connectTiny()
    const controller = new AbortController()
    const call = handle(toolCall('obey', {}, { signal: controller.signal }))
    await handle(toolCall('echo'))
    controller.abort()
    await expect(call).rejects.toMatchObject({ code: 'aborted' })
    await handle(toolCall('echo'))
    expect(service.aborted).toEqual(['obey'])
    expect(server.inFlight).toBe(0)
  })

  // spec: cancel-own
  it('beforehand sends nothing', async () => {
    const { client, sent } = connectScripted()
    await expect(client.handle(toolCall('a', {}, { signal: AbortSignal.abort() }))).rejects.toMatchObject({
      code: 'aborted',
    })
    expect(sent).toEqual([])
  })

  // spec: cancel-own, cancel-race
  it('afterwards says nothing', async () => {
    const { client, sent, say } = connectScripted()
    const controller = new AbortController()
    const call = client.handle(toolCall('a', {}, { signal: controller.signal }))
    say({ id: 1, result: done })
    await call
    controller.abort()
    expect(sent).toHaveLength(1)
  })

  it('by a timeout is a timeout', async () => {
    const { client, sent } = connectScripted()
    const controller = new AbortController()
    const call = client.handle(toolCall('a', {}, { signal: controller.signal }))
    controller.abort(new ConnectionError('timeout', 'No answer within 1 s.'))
    await expect(call).rejects.toMatchObject({ code: 'timeout' })
    expect(sent[1]?.params).toEqual({ requestId: 1, reason: 'No answer within 1 s.' })
  })
})

describe('notifications over lines', () => {
  it('of progress reach their call with the token that it chose', async () => {
    const { handle } = connectTiny()
    const heard: Record<string, unknown[]> = { a: [], b: [] }
    const call = (name: string): Promise<Reply> =>
      handle(
        toolCall('progress', {}, { notify: ({ params }) => void heard[name]?.push(params) }, { progressToken: 'same' }),
      )
    await Promise.all([call('a'), call('b')])
    const both = [
      { progressToken: 'same', progress: 1 },
      { progressToken: 'same', progress: 2 },
    ]
    expect(heard).toEqual({ a: both, b: both })
  })

  // basic/patterns/progress#progress-flow: tokens must be unique across all active requests.
  // spec: progress-token-unique
  it('of progress are asked for with a token of the connection, and only when the call has one', async () => {
    const { client, sent } = connectScripted()
    const calls = [
      toolCall('a', {}, {}, { progressToken: 'x' }),
      toolCall('b', {}, {}, { progressToken: 'x' }),
      toolCall('c'),
    ]
    for (const call of calls) client.handle(call).catch(() => {})
    const tokens = sent.map(({ params }) => (params['_meta'] as { progressToken?: unknown }).progressToken)
    expect(tokens).toEqual([1, 2, undefined])
    expect(calls[0]?.params._meta?.progressToken).toBe('x')
    client.end(new ConnectionError('disconnected', 'Over.'))
  })

  it('of the log reach the calls that asked for their level', async () => {
    const { client, say } = connectScripted()
    const heard: string[] = []
    const ask = (name: string, logLevel?: string): void => {
      const meta = logLevel === undefined ? {} : { 'io.modelcontextprotocol/logLevel': logLevel }
      client.handle(toolCall(name, {}, { notify: () => void heard.push(name) }, meta)).catch(() => {})
    }
    ask('everything', 'debug')
    ask('errors', 'error')
    ask('nothing')
    say({ method: 'notifications/message', params: { level: 'info', data: 1 } })
    expect(heard).toEqual(['everything'])
    say({ method: 'notifications/message', params: { level: 'alert', data: 1 } })
    expect(heard).toEqual(['everything', 'everything', 'errors'])
    say({ method: 'notifications/message', params: { level: 'loud', data: 1 } })
    expect(heard).toHaveLength(3)
    client.end(new ConnectionError('disconnected', 'Over.'))
  })

  // basic/patterns/subscriptions#receiving-notifications: clients must correlate by the subscription id.
  // spec: listen-correlated
  it('of subscriptions reach the one that they belong to', async () => {
    const { client, say } = connectScripted()
    const heard: (readonly [string, string])[] = []
    const listen = (name: string) =>
      client.handle(
        makeCall(
          'subscriptions/listen',
          { notifications: {} },
          { notify: ({ method }) => void heard.push([name, method]) },
        ),
      )
    const both = [listen('first'), listen('second')]
    const tagged = (id: unknown, method: string) => ({
      method,
      params: { _meta: { 'io.modelcontextprotocol/subscriptionId': id }, notifications: {} },
    })
    say(
      tagged(2, 'notifications/subscriptions/acknowledged'),
      tagged(1, 'notifications/tools/list_changed'),
      tagged(7, 'notifications/tools/list_changed'),
      tagged({}, 'notifications/tools/list_changed'),
      { method: 'notifications/tools/list_changed' },
    )
    expect(heard).toEqual([
      ['second', 'notifications/subscriptions/acknowledged'],
      ['first', 'notifications/tools/list_changed'],
    ])
    say({ id: 1, result: { resultType: 'complete' } }, { method: 'notifications/cancelled', params: { requestId: 2 } })
    expect(await Promise.all(both)).toEqual([{}, {}])
  })

  it('of a subscription of this system, from acknowledgment to the graceful end', async () => {
    const { handle, service } = connectTiny()
    const heard: string[] = []
    const acknowledged = Promise.withResolvers<void>()
    const ended = handle(
      makeCall(
        'subscriptions/listen',
        { notifications: { toolsListChanged: true } },
        {
          notify: ({ method }) => {
            heard.push(method)
            acknowledged.resolve()
          },
        },
      ),
    )
    await acknowledged.promise
    await handle(toolCall('announce'))
    await service.close()
    expect(await ended).toEqual({})
    expect(heard).toEqual(['notifications/subscriptions/acknowledged', 'notifications/tools/list_changed'])
  })

  it('that make their caller throw reject its call and no other', async () => {
    const { handle } = connectTiny()
    const mine = new Error('mine')
    const notify = (): void => {
      throw mine
    }
    const other = handle(toolCall('echo', { value: 'fine' }))
    await expect(handle(toolCall('progress', {}, { notify }, { progressToken: 1 }))).rejects.toBe(mine)
    expect(textOf(await other)).toEqual(text('fine'))
  })
})

describe('the end of the stream', () => {
  it('rejects every call, those to come too', async () => {
    const { client } = connectScripted()
    const over = new ConnectionError('disconnected', 'Over.')
    const calls = [client.handle(toolCall('a')), client.handle(toolCall('b'))]
    client.end(over)
    client.end(new Error('again'))
    for (const call of [...calls, client.handle(toolCall('c'))]) await expect(call).rejects.toBe(over)
  })

  it('is not waited for when nothing is in flight', async () => {
    const busy: boolean[] = []
    const { client, say } = connectScripted({ onBusy: (now) => void busy.push(now) })
    const calls = [client.handle(toolCall('a')), client.handle(toolCall('b'))]
    say({ id: 1, result: done }, { id: 2, result: done })
    await Promise.all(calls)
    expect(busy).toEqual([true, false])
  })
})

describe('lines that were taken over', () => {
  const takeFrom = ({ client, say, sent }: ReturnType<typeof connectScripted>) => {
    const lines: string[] = []
    const ends: string[] = []
    const taken = client.take({
      receive: (line) => {
        lines.push(line)
        return line.startsWith('{')
      },
      lose: (error) => ends.push(error.message),
      end: (error) => ends.push(error.message),
    })
    return { client, say, sent, lines, ends, taken }
  }

  it('go to whoever took them until they are given back, and no id is used twice', async () => {
    const { client, say, sent, lines, taken } = takeFrom(connectScripted())
    const id = taken.nextId()
    taken.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'other/greeting' }))
    say({ id, result: {} }, 'noise')
    taken.giveBack()
    const call = client.handle(toolCall('a'))
    say({ id: 2, result: done })
    await call
    expect(lines).toEqual(['{"jsonrpc":"2.0","id":1,"result":{}}', 'noise'])
    expect(sent.map((message) => [message.id, message.method])).toEqual([
      [1, 'other/greeting'],
      [2, 'tools/call'],
    ])
    expect(client.stray).toEqual({ count: 1, first: 'noise' })
  })

  it('end with the connection, also when they were given back, and with the next who takes them', () => {
    const first = takeFrom(connectScripted())
    const second = takeFrom(first)
    second.taken.giveBack()
    first.client.end(new ConnectionError('disconnected', 'Over.'))
    expect(first.ends).toEqual(['Somebody else has taken over the connection.'])
    expect(second.ends).toEqual(['Over.'])
    expect(() => takeFrom(first)).toThrow('Over.')
  })

  it('say when one was too long', () => {
    const { say, ends } = takeFrom(connectScripted({ maxLineBytes: 100 }))
    say('x'.repeat(200))
    expect(ends).toEqual(['The server sent a line of more than 100 bytes.'])
  })
})

import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { RequestId } from './protocol/index.ts'
import { createKeyRing, image, mcp, memoryChanges } from './index.ts'
import { serveLines } from './stdio/serve.ts'

/** What a server of one's own says, read as the text that travels. */

const yes = z.object({ yes: z.boolean() })
const makeServer = (legacy = true) => {
  const notes = mcp({
    name: 'notes',
    version: '1.2.3',
    changes: memoryChanges(),
    keys: createKeyRing(['a secret that several processes share']),
    pageSize: 2,
    logging: true,
    log: () => {},
    context: ({ principal }) => ({ who: principal?.subject ?? 'nobody' }),
  })
  const { tool, resource, prompt } = notes
  const read = { description: 'A tool.', effect: 'read' } as const
  return notes.server({
    legacy,
    tools: {
      echo: tool({ ...read, input: z.object({ text: z.string() }), run: ({ text }) => text }),
      Echo: tool({ ...read, run: () => 'another' }),
      whoami: tool({ ...read, run: (_, { who }) => who }),
      ask: tool({
        ...read,
        run: async (_, { ask }) => String((await ask('sure', { message: 'Sure?', answer: yes })).yes),
      }),
      all: tool({
        ...read,
        run: async (_, { ask, visit, sample, roots }) => {
          await Promise.all([
            ask('form', { message: 'Sure?', answer: yes }),
            visit('page', { message: 'Go', url: 'https://example.com/' }),
            sample('model', { messages: [], maxTokens: 1 }),
            roots('folders'),
          ])
        },
      }),
      shout: tool({
        ...read,
        effect: 'write',
        run: async (_, { log, progress, changed }) => {
          log('error', 'loud')
          progress(1)
          await changed.tools()
          return 'shouted'
        },
      }),
    },
    resources: {
      rules: resource({ uri: 'notes://rules', read: () => 'Slow.' }),
      asking: resource({
        uri: 'notes://asking/{id}',
        complete: { id: ['1', '2'] },
        read: async (_, { ask }) => String((await ask('sure', { message: 'Sure?', answer: yes })).yes),
      }),
    },
    prompts: {
      show: prompt({ description: 'Show.', render: () => ({ role: 'user', content: image('AQID', 'image/png') }) }),
    },
  })
}

interface Message {
  readonly jsonrpc: string
  readonly id?: RequestId
  readonly method?: string
  readonly params?: { readonly [key: string]: unknown }
  readonly result?: { readonly [key: string]: unknown }
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

const VERSION = 'io.modelcontextprotocol/protocolVersion'
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities'
const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId'
const everything = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} }

const messageOf = (id: RequestId, method: string, params: object = {}, meta: object = {}): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    id,
    method,
    params: { ...params, _meta: { [VERSION]: '2026-07-28', [CAPABILITIES]: {}, ...meta } },
  })

/** Sends one message as a proper client does. */
async function post(server: ReturnType<typeof makeServer>, body: string, headers: Record<string, string> = {}) {
  const { method, params = {} } = JSON.parse(body) as { method: string; params?: Record<string, unknown> }
  const { name = params['uri'], _meta: meta = {} } = params
  const response = await server.fetch(
    new Request('http://localhost/mcp', {
      method: 'POST',
      body,
      headers: {
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        'mcp-protocol-version': String((meta as Record<string, unknown>)[VERSION]),
        'mcp-method': method,
        ...(typeof name === 'string' && { 'mcp-name': name }),
        ...headers,
      },
    }),
  )
  return response
}

const answerOf = async (response: Response): Promise<Message> => (await response.json()) as Message

/** The messages of a stream that ends. */
const eventsOf = async (response: Response): Promise<readonly Message[]> =>
  [...(await response.text()).matchAll(/^data: (.*)$/gm)].map((found) => JSON.parse(found[1] ?? '') as Message)

/** A server on lines, and what it has written. */
function open(server = makeServer()) {
  let text = ''
  const lines = serveLines(server, { write: (more) => void (text += more) })
  const say = (...messages: readonly string[]): void => lines.push(new TextEncoder().encode(`${messages.join('\n')}\n`))
  const said = (): readonly Message[] =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Message)
  const until = async (count: number): Promise<void> => {
    await expect.poll(() => said().length).toBeGreaterThanOrEqual(count)
  }
  return { server, lines, say, said, until }
}

const calls: readonly (readonly [method: string, params: object])[] = [
  ['server/discover', {}],
  ['tools/list', {}],
  ['prompts/list', {}],
  ['resources/list', {}],
  ['resources/templates/list', {}],
  ['resources/read', { uri: 'notes://rules' }],
  ['tools/call', { name: 'echo', arguments: { text: 'hi' } }],
  ['prompts/get', { name: 'show' }],
  [
    'completion/complete',
    { ref: { type: 'ref/resource', uri: 'notes://asking/{id}' }, argument: { name: 'id', value: '' } },
  ],
]

describe('an answer', () => {
  // basic#result-responses, #resulttype, #meta
  // spec: json-rpc, result-id, result-object, result-type, meta-server-info, discover, discover-server-info
  // spec: tools-list, resources-list, prompts-list
  it.each(calls)('to %s carries the id, the type of the result and who answers', async (method, params) => {
    const server = makeServer()
    for (const id of [7, 'seven', 0, '']) {
      expect(await answerOf(await post(server, messageOf(id, method, params)))).toEqual({
        jsonrpc: '2.0',
        id,
        result: expect.objectContaining({
          resultType: 'complete',
          _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'notes', version: '1.2.3' } },
        }),
      })
    }
  })

  // server/utilities/caching#cacheable-results
  // spec: cache-hints
  it.each(calls.slice(0, 6))('to %s says how long and for whom it may be kept', async (method, params) => {
    const { result } = await answerOf(await post(makeServer(), messageOf(1, method, params)))
    expect(result).toMatchObject({
      ttlMs: expect.toSatisfy((ttl: number) => Number.isSafeInteger(ttl) && ttl >= 0),
      cacheScope: expect.stringMatching(/^(?:public|private)$/),
    })
  })

  // basic/patterns/mrtr#server-requirements-basic-workflow, server/utilities/caching#cacheable-results
  // spec: mrtr-not-empty, cache-no-hints-on-questions, result-type
  it.each([
    ['tools/call', { name: 'ask' }],
    ['resources/read', { uri: 'notes://asking/1' }],
  ])('to %s that asks has questions and a state, and no hints', async (method, params) => {
    const { result } = await answerOf(
      await post(makeServer(), messageOf(1, method, params, { [CAPABILITIES]: everything })),
    )
    expect(Object.keys(result ?? {}).toSorted()).toEqual(['_meta', 'inputRequests', 'requestState', 'resultType'])
    expect(result).toMatchObject({ resultType: 'input_required', inputRequests: { sure: expect.anything() } })
  })

  // basic#error-responses
  // spec: error-id, error-shape
  it('that refuses carries the id, an integer and words', async () => {
    const server = makeServer()
    for (const [method, params] of [['nope'], ['tools/call', { name: 'nope' }], ['tools/call', {}]] as const) {
      expect(await answerOf(await post(server, messageOf('a', method, params)))).toEqual({
        jsonrpc: '2.0',
        id: 'a',
        error: { code: expect.toSatisfy(Number.isSafeInteger), message: expect.stringMatching(/./) },
      })
    }
  })

  // basic#meta, basic/versioning#protocol-version-negotiation
  // spec: version-unsupported, http-version-unsupported
  it('to another revision lists the ones that are spoken', async () => {
    const response = await post(makeServer(), messageOf(1, 'server/discover', {}, { [VERSION]: '1900-01-01' }))
    expect(response.status).toBe(400)
    expect((await answerOf(response)).error).toMatchObject({
      code: -32022,
      data: { supported: ['2026-07-28'], requested: '1900-01-01' },
    })
  })

  // basic#meta
  // spec: capability-missing
  it('to a client that cannot be asked is 400 and names what it lacks', async () => {
    const response = await post(makeServer(), messageOf(1, 'tools/call', { name: 'ask' }))
    expect(response.status).toBe(400)
    expect((await answerOf(response)).error).toMatchObject({
      code: -32021,
      data: { requiredCapabilities: { elicitation: { form: {} } } },
    })
  })

  // basic/versioning#backward-compatibility-with-initialization-based-versions
  // spec: older-client-told
  it('to a client that opens with a handshake says which revision is spoken, if that is the only one', async () => {
    const handshake = { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25' } }
    const response = await makeServer(false).fetch(
      new Request('http://localhost/mcp', {
        method: 'POST',
        body: JSON.stringify(handshake),
        headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json' },
      }),
    )
    const overLines = open(makeServer(false))
    overLines.say(JSON.stringify(handshake))
    await overLines.until(1)
    for (const { error } of [await answerOf(response), ...overLines.said()]) {
      expect(error).toMatchObject({
        message: expect.stringContaining('2026-07-28'),
        data: { supported: ['2026-07-28'] },
      })
    }
    expect(response.status).toBe(400)
  })

  // server/tools#tool-names
  // spec: tool-name-case, tool-name-unique
  it('comes from the tool of exactly that name', async () => {
    const server = makeServer()
    const text = async (name: string, args = {}) =>
      (await answerOf(await post(server, messageOf(1, 'tools/call', { name, arguments: args })))).result?.['content']
    expect(await text('echo', { text: 'one' })).toEqual([{ type: 'text', text: 'one' }])
    expect(await text('Echo')).toEqual([{ type: 'text', text: 'another' }])
  })
})

describe('a request', () => {
  // basic#meta: nothing is assumed of reserved keys, and what a client says of itself decides nothing.
  // spec: meta-reserved, meta-info-unused, elicit-user, elicit-identity
  it('may say anything under other keys, and of its client, which proves nothing', async () => {
    const server = makeServer()
    for (const meta of [
      { 'io.modelcontextprotocol/unheardOf': 7, 'dev.mcp/x': null, traceparent: {} },
      { 'io.modelcontextprotocol/clientInfo': { name: 'root', version: '1', subject: 'ada', scopes: ['all'] } },
    ]) {
      const { result } = await answerOf(await post(server, messageOf(1, 'tools/call', { name: 'whoami' }, meta)))
      expect(result?.['content']).toEqual([{ type: 'text', text: 'nobody' }])
    }
  })

  // basic#statelessness
  // spec: stateless-requests, mrtr-declared
  it('is judged by what it says itself, though it comes on the same connection', async () => {
    const { say, said, until } = open()
    const ask = (id: number, meta: object) => messageOf(id, 'tools/call', { name: 'ask' }, meta)
    say(ask(1, { [CAPABILITIES]: everything }))
    await until(1)
    say(ask(2, {}), ask(3, { [CAPABILITIES]: undefined }), ask(4, { [VERSION]: undefined }), ask(5, { [VERSION]: 'x' }))
    await until(5)
    expect(new Map(said().map(({ id, error }) => [id, error?.code]))).toEqual(
      new Map([
        [1, undefined],
        [2, -32021],
        [3, -32602],
        [4, -32602],
        [5, -32022],
      ]),
    )
  })

  // basic#statelessness, basic/patterns/mrtr
  // spec: stateless-affinity, stateless-handles, mrtr-no-return, elicit-bound
  it('may go on in another process with the same keys, while the first one keeps nothing of it', async () => {
    const { lines, say, said, until } = open()
    say(messageOf(1, 'tools/call', { name: 'ask' }, { [CAPABILITIES]: everything }))
    await until(1)
    expect(lines.inFlight).toBe(0)
    const requestState = said()[0]?.result?.['requestState']
    const inputResponses = { sure: { action: 'accept', content: { yes: true } } }
    const again = messageOf(
      2,
      'tools/call',
      { name: 'ask', requestState, inputResponses },
      { [CAPABILITIES]: everything },
    )
    // Nobody, over HTTP, is not the local user of stdio.
    expect((await answerOf(await post(makeServer(), again))).error?.code).toBe(-32602)
    const other = open()
    other.say(again)
    await other.until(1)
    expect(other.said()[0]?.result?.['content']).toEqual([{ type: 'text', text: 'true' }])
  })

  // server/tools#capabilities, server/resources#capabilities, server/prompts#capabilities
  // spec: tools-list-stable, resources-list-stable, prompts-list-stable, tools-order
  it('for a list is answered alike on every connection, whatever went before', async () => {
    const lists = ['tools/list', 'resources/list', 'resources/templates/list', 'prompts/list']
    const { say, said, until } = open()
    say(...lists.map((method, at) => messageOf(at, method)))
    say(...calls.map(([method, params], at) => messageOf(10 + at, method, params)))
    say(...lists.map((method, at) => messageOf(20 + at, method)))
    await until(lists.length * 2 + calls.length)
    const results = new Map(said().map(({ id, result }) => [id, result]))
    for (const [at, method] of lists.entries()) {
      const elsewhere = await answerOf(await post(makeServer(), messageOf(0, method)))
      expect(results.get(20 + at)).toEqual(results.get(at))
      expect(results.get(at)).toEqual(elsewhere.result)
    }
  })

  // basic/transports/streamable-http#earlier-streamable-http-revisions
  // spec: http-session-ignored, http-resume-ignored
  it('may carry headers of earlier revisions, which are ignored', async () => {
    const response = await post(makeServer(), messageOf(1, 'server/discover'), {
      'mcp-session-id': 'abc',
      'last-event-id': '7',
    })
    expect(response.status).toBe(200)
    expect([...response.headers.keys()]).toEqual(['content-type'])
  })
})

describe('a server', () => {
  // basic/patterns, basic/patterns/mrtr, basic/transports/stdio#receiving-messages
  // spec: server-never-asks, mrtr-only-way, stdio-no-requests, http-stream-no-requests
  it('sends no requests, whatever its handlers ask', async () => {
    const { server, lines, say, said, until } = open()
    const meta = { [CAPABILITIES]: everything, progressToken: 't', 'io.modelcontextprotocol/logLevel': 'debug' }
    const messages = [
      messageOf(1, 'tools/call', { name: 'all' }, meta),
      messageOf(2, 'tools/call', { name: 'shout' }, meta),
      messageOf(3, 'subscriptions/listen', { notifications: { toolsListChanged: true } }, meta),
      messageOf(4, 'tools/call', { name: 'shout' }, meta),
    ]
    say(...messages)
    await until(9)
    await lines.end()
    const streams = await Promise.all(
      [messages[0], messages[1]].map(async (message) => {
        const response = await post(server, message ?? '')
        return response.headers.get('content-type') === 'text/event-stream'
          ? eventsOf(response)
          : [await answerOf(response)]
      }),
    )
    const asked = said().find(({ id }) => id === 1)?.result?.['inputRequests'] as object
    expect(Object.keys(asked)).toEqual(['form', 'page', 'model', 'folders'])
    const everythingSaid = [...said(), ...streams.flat()]
    expect(everythingSaid.length).toBeGreaterThan(12)
    expect(everythingSaid.filter(({ id, method }) => id !== undefined && method !== undefined)).toEqual([])
  })

  // server/utilities/logging#per-request-log-level, basic/transports/streamable-http#receiving-messages
  // spec: logging-own-stream, logging-asked, http-stream-related, progress-own-token
  it('logs and reports to the request that asked for it, and to no subscription', async () => {
    const server = makeServer()
    const listening = await post(
      server,
      messageOf(
        'sub',
        'subscriptions/listen',
        { notifications: { toolsListChanged: true } },
        {
          'io.modelcontextprotocol/logLevel': 'debug',
          progressToken: 'sub',
        },
      ),
    )
    const quiet = await post(server, messageOf(1, 'tools/call', { name: 'shout' }))
    expect(await answerOf(quiet)).toMatchObject({ id: 1, result: { content: [{ text: 'shouted' }] } })
    const loud = await post(
      server,
      messageOf(
        2,
        'tools/call',
        { name: 'shout' },
        { 'io.modelcontextprotocol/logLevel': 'error', progressToken: 't' },
      ),
    )
    expect(await eventsOf(loud)).toMatchObject([
      { method: 'notifications/message', params: { level: 'error', data: 'loud' } },
      { method: 'notifications/progress', params: { progressToken: 't', progress: 1 } },
      { id: 2 },
    ])
    await server.close()
    const heard = await eventsOf(listening)
    expect(heard.map(({ method }) => method)).toEqual([
      'notifications/subscriptions/acknowledged',
      'notifications/tools/list_changed',
      'notifications/tools/list_changed',
      undefined,
    ])
    for (const { params, result } of heard) {
      expect((params ?? result)?.['_meta']).toMatchObject({ [SUBSCRIPTION]: 'sub' })
    }
  })
})

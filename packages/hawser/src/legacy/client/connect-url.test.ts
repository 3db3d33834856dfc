import { describe, expect, it } from 'vitest'
import { connect, type ConnectOptions } from '../../connect.ts'
import { connectUrl } from './connect-url.ts'
import { type Answer, createOldFetch, failure, greeting, json, result, type Seen, text } from './fixtures/old-fetch.ts'

const URL_ = 'http://old.example/mcp'

const reach = async (answer: Answer, options: ConnectOptions = {}) => {
  const { fetch, seen } = createOldFetch(answer)
  const client = await connect(URL_, { ...options, http: { fetch } })
  return {
    client,
    seen,
    methods: () => seen.map(({ verb, method, result: given }) => method ?? (given ? 'answer' : verb)),
  }
}

const isPresent = ({ headers }: Seen): boolean => headers.get('mcp-protocol-version') === '2026-07-28'

describe('a server that knows only the handshake', () => {
  // spec: http-probe, era-cached
  it.each([
    ['an error of its own', () => json(failure(null, -32000), 400)],
    ['an empty 400', () => new Response(null, { status: 400 })],
    ['a 404 in HTML', () => new Response('<h1>404</h1>', { status: 404, headers: { 'content-type': 'text/html' } })],
    ['a 405', () => new Response(null, { status: 405 })],
    ['a 422 in words', () => new Response('expected initialize', { status: 422 })],
    ['an invalid request', () => json(failure('server-error', -32600), 400)],
  ])('is greeted when it answers with %s', async (_, refuse) => {
    const { client, methods } = await reach((seen) => (isPresent(seen) ? refuse() : undefined))
    expect(await client.tools['x']?.()).toBe('called')
    expect(await client.tools['x']?.()).toBe('called')
    expect(methods()).toEqual(['tools/call', 'initialize', 'notifications/initialized', 'tools/call', 'tools/call'])
  })

  it.each([-32601, -32602])('is asked what it is when it answers %d, which either may answer', async (code) => {
    const { client, methods } = await reach((seen) =>
      isPresent(seen) ? json(failure(seen.id ?? null, code)) : undefined,
    )
    expect(await client.tools['x']?.()).toBe('called')
    expect(methods()).toEqual([
      'tools/call',
      'server/discover',
      'initialize',
      'notifications/initialized',
      'tools/call',
    ])
  })

  it('is greeted once by calls that start together', async () => {
    const { client, methods } = await reach(() => undefined)
    await Promise.all([client.discover(), client.listTools(), client.call('x')])
    expect(methods().filter((method) => method === 'initialize')).toHaveLength(1)
  })

  it('runs no tool twice whose failure may have come after its work', async () => {
    const { client, methods } = await reach((seen) => {
      if (!isPresent(seen)) return undefined
      return seen.method === 'tools/call' ? json(failure(seen.id, -32000)) : json(failure(null, -32000), 400)
    })
    await expect(client.call('x')).rejects.toMatchObject({ number: -32000 })
    expect(methods().filter((method) => method === 'tools/call')).toHaveLength(1)
    expect(await client.tools['x']?.()).toBe('called')
  })

  it.each([
    ['arguments that it found wrong', 200, -32602],
    ['arguments that it found wrong, by a status', 400, -32602],
    ['a number of its own, by a status', 400, -32000],
    ['an internal error, by a status', 422, -32603],
    ['something that was not found', 404, -32002],
  ])('runs no tool twice that failed with %s: %d, %d', async (_, status, code) => {
    // It serves whoever has not greeted it, and would again.
    const { client, methods } = await reach(({ id, method }) =>
      method === 'tools/call'
        ? json(failure(id, code), status)
        : method === 'server/discover'
          ? json(failure(id, -32601))
          : undefined,
    )
    await expect(client.call('x')).rejects.toMatchObject({ name: 'ProtocolError', number: code })
    expect(methods()).toEqual(['tools/call', 'server/discover', 'initialize', 'notifications/initialized'])
  })

  it('runs no tool twice whose result came with the status of an error', async () => {
    const { client, methods } = await reach(({ id, method }) =>
      method === 'tools/call' ? json(result(id, text('done')), 400) : undefined,
    )
    await expect(client.call('x')).rejects.toMatchObject({ code: 'bad_reply' })
    expect(methods()).toEqual(['tools/call'])
  })

  it.each([-32000, -32600, -32602])(
    'is called again when it refuses by %d whoever has not greeted it',
    async (code) => {
      const { client, methods } = await reach((seen) =>
        isPresent(seen) ? json(failure(seen.id, code), 400) : undefined,
      )
      expect(await client.tools['x']?.()).toBe('called')
      expect(methods().filter((method) => method === 'tools/call')).toHaveLength(2)
    },
  )
})

describe('a server that answers although nobody has greeted it', () => {
  const careless: Answer = (seen) => {
    if (!isPresent(seen) || seen.method === undefined) return undefined
    if (seen.method === 'tools/list') return json(result(seen.id, { tools: [] }))
    return json(seen.method === 'server/discover' ? result(seen.id, {}) : failure(seen.id, -32601))
  }

  it('is greeted once that shows', async () => {
    const { client, methods } = await reach(careless)
    await client.listTools()
    expect(await client.tools['x']?.()).toBe('called')
    expect(methods()).toEqual([
      'tools/list',
      'server/discover',
      'initialize',
      'notifications/initialized',
      'tools/call',
    ])
  })

  it('is greeted when it answers anything to the question what it is', async () => {
    const { client } = await reach(careless)
    expect(await client.agreed()).toMatchObject({ protocolVersion: '2025-11-25' })
  })

  it('is left as it is when it cannot be greeted', async () => {
    const { client, methods } = await reach((seen) =>
      seen.method === 'initialize' ? json(failure(seen.id, -32601)) : careless(seen),
    )
    for (const _ of [1, 2, 3]) await client.listTools()
    expect(methods()).toEqual(['tools/list', 'server/discover', 'initialize', 'tools/list', 'tools/list'])
  })
})

describe('a server of the present', () => {
  // spec: http-probe
  it.each([
    [-32020, {}],
    [-32021, { requiredCapabilities: { sampling: {} } }],
    [-32022, { supported: ['2027-01-01'], requested: '2026-07-28' }],
  ])('is recognised by %d, and not greeted', async (code, data) => {
    const { client, methods } = await reach(({ id }) => json(failure(id, code, data), 400))
    await expect(client.listTools()).rejects.toMatchObject({ name: 'ProtocolError', number: code })
    expect(methods()).not.toContain('initialize')
  })

  it('keeps its own errors when it is asked what it is', async () => {
    const { client, methods } = await reach(({ id, method }) =>
      method === 'server/discover'
        ? json(result(id, { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: {} }))
        : json(failure(id, -32602)),
    )
    for (const _ of [1, 2]) await expect(client.call('x')).rejects.toMatchObject({ code: 'invalid_params' })
    expect(methods()).toEqual(['tools/call', 'server/discover', 'tools/call'])
  })

  it('is greeted all the same when it says that it only speaks earlier revisions', async () => {
    const supported = ['2025-06-18']
    const { client } = await reach((seen) => {
      if (isPresent(seen)) return json(failure(seen.id, -32022, { supported }), 400)
      return seen.method === 'initialize'
        ? json(result(seen.id, greeting('2025-06-18')))
        : json(result(seen.id, text('hi')))
    })
    expect(await client.tools['x']?.()).toBe('hi')
    expect(await client.agreed()).toMatchObject({ protocolVersion: '2025-06-18' })
  })
})

describe('what says nothing of the revision', () => {
  it.each([
    [401, 'AuthorizationError'],
    [403, 'AuthorizationError'],
    [429, 'ConnectionError'],
    [500, 'ConnectionError'],
    [503, 'ConnectionError'],
  ])('surfaces as it is, and is not kept: %d', async (status, name) => {
    let broken = true
    const { client, methods } = await reach(() => (broken ? new Response('no', { status }) : undefined))
    await expect(client.call('x')).rejects.toMatchObject({ name })
    expect(methods()).toEqual(['tools/call'])
    broken = false
    expect(await client.tools['x']?.()).toBe('called')
  })

  it('surfaces as it is when the greeting meets it', async () => {
    let broken = true
    const { client } = await reach((seen) =>
      broken && seen.method === 'initialize' ? new Response(null, { status: 401 }) : undefined,
    )
    await expect(client.call('x')).rejects.toMatchObject({ name: 'AuthorizationError', code: 'missing_token' })
    broken = false
    expect(await client.tools['x']?.()).toBe('called')
  })

  it('is no answer at all', async () => {
    const { client } = await reach(() => Promise.reject(new TypeError('fetch failed')))
    await expect(client.call('x')).rejects.toMatchObject({ code: 'disconnected' })
  })

  it('is a URL without any server: what was said first is said', async () => {
    const { client } = await reach(
      () => new Response('<h1>404</h1>', { status: 404, headers: { 'content-type': 'text/html' } }),
    )
    await expect(client.call('x')).rejects.toThrow('HTTP 404, text/html')
  })
})

describe('a server that has changed', () => {
  it('from the past to the present is spoken to as it is now', async () => {
    let isNew = false
    const { client, methods } = await reach((seen) => {
      if (!isNew) return undefined
      if (!isPresent(seen)) return json(failure(null, -32020), 400)
      return json(result(seen.id, { resultType: 'complete', ...text('new') }))
    })
    expect(await client.tools['x']?.()).toBe('called')
    isNew = true
    expect(await client.tools['x']?.()).toBe('new')
    expect(methods().slice(4)).toEqual(['tools/call', 'initialize', 'tools/call'])
    expect(await client.agreed().catch(() => undefined)).toBeUndefined()
  })

  it('from the present to the past is asked again what it is, and greeted', async () => {
    let isNew = true
    const { client } = await reach((seen) => {
      if (!isNew) return undefined
      const found =
        seen.method === 'server/discover' ? { supportedVersions: ['2026-07-28'], capabilities: {} } : text('new')
      return json(result(seen.id, { resultType: 'complete', ...found }))
    })
    expect(await client.agreed()).toMatchObject({ protocolVersion: '2026-07-28', transport: 'Streamable HTTP' })
    expect(await client.tools['x']?.()).toBe('new')
    isNew = false
    expect(await client.tools['x']?.()).toBe('called')
    expect(await client.agreed()).toMatchObject({ protocolVersion: '2025-11-25' })
  })
})

describe('greeting', () => {
  it.each([
    ['2025-11-25', true],
    ['2025-06-18', true],
    ['2025-03-26', false],
    ['2024-11-05', false],
  ])('settles on %s, which has the version header: %s', async (version, hasHeader) => {
    const { client, seen } = await reach(({ method, id }) =>
      method === 'initialize' ? json(result(id, greeting(version)), 200, { 'mcp-session-id': 's-1' }) : undefined,
    )
    await client.call('x')
    expect(await client.agreed()).toMatchObject({ protocolVersion: version })
    expect(seen.at(-1)?.headers.get('mcp-protocol-version')).toBe(hasHeader ? version : null)
    expect(seen.at(-1)?.headers.get('mcp-session-id')).toBe('s-1')
  })

  it('takes another revision when the first one is refused', async () => {
    const { client, seen } = await reach(({ method, id, params }) => {
      if (method !== 'initialize' || params?.['protocolVersion'] === '2024-11-05') return undefined
      return json(failure(id, -32602, { supported: ['2024-11-05'], requested: '2025-11-25' }))
    })
    await client.call('x')
    expect(
      seen.filter(({ method }) => method === 'initialize').map(({ params }) => params?.['protocolVersion']),
    ).toEqual(['2025-11-25', '2024-11-05'])
  })

  it('says who calls and what may be asked, and nothing of the envelope of today', async () => {
    const { client, seen } = await reach(() => undefined, {
      clientInfo: { name: 'me', version: '2' },
      answers: { elicit: () => ({ action: 'decline' }) },
    })
    await client.call('x', { a: 1 }, { meta: { traceparent: '00-1' } })
    expect(seen.find(({ method }) => method === 'initialize')?.params).toMatchObject({
      clientInfo: { name: 'me', version: '2' },
      capabilities: { elicitation: { form: {} } },
    })
    const { id, params } = seen.find((each) => each.method === 'tools/call' && !isPresent(each)) ?? {}
    expect(params).toEqual({ name: 'x', arguments: { a: 1 }, _meta: { traceparent: '00-1', progressToken: id } })
  })

  it.each([
    ['a revision that nobody knows', greeting('1999-01-01')],
    ['no revision', { capabilities: {} }],
    ['capabilities that are none', { protocolVersion: '2025-11-25', capabilities: [] }],
  ])('fails when the server answers with %s', async (_, said) => {
    const { client } = await reach(({ method, id }) => (method === 'initialize' ? json(result(id, said)) : undefined))
    await expect(client.call('x')).rejects.toMatchObject({ code: 'bad_reply' })
  })

  it('refuses in the place of the server what that does not offer', async () => {
    const { client, methods } = await reach(() => undefined)
    await client.call('x')
    await expect(client.prompt('p')).rejects.toMatchObject({ code: 'method_not_found' })
    expect(await client.listPrompts()).toEqual([])
    await expect(client.complete({ type: 'ref/prompt', name: 'p' }, { name: 'a', value: '' })).rejects.toMatchObject({
      code: 'method_not_found',
    })
    expect(methods().slice(4)).toEqual([])
  })
})

describe('a session', () => {
  it.each([
    ['404', () => json(failure(null, -32001), 404)],
    ['400 for a session that it does not know', () => json(failure(null, -32000), 400)],
  ])('is opened again when the server says %s', async (_, refuse) => {
    let lost = false
    const { client, methods } = await reach(({ method, headers }) => {
      if (method === 'initialize') lost = false
      return lost && headers.has('mcp-session-id') ? refuse() : undefined
    })
    await client.call('x')
    lost = true
    expect(await client.tools['x']?.()).toBe('called')
    expect(methods().slice(4)).toEqual(['tools/call', 'initialize', 'notifications/initialized', 'tools/call'])
  })

  it.each([
    ['400 and a number of its own', 400, -32000],
    ['404 and an internal error', 404, -32603],
  ])('is opened for the next call when a tool may have run that failed with %s', async (_, status, code) => {
    let fails = false
    const { client, methods } = await reach(({ id, method }) =>
      fails && method === 'tools/call' ? json(failure(id, code), status) : undefined,
    )
    await client.call('x')
    fails = true
    await expect(client.call('x')).rejects.toMatchObject({ number: code })
    fails = false
    expect(await client.tools['x']?.()).toBe('called')
    expect(methods().slice(4)).toEqual(['tools/call', 'initialize', 'notifications/initialized', 'tools/call'])
  })

  it('is not opened for ever', async () => {
    const { client, methods } = await reach(({ method, headers }) =>
      method === 'tools/call' && headers.has('mcp-session-id') ? json(failure(null, -32001), 404) : undefined,
    )
    await expect(client.call('x')).rejects.toMatchObject({ number: -32001 })
    expect(methods().filter((method) => method === 'initialize')).toHaveLength(2)
  })

  it.each(['a\u00e9', 'with blank', 'x'.repeat(2000)])('has no id that is not visible ASCII: %s', async (id) => {
    const { client, seen } = await reach(({ method, id: requestId, headers }) => {
      if (method === 'initialize') return json(result(requestId, greeting()), 200, { 'mcp-session-id': id })
      return isPresent({ verb: '', headers }) ? undefined : json(result(requestId, text('free')))
    })
    expect(await client.tools['x']?.()).toBe('free')
    expect(seen.at(-1)?.headers.has('mcp-session-id')).toBe(false)
  })
})

describe('clients that share a connection', () => {
  it('have sessions of their own when they can be asked for different things', async () => {
    const { fetch, seen } = createOldFetch()
    const { handle, [Symbol.asyncDispose]: close } = connectUrl(URL_, { fetch })
    const able = await connect(handle, { answers: { elicit: () => ({ action: 'decline' }) } })
    const plain = await connect(handle)
    for (const client of [plain, able, plain, able]) await client.call('x')
    const greetings = seen.filter(({ method }) => method === 'initialize')
    expect(greetings.map(({ params }) => params?.['capabilities'])).toEqual([{}, { elicitation: { form: {} } }])
    await close()
    expect(seen.filter(({ verb }) => verb === 'DELETE')).toHaveLength(2)
  })
})

describe('closing', () => {
  it('ends the session, and waits for nobody', async () => {
    const { client, methods } = await reach(() => undefined)
    await client.call('x')
    await client.close()
    expect(methods().at(-1)).toBe('DELETE')
  })

  it('gives up a greeting that is not answered', async () => {
    const { client, seen } = await reach(({ method }) => (method === 'initialize' ? new Promise(() => {}) : undefined))
    const called = client.call('x')
    await expect.poll(() => seen.at(-1)?.method).toBe('initialize')
    await Promise.all([client.close(), expect(called).rejects.toMatchObject({ code: 'aborted' })])
    expect(seen.filter(({ verb }) => verb === 'DELETE')).toEqual([])
  })

  const never = () => new Promise<Response>(() => {})
  const nothing = () => new Response(new ReadableStream(), { headers: { 'content-type': 'text/event-stream' } })

  // What is shared by calls has a time limit of its own, and would keep a process alive for as long.
  it.each<[string, string, Answer]>([
    [
      'the question what a server is',
      'server/discover',
      ({ id, method }) => (method === 'tools/call' ? json(failure(id, -32602)) : never()),
    ],
    ['a stream that does not begin', 'GET', ({ verb }) => (verb === 'GET' ? never() : json({}, 405))],
    ['a stream that names no place', 'GET', ({ verb }) => (verb === 'GET' ? nothing() : json({}, 405))],
  ])('ends %s', async (_, asked, answer) => {
    const { fetch, seen } = createOldFetch(answer)
    const ended: string[] = []
    const client = await connect(URL_, {
      http: {
        fetch: async (request) => {
          const { method = request.method } = JSON.parse((await request.clone().text()) || '{}') as Partial<Seen>
          request.signal.addEventListener('abort', () => ended.push(method))
          return fetch(request)
        },
      },
    })
    const called = client.call('x')
    await expect.poll(() => seen.map(({ verb, method = verb }) => method)).toContain(asked)
    await Promise.all([client.close(), expect(called).rejects.toMatchObject({ code: 'aborted' })])
    expect(ended).toContain(asked)
  })
})

describe('the stream for what belongs to no answer', () => {
  const capabilities = { tools: { listChanged: true } }
  const open = (onClose: () => void = () => {}) =>
    new Response(new ReadableStream({ cancel: onClose }), { headers: { 'content-type': 'text/event-stream' } })
  const withStream =
    (get: () => Response): Answer =>
    ({ verb, method, id }) => {
      if (method === 'initialize')
        return json(result(id, greeting('2025-11-25', capabilities)), 200, { 'mcp-session-id': 's' })
      return verb === 'GET' ? get() : undefined
    }

  it('is opened by a subscription', async () => {
    const { client, methods } = await reach(withStream(open))
    await client.call('x')
    expect(methods()).not.toContain('GET')
    const changes = await client.listen({ toolsListChanged: true, promptsListChanged: true })
    expect(changes.filter).toEqual({ toolsListChanged: true })
    expect(methods().filter((method) => method === 'GET')).toHaveLength(1)
    changes.close()
    await changes.ended
    await client.listen({ toolsListChanged: true })
    expect(methods().filter((method) => method === 'GET')).toHaveLength(2)
  })

  it('is opened before the first call of a client that can be asked', async () => {
    const { client, methods } = await reach(withStream(open), { answers: { elicit: () => ({ action: 'decline' }) } })
    await client.call('x')
    expect(methods().slice(1, 5)).toEqual(['initialize', 'notifications/initialized', 'GET', 'tools/call'])
  })

  it.each([405, 404, 401, 500])('may not exist (%d): then nothing is promised', async (status) => {
    const { client } = await reach(withStream(() => new Response(null, { status })))
    expect((await client.listen({ toolsListChanged: true })).filter).toEqual({})
    expect(await client.tools['x']?.()).toBe('called')
  })

  it('ends subscriptions when it breaks off, since changes may have gone unnoticed', async () => {
    const { client } = await reach(
      withStream(() => new Response('data:\n\n', { headers: { 'content-type': 'text/event-stream' } })),
    )
    const changes = await client.listen({ toolsListChanged: true }, { reconnect: 0 })
    await expect(changes.ended).rejects.toMatchObject({ code: 'disconnected' })
  })
})

describe('a flood', () => {
  it('of questions is not answered without end', async () => {
    const many = Array.from({ length: 5000 }, (_, id) => ({ jsonrpc: '2.0', id: id + 1000, method: 'ping' }))
    const { client, seen } = await reach((each) => {
      if (isPresent(each)) return undefined
      if (each.method === undefined) return new Promise(() => {})
      return each.method === 'tools/call' ? json([...many.slice(0, 900), result(each.id, text('done'))]) : undefined
    })
    expect(await client.tools['x']?.()).toBe('done')
    expect(seen.filter(({ method, verb }) => method === undefined && verb === 'POST').length).toBeLessThanOrEqual(256)
  })

  it('of bytes ends the call', async () => {
    const { fetch } = createOldFetch((each) =>
      !isPresent(each) && each.method === 'tools/call'
        ? new Response(`data: ${'x'.repeat(2000)}`, { headers: { 'content-type': 'text/event-stream' } })
        : undefined,
    )
    const client = await connect(URL_, { http: { fetch, maxBytes: 1000 } })
    await expect(client.call('x')).rejects.toMatchObject({ code: 'bad_reply' })
  })

  it.each([
    ['in one body', () => text('x'.repeat(2000)), 'at most 1000 bytes'],
    ['of values', () => ({ content: Array.from({ length: 1_000_001 }, () => 0) }), 'too many values'],
    ['of levels', () => JSON.parse(`{"content":${'['.repeat(300)}${']'.repeat(300)}}`) as object, 'too many levels'],
  ])('%s ends the call and names the limit', async (what, flood, limit) => {
    const { fetch } = createOldFetch((each) =>
      !isPresent(each) && each.method === 'tools/call' ? json(result(each.id, flood())) : undefined,
    )
    const maxBytes = what === 'in one body' ? 1000 : 16_000_000
    const client = await connect(URL_, { http: { fetch, maxBytes } })
    const refusal = { code: 'bad_reply', message: expect.stringContaining(limit) }
    await expect(client.call('x')).rejects.toMatchObject(refusal)
  })
})

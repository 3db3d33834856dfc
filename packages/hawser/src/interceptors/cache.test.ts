import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Call, ConnectionError, type Handle, type Interceptor, ProtocolError, type Reply } from '../call/index.ts'
import { type ClientOptions, createClient } from '../client/index.ts'
import { connect } from '../connect.ts'
import { mcp } from '../mcp.ts'
import { memoryChanges } from '../server/index.ts'
import { cache, type CacheOptions } from './cache.ts'

/** A server that counts, and answers as it is told. */
const counting = (answer: (call: Call, count: number) => Reply | Promise<Reply>) => {
  const calls: Call[] = []
  const handle: Handle = async (call) => {
    calls.push(call)
    return answer(call, calls.length)
  }
  return { calls, handle }
}

const hint = { ttlMs: 1000, cacheScope: 'public' } as const
const page = (count: number, more: object = {}) => ({
  tools: [{ name: `tool${count}`, inputSchema: { type: 'object' as const } }],
  ...hint,
  ...more,
})
const text = (count: number, more: object = {}) => ({
  contents: [{ uri: 'notes://1', text: `${count}` }],
  ...hint,
  ...more,
})

const cached = (handle: Handle, options?: CacheOptions, more?: ClientOptions) =>
  createClient(handle, { use: [cache(options)], ...more })

const firstTool = async (client: ReturnType<typeof cached>) => (await client.listTools())[0]?.name

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('an answer', () => {
  // server/utilities/caching#freshness-calculation
  // spec: cache-fresh
  it('is kept as long as the server allows, and no longer', async () => {
    const { handle, calls } = counting((_, count) => page(count))
    const client = cached(handle)
    expect([await firstTool(client), await firstTool(client)]).toEqual(['tool1', 'tool1'])
    vi.setSystemTime(Date.now() + 999)
    expect(await firstTool(client)).toBe('tool1')
    vi.setSystemTime(Date.now() + 1)
    expect(await firstTool(client)).toBe('tool2')
    expect(calls).toHaveLength(2)
  })

  it('is kept for no longer than the client allows', async () => {
    const { handle, calls } = counting((_, count) => page(count, { ttlMs: Number.MAX_SAFE_INTEGER }))
    const client = cached(handle, { maxTtl: 10 })
    await client.listTools()
    vi.setSystemTime(Date.now() + 10)
    await client.listTools()
    expect(calls).toHaveLength(2)
  })

  it('is old when the clock is set back', async () => {
    const { handle, calls } = counting((_, count) => page(count))
    const client = cached(handle)
    await client.listTools()
    vi.setSystemTime(Date.now() - 3_600_000)
    await client.listTools()
    expect(calls).toHaveLength(2)
  })

  // server/utilities/caching#time-to-live-ttl-field: absent and negative count as 0.
  // spec: cache-fresh
  it.each([
    ['0', { ttlMs: 0 }],
    ['a negative time', { ttlMs: -5 }],
    ['no time', { ttlMs: undefined }],
    ['text for a time', { ttlMs: '1000' }],
  ])('is not kept with %s', async (_, more) => {
    const { handle, calls } = counting((__, count) => page(count, more))
    const client = cached(handle)
    await client.listTools()
    await client.listTools()
    expect(calls).toHaveLength(2)
  })

  // spec: cache-key
  it('is another one for other params, capabilities and metadata', async () => {
    const { handle, calls } = counting((_, count) => text(count))
    const client = cached(handle)
    await client.read('notes://1')
    await client.read('notes://2')
    await client.read('notes://1', { meta: { 'com.example/language': 'de' } })
    expect(calls).toHaveLength(3)
    await client.read('notes://1', { meta: { traceparent: '00-x', baggage: 'y' } })
    expect(calls).toHaveLength(3)
    const capable = createClient(handle, { use: [cache()], answers: { elicit: () => ({ action: 'decline' }) } })
    await capable.read('notes://1')
    expect(calls).toHaveLength(4)
  })

  it('cannot be changed by who got it before', async () => {
    const { handle } = counting((_, count) => page(count))
    const client = cached(handle)
    for (let time = 0; time < 3; time++) {
      const tools = await client.listTools()
      expect(tools.map(({ name }) => name)).toEqual(['tool1'])
      Object.assign(tools[0]!, { name: 'changed' })
    }
  })

  it('to a call, a prompt or a completion is never kept', async () => {
    const { handle, calls } = counting(() => ({ content: [], messages: [], completion: { values: [] }, ...hint }))
    const client = cached(handle)
    for (let time = 0; time < 2; time++) {
      await client.call('search')
      await client.prompt('plan')
      await client.complete({ type: 'ref/prompt', name: 'plan' }, { name: 'day', value: '' })
    }
    expect(calls).toHaveLength(6)
  })

  // server/utilities/caching#cache-key: results of retried requests must not be cached.
  // spec: cache-no-retries
  it('to a request that was retried with what a person said is never kept, nor is the question', async () => {
    const { handle, calls } = counting(({ params }, count) =>
      'requestState' in params
        ? text(count)
        : {
            resultType: 'input_required',
            requestState: 's',
            ...hint,
            inputRequests: {
              sure: {
                method: 'elicitation/create',
                params: { message: 'Sure?', requestedSchema: { type: 'object', properties: {} } },
              },
            },
          },
    )
    const client = cached(handle, {}, { answers: { elicit: () => ({ action: 'accept' }) } })
    const first = await client.read('notes://1')
    expect(await client.read('notes://1')).not.toEqual(first)
    expect(calls).toHaveLength(4)
  })
})

describe('a cache', () => {
  it('belongs to one connection, also when its interceptor is used for two', async () => {
    const interceptor = cache()
    const one = counting(() => page(1))
    const two = counting(() => page(2))
    expect(await firstTool(createClient(one.handle, { use: [interceptor] }))).toBe('tool1')
    expect(await firstTool(createClient(two.handle, { use: [interceptor] }))).toBe('tool2')
  })

  // server/utilities/caching#cache-scope-field
  // spec: cache-private
  it('gives what is private to no other authorization, and what is public to all', async () => {
    let token = 'a'
    const { handle, calls } = counting(({ method }, count) =>
      method === 'tools/list' ? page(count) : text(count, { cacheScope: 'private' }),
    )
    const client = cached(handle, { partition: () => token })
    const a = await client.read('notes://1')
    await client.listTools()
    token = 'b'
    expect(await client.read('notes://1')).not.toEqual(a)
    await client.listTools()
    expect(calls).toHaveLength(3)
    token = 'a'
    expect(await client.read('notes://1')).toEqual(a)
  })

  it.each([undefined, 'shared', 7])('takes the scope %j for private', async (cacheScope) => {
    let token = 'a'
    const { handle, calls } = counting((_, count) => page(count, { cacheScope }))
    const client = cached(handle, { partition: () => token })
    await client.listTools()
    token = 'b'
    await client.listTools()
    expect(calls).toHaveLength(2)
  })

  it('in front of a server never gives to one caller what another was allowed to read', async () => {
    let reads = 0
    const app = mcp({ name: 'n', version: '1.0.0', scopes: { read: 'Read' } })
    const plan = app.resource({
      uri: 'notes://plan',
      scopes: ['read'],
      cache: 'public',
      ttl: 60_000,
      read: () => `${++reads}`,
    })
    const server = app.server({ resources: { plan }, use: [cache()] })
    const as = (subject: string, scopes: readonly string[]) => connect(server, { as: { subject, scopes } })
    const ada = await as('ada', ['read'])
    expect([await ada.resources.plan(), await ada.resources.plan()]).toEqual(['1', '1'])
    await expect((await as('bob', [])).resources.plan()).rejects.toMatchObject({ code: 'forbidden' })
    await expect((await as('ada', [])).resources.plan()).rejects.toMatchObject({ code: 'forbidden' })
    await expect((await connect(server, { as: null })).resources.plan()).rejects.toMatchObject({ code: 'unauthorized' })
    expect(await (await as('bob', ['read'])).resources.plan()).toBe('2')
  })

  it('in front of a server outlasts strangers who make up names', async () => {
    const lists: string[] = []
    const app = mcp({ name: 'n', version: '1.0.0' })
    const hello = app.tool({ description: 'Say hello.', effect: 'read', run: () => 'hello' })
    const count: Interceptor = (next) => (call) => {
      if (call.method === 'tools/list') lists.push(call.method)
      return next(call)
    }
    await using client = await connect(app.server({ tools: { hello }, use: [cache(), count] }), { as: null })
    for (let at = 0; at < 3; at++) {
      await client.listTools()
      await expect(client.call(`made up ${at}`)).rejects.toThrow('Unknown tool')
      // What is wrong with a call of a tool that is there says nothing of the list either.
      await expect(client.request('tools/call', { name: 'hello', requestState: 'x' })).rejects.toThrow('requestState')
    }
    expect(lists).toHaveLength(2)
  })

  it('holds so many answers, and lets go of the one that was longest out of use', async () => {
    const { handle, calls } = counting((_, count) => text(count))
    const client = cached(handle, { maxEntries: 2 })
    for (const uri of ['a', 'b', 'a', 'c', 'a', 'c', 'b']) await client.read(uri)
    expect(calls.map(({ params }) => 'uri' in params && params.uri)).toEqual(['a', 'b', 'c', 'b'])
  })
})

describe('what changed', () => {
  const app = mcp({ name: 'n', version: '1.0.0', changes: memoryChanges() })

  it('is asked for again when a subscription tells of it', async () => {
    let reads = 0
    const note = app.resource({ uri: 'notes://{id}', ttl: 60_000, read: ({ id }) => `${id} ${++reads}` })
    const server = app.server({ resources: { note } })
    await using client = await connect(server, { use: [cache()] })
    const read = (id: string) => client.resources.note({ id })
    await using subscription = await client.listen({ resourceSubscriptions: ['notes://1'] })
    expect([await read('1'), await read('2'), await read('1')]).toEqual(['1 1', '2 2', '1 1'])
    await server.changed.resource('notes://1')
    expect([await read('1'), await read('2')]).toEqual(['1 3', '2 2'])
    subscription.close()
  })

  it.each([
    ['tools', 'tools/list'],
    ['prompts', 'prompts/list'],
    ['resources', 'resources/list'],
    ['resources', 'resources/templates/list'],
  ] as const)('of the %s is %s and no other list', async (kind, method) => {
    let notify: Call['notify'] = () => {}
    const { handle, calls } = counting((call, count) => {
      if (call.method !== 'subscriptions/listen') {
        return { ...page(count), prompts: [], resources: [], resourceTemplates: [] }
      }
      notify = call.notify
      call.notify({ method: 'notifications/subscriptions/acknowledged', params: { notifications: {} } })
      return new Promise<Reply>(() => {})
    })
    const client = cached(handle)
    const subscription = await client.listen({})
    const lists = ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'] as const
    const ask = async () => {
      const before = calls.length
      for (const list of lists) await client.request(list, {})
      return calls.slice(before).map((call) => call.method)
    }
    expect(await ask()).toEqual(lists)
    expect(await ask()).toEqual([])
    notify({ method: `notifications/${kind}/list_changed` })
    expect(await ask()).toContain(method)
    subscription.close()
  })

  it('before a subscription began may have changed unnoticed', async () => {
    const hello = app.tool({ description: 'Hello', effect: 'read', run: () => 'hello' })
    const lists: string[] = []
    const server = app.server({
      tools: { hello },
      use: [
        (next) => (call) => {
          lists.push(call.method)
          return next(call)
        },
      ],
    })
    await using client = await connect(server, { use: [cache()] })
    await client.listTools()
    await using subscription = await client.listen({ toolsListChanged: true })
    await client.listTools()
    await client.listTools()
    expect(lists).toEqual(['tools/list', 'subscriptions/listen', 'tools/list'])
    subscription.close()
  })

  it('while a subscription was lost is listed anew by whoever hears of the gap', async () => {
    vi.useFakeTimers()
    const lose: ((error: Error) => void)[] = []
    const { handle } = counting((call, count) => {
      if (call.method !== 'subscriptions/listen') return page(count, { ttlMs: 3_600_000 })
      const params = { notifications: { toolsListChanged: true } }
      call.notify({ method: 'notifications/subscriptions/acknowledged', params })
      return new Promise<Reply>((_, reject) => lose.push(reject))
    })
    const client = cached(handle)
    const listed: (string | undefined)[] = []
    const subscription = await client.listen(
      { toolsListChanged: true },
      { onChange: () => void firstTool(client).then((name) => listed.push(name)) },
    )
    const before = await firstTool(client)
    lose[0]?.(new ConnectionError('disconnected', 'gone'))
    await vi.advanceTimersByTimeAsync(500)
    expect(listed).toHaveLength(1)
    expect(listed).not.toContain(before)
    subscription.close()
  })

  it('while an answer was under way is not covered by that answer', async () => {
    let tell: Call['notify'] = () => {}
    const gate = Promise.withResolvers<void>()
    const { handle, calls } = counting(async (call, count) => {
      if (call.method === 'subscriptions/listen') {
        tell = call.notify
        call.notify({ method: 'notifications/subscriptions/acknowledged', params: { notifications: {} } })
        return new Promise<Reply>(() => {})
      }
      if (count === 2) await gate.promise
      return page(count)
    })
    const client = cached(handle)
    const subscription = await client.listen({})
    const early = firstTool(client)
    await vi.waitUntil(() => calls.length === 2)
    tell({ method: 'notifications/tools/list_changed' })
    // Whoever asks now must not get what was read before the change.
    expect(await firstTool(client)).toBe('tool3')
    gate.resolve()
    expect(await early).toBe('tool2')
    expect(await firstTool(client)).toBe('tool3')
    expect(calls).toHaveLength(3)
    subscription.close()
  })

  /** Lists what is named by the number of the call, and refuses all of it. */
  const refusing = () =>
    counting(({ method }, count) => {
      if (method === 'tools/list') return page(count, { ttlMs: 60_000 })
      if (method === 'prompts/list') return { ...hint, ttlMs: 60_000, prompts: [{ name: `prompt${count}` }] }
      if (method === 'resources/list')
        return { ...hint, ttlMs: 60_000, resources: [{ uri: `x://${count}`, name: 'x' }, 7] } as never
      throw new ProtocolError('invalid_params', 'Unknown')
    })

  it('shows in the refusal of what is listed: the list is asked for again', async () => {
    const { handle } = refusing()
    const client = cached(handle)
    expect(await firstTool(client)).toBe('tool1')
    await expect(client.call('tool1')).rejects.toThrow('Unknown')
    expect(await firstTool(client)).toBe('tool3')
    expect(await client.listPrompts()).toMatchObject([{ name: 'prompt4' }])
    await expect(client.prompt('prompt4')).rejects.toThrow('Unknown')
    expect(await client.listPrompts()).toMatchObject([{ name: 'prompt6' }])
    expect((await client.listResources())[0]).toMatchObject({ uri: 'x://7' })
    await expect(client.read('x://7')).rejects.toThrow('Unknown')
    expect((await client.listResources())[0]).toMatchObject({ uri: 'x://9' })
    expect(await firstTool(client)).toBe('tool3')
  })

  it('does not show in the refusal of a name that somebody made up', async () => {
    const { handle } = refusing()
    const client = cached(handle)
    await client.listTools()
    await client.listResources()
    for (const name of ['name', 'object', 'x://2', '']) await expect(client.call(name)).rejects.toThrow('Unknown')
    for (const uri of ['x://', 'tool1']) await expect(client.read(uri)).rejects.toThrow('Unknown')
    expect(await firstTool(client)).toBe('tool1')
    expect((await client.listResources())[0]).toMatchObject({ uri: 'x://2' })
  })

  it('is looked for every five seconds at most, however often what is listed is refused', async () => {
    const { handle } = refusing()
    const client = cached(handle)
    const refuse = async () => {
      const name = (await firstTool(client)) ?? ''
      await expect(client.call(name)).rejects.toThrow('Unknown')
      return name
    }
    expect([await refuse(), await refuse(), await refuse()]).toEqual(['tool1', 'tool3', 'tool3'])
    vi.setSystemTime(Date.now() + 5_000)
    expect([await refuse(), await refuse()]).toEqual(['tool3', 'tool7'])
  })

  // server/utilities/caching#interaction-with-pagination
  // spec: cache-page-expired
  it('shows in a cursor that is refused: all pages are asked for again', async () => {
    let valid = true
    const { handle, calls } = counting(({ params }, count) => {
      if (!('cursor' in params)) return page(count, { nextCursor: 'next' })
      expect(params.cursor).toBe('next')
      if (!valid) throw new ProtocolError('invalid_params', 'Unknown cursor')
      return page(count, { ttlMs: 500 })
    })
    const client = cached(handle)
    await client.listTools()
    vi.setSystemTime(Date.now() + 700)
    valid = false
    await expect(client.listTools()).rejects.toThrow('cursor')
    valid = true
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['tool4', 'tool5'])
    expect(calls).toHaveLength(5)
  })

  it('does not show in the refusal of a cursor that no page handed out', async () => {
    const { handle } = counting(({ params }, count) => {
      if ('cursor' in params) throw new ProtocolError('invalid_params', 'Unknown cursor')
      return page(count)
    })
    const client = cached(handle)
    expect(await firstTool(client)).toBe('tool1')
    await expect(client.request('tools/list', { cursor: 'made up' })).rejects.toThrow('cursor')
    expect(await firstTool(client)).toBe('tool1')
  })
})

describe('a server that is down', () => {
  const failing = (error: unknown) =>
    counting((_, count) => {
      if (count > 1) throw error
      return page(count)
    })

  it.each(['disconnected', 'timeout', 'unavailable', 'bad_reply'] as const)(
    'is stood in for after %s, where that is wanted, and for so long',
    async (code) => {
      const { handle } = failing(new ConnectionError(code, 'down'))
      const client = cached(handle, { staleOnError: 500 })
      await client.listTools()
      vi.setSystemTime(Date.now() + 1499)
      expect(await firstTool(client)).toBe('tool1')
      vi.setSystemTime(Date.now() + 1)
      await expect(client.listTools()).rejects.toThrow('down')
    },
  )

  it('is reported unless that is wanted', async () => {
    const client = cached(failing(new ConnectionError('disconnected', 'down')).handle)
    await client.listTools()
    vi.setSystemTime(Date.now() + 1000)
    await expect(client.listTools()).rejects.toThrow('down')
  })

  it.each([new ProtocolError('forbidden', 'no'), new ConnectionError('aborted', 'no')])(
    'is not what %s means',
    async (error) => {
      const client = cached(failing(error).handle, { staleOnError: 500 })
      await client.listTools()
      vi.setSystemTime(Date.now() + 1000)
      await expect(client.listTools()).rejects.toBe(error)
    },
  )
})

describe('calls at the same time', () => {
  /** Answers when it is told to. */
  const slow = (answer: (count: number) => Reply = (count) => page(count)) => {
    const gates: PromiseWithResolvers<void>[] = []
    const { handle, calls } = counting(async (_, count) => {
      const gate = Promise.withResolvers<void>()
      gates.push(gate)
      await gate.promise
      return answer(count)
    })
    return {
      handle,
      calls,
      open: (at: number) => gates[at]?.resolve(),
      fail: (at: number, e: Error) => gates[at]?.reject(e),
    }
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve))

  it('share one request for a list, and each gets an answer of its own', async () => {
    const { handle, calls, open } = slow()
    const client = cached(handle)
    const all = Promise.all([client.listTools(), client.listTools(), client.listTools()])
    await turn()
    open(0)
    const [one, two] = await all
    expect(calls).toHaveLength(1)
    expect(one).toEqual(two)
    expect(one[0]).not.toBe(two[0])
  })

  it('leave each by its own signal; the request goes on for those that stay', async () => {
    const { handle, calls, open } = slow()
    const client = cached(handle)
    const leaving = new AbortController()
    const left = client.listTools({ signal: leaving.signal })
    const stayed = firstTool(client)
    await turn()
    leaving.abort()
    await expect(left).rejects.toMatchObject({ code: 'aborted' })
    expect(calls[0]?.signal.aborted).toBe(false)
    open(0)
    expect(await stayed).toBe('tool1')
  })

  it('give the request up when all have left', async () => {
    const { handle, calls } = slow()
    const client = cached(handle)
    const leaving = new AbortController()
    const left = [client.listTools({ signal: leaving.signal }), client.listTools({ signal: leaving.signal })]
    await turn()
    leaving.abort()
    await Promise.allSettled(left)
    expect(calls).toHaveLength(1)
    expect(calls[0]?.signal.aborted).toBe(true)
  })

  it('share nothing of different authorizations, nor of different limits', async () => {
    let token = 0
    const { handle, calls } = slow()
    const client = cached(handle, { partition: () => `${token++}` })
    void client.listTools().catch(() => {})
    void client.listTools().catch(() => {})
    const other = cached(handle)
    void other.listTools().catch(() => {})
    void other.listTools({ timeout: 5 }).catch(() => {})
    await turn()
    expect(calls).toHaveLength(4)
    await client.close()
    await other.close()
  })

  it('do not share what may not be kept', async () => {
    const { handle, calls, open } = slow((count) => page(count, { ttlMs: 0 }))
    const client = cached(handle)
    const both = Promise.all([firstTool(client), firstTool(client)])
    await turn()
    open(0)
    await turn()
    open(1)
    expect(await both).toEqual(['tool1', 'tool2'])
    expect(calls).toHaveLength(2)
  })

  it('of a resource share one only when it is known that it may be kept', async () => {
    const { handle, calls, open } = slow((count) => text(count))
    const client = cached(handle)
    const first = [client.read('notes://1'), client.read('notes://1')]
    await turn()
    expect(calls).toHaveLength(2)
    open(0)
    open(1)
    await Promise.all(first)
    vi.setSystemTime(Date.now() + 1000)
    const second = [client.read('notes://1'), client.read('notes://1')]
    await turn()
    expect(calls).toHaveLength(3)
    open(2)
    await Promise.all(second)
  })

  it('fail together, except where it was the time of the one who sent it', async () => {
    const { handle, calls, open, fail } = slow()
    const client = cached(handle)
    const lost = Promise.allSettled([client.listTools(), client.listTools()])
    await turn()
    fail(0, new ConnectionError('disconnected', 'gone'))
    expect((await lost).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    const late = Promise.allSettled([client.listTools(), client.listTools()])
    await turn()
    fail(1, new ConnectionError('timeout', 'late'))
    await turn()
    open(2)
    expect((await late).map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
    expect(calls).toHaveLength(3)
  })
})

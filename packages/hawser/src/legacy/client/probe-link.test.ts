import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Call, Reply } from '../../call/index.ts'
import { connect, type ConnectOptions } from '../../connect.ts'
import { connectLink } from './connect-link.ts'
import { failure, greeting, type Heard, result, text } from './fixtures/old-fetch.ts'
import { createOldLink, type Hear, type Program } from './fixtures/old-link.ts'

const reach = async (hear?: Hear, options: ConnectOptions = {}) => {
  const program = createOldLink(hear)
  const client = await connect(program.link, options)
  return {
    ...program,
    client,
    methods: () => program.heard.map(({ method, result: given }) => method ?? (given ? 'answer' : 'refusal')),
  }
}

interface Elicited {
  readonly content: { readonly name: string }
}

const GREETED = ['server/discover', 'initialize', 'notifications/initialized', 'tools/call']

describe('a program', () => {
  // spec: stdio-probe, stdio-probe-fallback, older-server-probed
  it.each([-32601, -32602, -32600, -32000, -32002, 1])(
    'that does not know the first question (%d) is greeted',
    async (code) => {
      const { client, methods } = await reach(({ id, method }, { say }) => {
        if (method !== 'server/discover') return false
        say(failure(id, code))
        return true
      })
      expect(await client.tools['x']?.()).toBe('called')
      expect(methods()).toEqual(GREETED)
      expect(await client.agreed()).toMatchObject({ protocolVersion: '2025-11-25', transport: 'stdio' })
    },
  )

  it('that answers the first question with anything else is greeted', async () => {
    const { client } = await reach(({ id, method }, { say }) => {
      if (method !== 'server/discover') return false
      say(result(id, { hello: 'there' }))
      return true
    })
    expect(await client.tools['x']?.()).toBe('called')
  })

  it('that says who it is is spoken to by its own handle', async () => {
    const { client, methods } = await reach(({ id, method }, { say }) => {
      if (method !== 'server/discover') return false
      say(result(id, { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: {} }))
      return true
    })
    expect(await client.tools['x']?.()).toBe('called')
    expect(methods()).toEqual(['server/discover', 'tools/call'])
    expect(await client.agreed()).toMatchObject({ protocolVersion: '2026-07-28', transport: 'stdio' })
  })

  it('that knows of the present revision and does not speak it is not greeted', async () => {
    const { client, methods } = await reach(({ id }, { say }) => {
      say(failure(id, -32022, { supported: ['2027-01-01'], requested: '2026-07-28' }))
      return true
    })
    await expect(client.call('x')).rejects.toMatchObject({ code: 'unsupported_version' })
    expect(methods()).not.toContain('initialize')
  })

  it('that ends at the first question is started again and greeted', async () => {
    const { client, methods, starts } = await reach(({ method }, { exit }) => {
      if (method !== 'server/discover') return false
      exit(1)
      return true
    })
    expect(await client.tools['x']?.()).toBe('called')
    expect(methods()).toEqual(GREETED)
    expect(starts()).toBe(2)
  })

  it('that ends at everything is not started for ever', async () => {
    const { client, starts } = await reach((_, { exit }) => {
      exit(1)
      return true
    })
    await expect(client.call('x')).rejects.toMatchObject({ code: 'disconnected', cause: { exitCode: 1 } })
    expect(starts()).toBe(2)
  })

  it('that ends in the middle of a call loses that call, and is greeted at once the next time', async () => {
    let calls = 0
    const { client, methods } = await reach(({ method }, { exit }) => {
      if (method !== 'tools/call' || ++calls > 1) return false
      exit(9)
      return true
    })
    await expect(client.call('x')).rejects.toMatchObject({ code: 'disconnected', cause: { exitCode: 9 } })
    expect(await client.tools['x']?.()).toBe('called')
    expect(methods()).toEqual([...GREETED, ...GREETED.slice(1)])
  })

  it('that was replaced by one of today is asked again what it is', async () => {
    let isNew = false
    const { client, methods } = await reach(({ id, method }, { say, exit }) => {
      if (method === 'tools/call' && !isNew) {
        isNew = true
        exit(0)
        return true
      }
      if (isNew && method === 'initialize') say(failure(id, -32601))
      else if (isNew && method === 'server/discover') {
        say(result(id, { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: {} }))
      } else return false
      return true
    })
    await expect(client.call('x')).rejects.toMatchObject({ code: 'disconnected' })
    expect(await client.tools['x']?.()).toBe('called')
    expect(methods().slice(4)).toEqual(['initialize', 'server/discover', 'tools/call'])
  })

  // spec: era-cached
  it('is asked once by clients that share the link', async () => {
    const { link, client, methods } = await reach()
    const other = await connect(link)
    await Promise.all([client.call('x'), other.call('x')])
    expect(methods()).toEqual([...GREETED, 'tools/call'])
  })

  it('may send what is no message, and answers to nobody', async () => {
    const { client } = await reach(({ id, method }, { say }) => {
      if (method !== 'tools/call') return false
      for (const stray of ['Listening …', '[', '{"jsonrpc":"2.0"}', result(4711, {}), failure(null, -32700)]) say(stray)
      say(result(id, text('at last')))
      return true
    })
    // An error without an id is that of the one call in flight.
    await expect(client.call('x')).rejects.toMatchObject({ code: 'parse_error' })
  })

  it('is not waited for longer than the call allows', async () => {
    const { client, heard, isHeld } = await reach(({ method }) => method === 'tools/call')
    await client.listTools()
    await expect(client.call('x', {}, { timeout: 20 })).rejects.toMatchObject({ code: 'timeout' })
    const call = heard.find(({ method }) => method === 'tools/call')
    await expect
      .poll(() => heard.at(-1))
      .toMatchObject({ method: 'notifications/cancelled', params: { requestId: call?.id } })
    expect(isHeld()).toBe(false)
  })
})

describe('a program that is silent', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const silentAtFirst: Hear = ({ method }) => method === 'server/discover'

  it('at the first question is greeted after a while', async () => {
    const { client, methods, isHeld } = await reach(silentAtFirst)
    const called = client.tools['x']?.()
    await vi.advanceTimersByTimeAsync(1900)
    expect(methods()).toEqual(['server/discover'])
    await vi.advanceTimersByTimeAsync(200)
    expect(await called).toBe('called')
    expect(methods()).toEqual(GREETED)
    expect(isHeld()).toBe(false)
  })

  it('because it is slow to start is spoken to as it answers in the end: of today', async () => {
    const waiting: (() => void)[] = []
    const { client, methods } = await reach(({ id, method }, { say }) => {
      if (method === 'server/discover') {
        waiting.push(() =>
          say(result(id, { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: {} })),
        )
      } else if (method === 'initialize') waiting.push(() => say(failure(id, -32601)))
      else return false
      return true
    })
    const called = client.tools['x']?.()
    await vi.advanceTimersByTimeAsync(8000)
    for (const answer of waiting) answer()
    expect(await called).toBe('called')
    expect(methods()).toEqual(['server/discover', 'initialize', 'tools/call'])
  })

  it('because it is slow to start is spoken to as it answers in the end: of the past', async () => {
    const waiting: (() => void)[] = []
    const { client, methods } = await reach(({ id, method }, { say }) => {
      if (method === 'server/discover') waiting.push(() => say(failure(id, -32602)))
      else if (method === 'initialize') waiting.push(() => say(result(id, greeting())))
      else return false
      return true
    })
    const called = client.tools['x']?.()
    await vi.advanceTimersByTimeAsync(8000)
    for (const answer of waiting) answer()
    expect(await called).toBe('called')
    expect(methods()).toEqual(GREETED)
  })

  it('for ever, keeps a call no longer than its time', async () => {
    const { client } = await reach(() => true)
    await Promise.all([
      expect(client.call('x', {}, { timeout: 5000 })).rejects.toMatchObject({ code: 'timeout' }),
      vi.advanceTimersByTimeAsync(5000),
    ])
  })

  it('at the first question, and refuses the greeting, is what it says it is', async () => {
    const { client } = await reach(({ id, method }, { say }) => {
      if (method === 'initialize') say(failure(id, -32603))
      return true
    })
    await Promise.all([
      expect(client.call('x')).rejects.toMatchObject({ code: 'internal_error' }),
      vi.advanceTimersByTimeAsync(5000),
    ])
  })
})

describe('what a program asks', () => {
  const form = { message: 'Name?', requestedSchema: { type: 'object', properties: { name: { type: 'string' } } } }
  const ask = (id: number, method = 'elicitation/create', params: object = form) => ({
    jsonrpc: '2.0',
    id,
    method,
    params,
  })
  const answers: ConnectOptions['answers'] = {
    elicit: ({ message }) => ({ action: 'accept', content: { name: `Ada (${message})` } }),
    roots: () => [{ uri: 'file:///work' }],
  }

  /** Asks once for each call and answers it with what it is told. */
  const asking = (): { readonly hear: Hear; readonly order: string[] } => {
    const order: string[] = []
    const calls = new Map<unknown, Heard>()
    return {
      order,
      hear: ({ id, method, params, result: answer, error }, { say }) => {
        if (method === 'tools/call') {
          order.push(`call ${String(params?.['name'])}`)
          calls.set(calls.size + 100, { id: id ?? 0, params: params ?? {} })
          say(ask(calls.size + 99, 'elicitation/create', { ...form, message: String(params?.['name']) }))
          return true
        }
        if (method !== undefined || (answer === undefined && error === undefined)) return false
        const call = calls.get(id)
        order.push(`answer ${String(call?.params?.['name'])}`)
        say(result(call?.id, text(JSON.stringify(answer ?? error?.code))))
        return true
      },
    }
  }

  it('is answered, one call after the other once it has asked', async () => {
    const { hear, order } = asking()
    const { client } = await reach(hear, { answers })
    await client.call('a')
    const said = await Promise.all(['b', 'c', 'd'].map(async (name) => client.tools[name]?.()))
    expect(said).toEqual(
      ['b', 'c', 'd'].map((name) => JSON.stringify({ action: 'accept', content: { name: `Ada (${name})` } })),
    )
    expect(order.slice(2)).toEqual(['b', 'c', 'd'].flatMap((name) => [`call ${name}`, `answer ${name}`]))
  })

  it('is answered although calls were sent together before it first asked', async () => {
    const { hear } = asking()
    const { client } = await reach(hear, { answers })
    const said = await Promise.all(['a', 'b'].map(async (name) => client.tools[name]?.()))
    expect(said.map((words) => (JSON.parse(String(words)) as Elicited).content.name)).toEqual(['Ada (a)', 'Ada (b)'])
  })

  it('does not keep other calls waiting when nobody answers', async () => {
    const { hear } = asking()
    let isThere = false
    const { client, methods } = await reach(hear, {
      answers: {
        elicit: () => {
          if (!isThere) throw new Error('nobody there')
          return { action: 'decline' }
        },
      },
    })
    await expect(client.call('a')).rejects.toThrow('nobody there')
    isThere = true
    expect(await client.tools['b']?.()).toBe('{"action":"decline"}')
    expect(methods()).toContain('notifications/cancelled')
  })

  it('keeps a call waiting that has time for it, and lets go of one that has not', async () => {
    const { hear } = asking()
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
    const { client, heard } = await reach(hear, {
      answers: { elicit: async () => (await answered, { action: 'decline' }) },
    })
    const first = client.tools['a']?.()
    await expect.poll(() => heard.at(-1)?.method).toBe('tools/call')
    await expect(client.call('b', {}, { timeout: 20 })).rejects.toMatchObject({ code: 'timeout' })
    const last = client.tools['c']?.()
    answer()
    expect(await first).toBe('{"action":"decline"}')
    expect(await last).toBe('{"action":"decline"}')
    expect(heard.filter(({ method }) => method === 'tools/call').map(({ params }) => params?.['name'])).toEqual([
      'a',
      'c',
    ])
  })

  it('does not keep others waiting for ever when nobody comes back with an answer', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const { hear } = asking()
      const { client, link, heard } = await reach(hear, { answers })
      await client.call('a')
      // Such as a server in front of this one, whose client has gone.
      const handle = vi.fn(async (call: Call) => (await connectLink(link).handle(call)) satisfies Reply)
      const forgetful = await connect(handle, { answers: { elicit: () => new Promise(() => {}) } })
      const forgotten = forgetful.call('b')
      await expect.poll(() => handle.mock.settledResults.length).toBe(1)
      await expect(client.call('c', {}, { timeout: 20 })).rejects.toMatchObject({ code: 'timeout' })
      vi.setSystemTime(Date.now() + 301_000)
      expect(await client.tools['d']?.()).toContain('accept')
      expect(heard.filter(({ method }) => method === 'notifications/cancelled')).toHaveLength(1)
      await Promise.all([forgetful.close(), expect(forgotten).rejects.toMatchObject({ code: 'aborted' })])
    } finally {
      vi.useRealTimers()
    }
  })

  it('between calls is answered before the next one is sent', async () => {
    let program: Program | undefined
    const { client, methods, heard } = await reach(
      ({ method }, own) => {
        if (method === 'notifications/initialized') {
          own.say(ask(7, 'roots/list', {}))
          program = own
        }
      },
      { answers },
    )
    await client.listTools()
    expect(program).toBeDefined()
    expect(await client.tools['x']?.()).toBe('called')
    expect(methods()).toEqual([...GREETED.slice(0, 3), 'tools/list', 'answer', 'tools/call'])
    expect(heard.find(({ id }) => id === 7)?.result).toEqual({ roots: [{ uri: 'file:///work' }] })
  })

  it('and takes back is not answered', async () => {
    const { client, methods } = await reach(
      ({ method }, { say }) => {
        if (method !== 'notifications/initialized') return
        say(ask(7, 'roots/list', {}))
        say({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } })
      },
      { answers },
    )
    await client.listTools()
    expect(await client.tools['x']?.()).toBe('called')
    expect(methods()).not.toContain('answer')
  })

  it('has an end', async () => {
    const { client, heard } = await reach(
      ({ method }, { say }) => {
        if (method === 'notifications/initialized') for (let id = 100; id < 300; id++) say(ask(id))
      },
      { answers },
    )
    await client.listTools()
    expect(heard.filter(({ error }) => error !== undefined)).toHaveLength(200 - 64)
    expect(await client.tools['x']?.()).toBe('called')
    expect(heard.filter(({ result: given }) => given !== undefined)).toHaveLength(64)
  })

  it.each(['sampling/createMessage', 'no/such', 'tools/list'])(
    'is refused when nobody can answer it: %s',
    async (method) => {
      const { client, heard } = await reach(
        (message, { say }) => {
          if (message.method === 'notifications/initialized') say(ask(7, method, {}))
        },
        { answers },
      )
      await client.call('x')
      expect(heard.find(({ id }) => id === 7)?.error?.code).toBe(-32601)
    },
  )

  it('is forgotten with the state that names it when somebody else brings it', async () => {
    const { client } = await reach()
    const params = { name: 'x', requestState: 'made up' }
    await expect(client.request('tools/call', params)).rejects.toMatchObject({ code: 'invalid_params' })
  })
})

describe('changes', () => {
  const capabilities = { tools: { listChanged: true }, resources: { subscribe: true }, prompts: {} }
  const changing: Hear = ({ id, method, params }, { say }) => {
    if (method === 'initialize') say(result(id, greeting('2025-06-18', capabilities)))
    else if (method === 'resources/subscribe' && String(params?.['uri']).startsWith('a:')) say(result(id, {}))
    else if (method === 'resources/unsubscribe') say(result(id, {}))
    else if (method === 'tools/call') {
      say({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' })
      say({ jsonrpc: '2.0', method: 'notifications/prompts/list_changed' })
      for (const uri of ['b:1', 'a:1', 'a:2', 'a:1/part']) {
        say({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri } })
      }
      say(result(id, text('changed')))
    } else return false
    return true
  }

  it('are told to whoever subscribed, to as much as the server can tell', async () => {
    const { client, heard } = await reach(changing)
    const seen: unknown[] = []
    const filter = { toolsListChanged: true, promptsListChanged: true, resourceSubscriptions: ['a:1', 'b:1'] }
    const changes = await client.listen(filter, { onChange: (change) => seen.push(change) })
    expect(changes.filter).toEqual({ toolsListChanged: true, resourceSubscriptions: ['a:1'] })
    await client.call('x')
    expect(seen).toEqual([{ kind: 'tools' }, { kind: 'resource', uri: 'a:1' }, { kind: 'resource', uri: 'a:1/part' }])
    changes.close()
    await changes.ended
    await expect.poll(() => heard.at(-1)).toMatchObject({ method: 'resources/unsubscribe', params: { uri: 'a:1' } })
  })

  it('are asked for once however many want them', async () => {
    const { client, heard } = await reach(changing)
    const [one, two] = [
      await client.listen({ resourceSubscriptions: ['a:1'] }),
      await client.listen({ resourceSubscriptions: ['a:1'] }),
    ]
    one.close()
    await one.ended
    await client.listTools()
    two.close()
    await two.ended
    await client.listTools()
    expect(heard.map(({ method }) => method).filter((method) => method?.startsWith('resources/'))).toEqual([
      'resources/subscribe',
      'resources/unsubscribe',
    ])
  })

  it('end with the program', async () => {
    const { client } = await reach(({ id, method, params }, program) => {
      if (method !== 'tools/call') return changing({ id: id ?? 0, method: method ?? '', params: params ?? {} }, program)
      program.exit(1)
      return true
    })
    const changes = await client.listen({ toolsListChanged: true }, { reconnect: 0 })
    await expect(client.call('x')).rejects.toMatchObject({ code: 'disconnected' })
    await expect(changes.ended).rejects.toMatchObject({ code: 'disconnected' })
  })
})

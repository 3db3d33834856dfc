import { describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import {
  AuthorizationError,
  connect as connectTo,
  ConnectionError,
  type Handle,
  isCallOf,
  mcp,
  memoryChanges,
  ProtocolError,
} from '../index.ts'
import { Values } from '../call/index.ts'
import { connect, createRecording, parseTrace, type RecordingOptions, replay } from './index.ts'

const quay = mcp({ name: 'quay', version: '1.0.0', log: () => {}, changes: memoryChanges() })
const moor = quay.tool({
  description: 'Moor a boat.',
  effect: 'write',
  input: z.object({ boat: z.string() }),
  run: async ({ boat }, { ask, progress }) => {
    progress(1, 2, 'looking')
    const { berth } = await ask('berth', { message: `Which berth for ${boat}?`, answer: z.object({ berth: z.int() }) })
    return `${boat} lies at ${berth}.`
  },
})
const login = quay.tool({
  description: 'Sign in.',
  effect: 'write',
  input: z.object({ user: z.string(), password: z.string() }),
  output: z.object({ token: z.string(), user: z.string() }),
  run: ({ user, password }) => ({ token: `t-${password}`, user }),
})
const server = quay.server({ tools: { moor, login } })
const answers = { berth: { berth: 4 } }

/** A recorded run. */
const record = async (
  run: (client: Awaited<ReturnType<typeof connect<typeof server>>>) => Promise<unknown>,
  options: RecordingOptions = {},
  target = server,
) => {
  let text = ''
  const recording = createRecording((line) => (text += line), options)
  await using client = await connect(target, { use: [recording.interceptor], answers })
  await run(client)
  recording.end()
  return text
}
const quiet = { log: () => {} }
/** A trace of one call that was answered so many milliseconds after it began. */
const answeredAt = (at: number) =>
  [
    { hawser: 'trace', version: 1, time: '' },
    { at: 0, id: 1, call: { method: 'tools/call', params: { name: 'x', arguments: {} } } },
    { at, id: 1, reply: { content: [] } },
    { at, end: 'closed' },
  ]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('')
const lines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('a recorded trace', () => {
  it('answers as it was recorded, questions, progress and all', async () => {
    const text = await record(async (client) => {
      await client.listTools()
      await client.tools.moor({ boat: 'Ada' })
    })
    const recorded = replay(text)
    await using client = await connect<typeof server>(recorded, { answers })
    const progress: unknown[] = []
    expect(await client.tools.moor({ boat: 'Ada' }, { onProgress: (each) => progress.push(each) })).toBe(
      'Ada lies at 4.',
    )
    expect(progress).toEqual([
      { progress: 1, total: 2, message: 'looking' },
      { progress: 1, total: 2, message: 'looking' },
    ])
    expect(recorded.unused().map(({ method }) => method)).toEqual(['tools/list'])
    expect(await client.listTools()).toEqual(await (await connect(server)).listTools())
    expect(recorded.unused()).toEqual([])
  })

  it('holds one line for each thing that happened, in its order, with its time', async () => {
    const text = await record((client) => client.tools.moor({ boat: 'Ada' }), { title: 'mooring' })
    expect(lines(text).map((line) => Object.keys(line))).toEqual([
      ['hawser', 'version', 'time', 'title'],
      ['at', 'id', 'call'],
      ['at', 'id', 'notify'],
      ['at', 'id', 'reply'],
      ['at', 'id', 'call'],
      ['at', 'id', 'notify'],
      ['at', 'id', 'reply'],
      ['at', 'end'],
    ])
    const times = lines(text)
      .slice(1)
      .map(({ at }) => at as number)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  it('holds no secrets and no states', async () => {
    const text = await record(async (client) => {
      await client.tools.login({ user: 'ada', password: 'lovelace' })
      await client.tools.moor({ boat: 'Ada' })
    })
    expect(text).not.toContain('lovelace')
    expect(text).toContain('"requestState":"(state 1)"')
    expect(text).toContain('"user":"ada"')
    const kept = await record((client) => client.tools.moor({ boat: 'Ada' }), { states: true })
    expect(kept).toMatch(/"requestState":"1\.[\w.-]+"/)
  })

  it('is played also when it holds more than would be written now', async () => {
    const text = await record(
      async (client) => {
        await client.tools.moor({ boat: 'Ada' })
        await client.tools.login({ user: 'ada', password: 'lovelace' })
      },
      { states: true },
    )
    const open = text.replace('"password":"(redacted)"', '"password":"lovelace"')
    expect(open).not.toBe(text)
    await using client = await connect<typeof server>(replay(open), { answers })
    expect(await client.tools.moor({ boat: 'Ada' })).toBe('Ada lies at 4.')
    expect(await client.tools.login({ user: 'ada', password: 'lovelace' })).toMatchObject({ user: 'ada' })
  })

  it('is played to whoever uses another password', async () => {
    const text = await record((client) => client.tools.login({ user: 'ada', password: 'lovelace' }))
    await using client = await connect<typeof server>(replay(text))
    expect(await client.tools.login({ user: 'ada', password: 'other' })).toEqual({ token: '(redacted)', user: 'ada' })
  })

  it('says what differs from the nearest call', async () => {
    const text = await record((client) => client.tools.moor({ boat: 'Ada' }))
    await using client = await connect<typeof server>(replay(text), { answers })
    await expect(client.tools.moor({ boat: 'Bea' })).rejects.toThrow(
      'tools/call was not recorded with these params. Call 1 is the nearest:\nparams.arguments.boat: recorded "Ada", got "Bea"',
    )
    await expect(client.prompt('x')).rejects.toThrow('prompts/get was never recorded.')
  })

  it('answers what changes something as often as it was recorded, and what does not as often as it is asked', async () => {
    const text = await record(async (client) => {
      await client.listTools()
      await client.tools.login({ user: 'ada', password: 'x' })
    })
    await using client = await connect<typeof server>(replay(text))
    await client.listTools()
    await client.listTools()
    await client.tools.login({ user: 'ada', password: 'x' })
    await expect(client.tools.login({ user: 'ada', password: 'x' })).rejects.toThrow(
      'recorded once with these params, and is called once more',
    )
  })

  it('is played strictly in its order', async () => {
    const text = await record(async (client) => {
      await client.tools.login({ user: 'a', password: 'x' })
      await client.tools.login({ user: 'b', password: 'x' })
    })
    await using wrong = await connect<typeof server>(replay(text, { mode: 'strict' }))
    await expect(wrong.tools.login({ user: 'b', password: 'x' })).rejects.toThrow(
      'Call 1 is not the one that was recorded.\nparams.arguments.user: recorded "a", got "b"',
    )
    await using right = await connect<typeof server>(replay(text, { mode: 'strict' }))
    for (const user of ['a', 'b']) expect(await right.tools.login({ user, password: 'x' })).toMatchObject({ user })
    await expect(right.listTools()).rejects.toThrow('tools/list was called after the last of 2 recorded calls.')
  })

  it('fails as it failed', async () => {
    const errors = [
      new ProtocolError('invalid_params', 'no', { data: { a: 1 } }),
      new ProtocolError('other', 'odd', { number: -31_000 }),
      new AuthorizationError('insufficient_scope', 'needs', ['x']),
      new ConnectionError('disconnected', 'gone'),
      new Error('plain'),
    ]
    const failing: Handle = async (call) => {
      throw errors[Number((call.params as { name?: string }).name)] ?? new Error('?')
    }
    const text = await record(
      async (client) => {
        for (const name of errors.keys()) await client.call(String(name)).catch(() => {})
      },
      {},
      failing as never,
    )
    await using client = await connect(replay(text))
    for (const [name, error] of errors.entries()) {
      const got: unknown = await client.call(String(name)).catch((thrown: unknown) => thrown)
      expect(got).toMatchObject({ name: error.name, message: error.message })
      for (const field of ['code', 'number', 'data', 'scopes'])
        expect(Reflect.get(got as Error, field)).toEqual(Reflect.get(error, field))
      expect(got).toBeInstanceOf(error.constructor)
    }
  })

  it('plays subscriptions until the listener leaves', async () => {
    const text = await record(async (client) => {
      const changes = await client.listen({ toolsListChanged: true })
      await server.changed.tools()
      for await (const _ of changes) break
      await changes[Symbol.asyncDispose]()
    })
    await using client = await connect(replay(text))
    await using changes = await client.listen({ toolsListChanged: true })
    for await (const change of changes) {
      expect(change).toEqual({ kind: 'tools' })
      break
    }
  })

  it('can be as slow as it was', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const client = await connect(replay(answeredAt(5000), { timing: true }))
      let isDone = false
      const calling = client.call('x').then(() => (isDone = true))
      await vi.advanceTimersByTimeAsync(4900)
      expect(isDone).toBe(false)
      await vi.advanceTimersByTimeAsync(200)
      expect(await calling).toBe(true)
    } finally {
      vi.useRealTimers()
    }
  })

  it.each([
    ['a while', 5000],
    ['longer than timers can', 3_000_000_000],
  ])('waits %s, unless the caller leaves', async (_, at) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const { handle } = replay(answeredAt(at), { timing: true })
      const leaving = new AbortController()
      const calling = handle({
        method: 'tools/call',
        params: { name: 'x', arguments: {} },
        protocolVersion: '2026-07-28',
        clientCapabilities: {},
        values: new Values(),
        signal: leaving.signal,
        notify: () => {},
      })
      await vi.advanceTimersByTimeAsync(4900)
      leaving.abort()
      await expect(calling).rejects.toMatchObject({ name: 'ConnectionError', code: 'aborted' })
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('can be recorded while it is served, and shows what a server saw', async () => {
    let text = ''
    const recording = createRecording((line) => (text += line))
    const watched = quay.server({ tools: { login }, use: [recording.interceptor] })
    await using client = await connect(watched)
    await client.tools.login({ user: 'ada', password: 'x' })
    expect(parseTrace(text).calls).toMatchObject([
      { method: 'tools/call', reply: { structuredContent: { user: 'ada' } } },
    ])
  })
})

describe('a trace file', () => {
  const call = JSON.stringify({
    at: 1,
    id: 1,
    call: { method: 'tools/call', params: { name: 'x' }, protocolVersion: '', clientCapabilities: {} },
  })
  const header = JSON.stringify({ hawser: 'trace', version: 1, time: 'now' })

  it('may be cut off in the middle of its last line', async () => {
    const { calls, warnings } = parseTrace(`${header}\n${call}\n{"at":2,"id":1,"rep`)
    expect(calls).toHaveLength(1)
    expect(warnings).toEqual([expect.stringContaining('Line 3 is cut off'), expect.stringContaining('was not closed')])
    await using client = await connect(replay(`${header}\n${call}\n{"at":2,"id":1,"rep`, quiet))
    await expect(client.request('tools/call', { name: 'x' })).rejects.toMatchObject({ code: 'disconnected' })
  })

  it('says which line is wrong', () => {
    expect(() => parseTrace('')).toThrow('This is no trace')
    expect(() => parseTrace('nonsense\n')).toThrow('Line 1 of the trace')
    expect(() => parseTrace('{"a":1}\n')).toThrow('This is no trace')
    expect(() => parseTrace('{"hawser":"trace","version":9,"time":""}\n')).toThrow('version 9; version 1 can be read')
    expect(() => parseTrace(`${header}\nnonsense\n${call}\n`)).toThrow(
      'Line 2 of the trace is not a JSON object: nonsense',
    )
    expect(() => parseTrace(`${header}\n{"id":1}\n`)).toThrow('Line 2 of the trace has no time')
    expect(() => parseTrace(`${header}\n{"at":1,"id":1,"call":{}}\n`)).toThrow('a call without method')
  })

  it('ignores what later versions may add', () => {
    expect(
      parseTrace(
        `${header}\n{"at":0,"weather":"rain"}\n{"at":1,"id":9,"reply":{}}\n${call}\n{"at":2,"end":"closed"}\n`,
      ),
    ).toMatchObject({
      calls: [{ method: 'tools/call' }],
      warnings: [],
    })
  })

  it('ends when it is full, and says so', async () => {
    const text = await record(
      async (client) => {
        for (let at = 0; at < 50; at++) await client.tools.login({ user: `u${at}`, password: 'x' })
      },
      { maxSize: 4000 },
    )
    expect(text.length).toBeLessThanOrEqual(4000)
    expect(lines(text).at(-1)).toMatchObject({ end: 'full' })
    expect(parseTrace(text).warnings).toEqual(['The trace had reached its size and ends early.'])
  })

  it('leaves out what is too large, or what JSON cannot carry, and says so when it is played', async () => {
    const large: Handle = async (asked) =>
      isCallOf(asked, 'tools/call') && asked.params.name === 'large'
        ? { content: [{ type: 'text', text: 'x'.repeat(5000) }] }
        : { content: [], structuredContent: 1n }
    let text = ''
    const recording = createRecording((line) => (text += line), { maxEventSize: 1000 })
    await using recorded = await connectTo(large, { use: [recording.interceptor] })
    await recorded.call('large')
    await recorded.call('bigint')
    recording.end()
    expect(lines(text).filter(({ omitted }) => omitted === 'reply')).toHaveLength(2)
    await using client = await connect(replay(text))
    await expect(client.call('large')).rejects.toThrow('too large')
  })

  it('takes no call with it when it cannot be written', async () => {
    const logged: string[] = []
    let isFull = false
    const recording = createRecording(
      () => {
        if (isFull) throw new Error('disk full')
      },
      { log: ({ message }) => void logged.push(message) },
    )
    await using client = await connect(server, { use: [recording.interceptor] })
    isFull = true
    expect(await client.listTools()).toHaveLength(2)
    expect(logged).toEqual(['The recording ends here, since it cannot be written.'])
    recording.end()
  })

  it('notes what HTTP said beside the calls', async () => {
    let text = ''
    const recording = createRecording((line) => (text += line))
    const http = {
      fetch: (request: Request) => recording.fetch(request, server.fetch),
      headers: { authorization: 'Bearer lovelace' },
    }
    await using client = await connectTo('http://localhost/mcp?token=lovelace', { http, use: [recording.interceptor] })
    await client.listTools()
    recording.note({ weather: 'rain' })
    recording.end()
    expect(text).not.toContain('lovelace')
    expect(parseTrace(text).notes.map(({ note }) => note)).toMatchObject([
      { http: { method: 'POST', status: 200, headers: { 'mcp-method': 'tools/list', authorization: '(redacted)' } } },
      { weather: 'rain' },
    ])
  })
})

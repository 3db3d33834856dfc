import { afterEach, describe, expect, it, vi } from 'vitest'
import type { LogEntry } from '../../call/index.ts'
import type { HttpOptions, SessionOptions } from '../../http/index.ts'
import { type Heard, openHttp, type SendOptions } from './fixtures/old-http.ts'
import { createQuay } from './fixtures/quay.ts'

const start = (sessions: SessionOptions, options: HttpOptions = {}) => {
  const { server, held } = createQuay()
  const log: LogEntry[] = []
  const http = openHttp({ ...server, log: (entry) => log.push(entry) }, { sessions, ...options })
  let lastId = 0
  /** Begins a call that goes on until `finish`, unless it is refused. */
  const hold = async (to: SendOptions): Promise<Heard> => http.call(++lastId, 'hold', {}, to)
  const finish = (): void => held.splice(0).forEach((go) => go())
  return { ...http, log, hold, finish }
}

const as = (subject: string): SendOptions => ({ principal: { subject, scopes: new Set<string>() } })
const outcome = ({ body, stream }: Heard): unknown => body.error ?? (stream === undefined ? body : 'under way')
const tooMany = (what: string) => ({ code: 429, message: `Too many ${what}. Try again later.` })

afterEach(() => {
  vi.useRealTimers()
})

describe('the work of all sessions', () => {
  it('is bounded, and leaves a place to whoever has none', async () => {
    const { open, hold, finish } = start({ maxCalls: 4 })
    const [a, b, c, d] = [await open(), await open(), await open(), await open()]
    const outcomes: unknown[] = []
    for (const session of [a, a, a, b, b, c, d]) outcomes.push(outcome(await hold({ session })))
    const refused = tooMany('calls are under way')
    expect(outcomes).toEqual(['under way', 'under way', refused, 'under way', refused, 'under way', refused])
    finish()
    await expect.poll(async () => outcome(await hold({ session: d }))).toBe('under way')
    finish()
  })

  it('is counted by caller where it is known who calls, however many sessions it opens', async () => {
    const { open, hold, finish } = start({ maxCalls: 4 })
    const outcomes: unknown[] = []
    for (const subject of ['ada', 'ada', 'ada', 'eve']) {
      const session = await open('2025-11-25', {}, as(subject))
      outcomes.push(outcome(await hold({ session, ...as(subject) })))
    }
    expect(outcomes).toEqual(['under way', 'under way', tooMany('calls are under way'), 'under way'])
    finish()
  })

  it('is what calls do: whoever looks whether the session lives is answered', async () => {
    const { open, hold, send, finish } = start({ maxCalls: 1 })
    const session = await open()
    await hold({ session })
    const ping = await send({ jsonrpc: '2.0', id: 'p', method: 'ping' }, { session })
    expect(outcome(ping)).toEqual({ jsonrpc: '2.0', id: 'p', result: {} })
    for (const method of ['tools/list', 'resources/subscribe', 'logging/setLevel']) {
      const refused = await send({ jsonrpc: '2.0', id: method, method }, { session })
      expect(outcome(refused)).toEqual(tooMany('calls are under way'))
    }
    finish()
  })

  it('is one with that of streams of the first revision', async () => {
    const { open, hold, finish, exchange, send } = start({ maxCalls: 1 }, { ssePath: '/sse' })
    const header = (name: string) => (name === 'host' ? 'localhost' : undefined)
    const request = { method: 'GET', target: '/sse', header, onDisconnect: () => {} }
    const { stream } = await exchange.answer(request, '')
    const target = /data: (.*)\n/.exec((await stream?.next()) ?? '')?.[1]
    await send({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '2024-11-05' } }, { target })
    await stream?.next()
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'hold' } }
    const session = await open()
    await send(call, { target })
    expect(outcome(await hold({ session }))).toEqual(tooMany('calls are under way'))
    finish()
    await stream?.next()
    await hold({ session })
    await send(call, { target })
    expect(await stream?.next()).toContain('"code":429')
    finish()
    exchange.close()
  })

  it('tells its operator which cap was reached, once a minute', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { open, hold, finish, log } = start({ maxCalls: 2 })
    const session = await open()
    for (let calls = 0; calls < 4; calls++) await hold({ session })
    expect(log).toEqual([
      {
        level: 'warn',
        message: expect.stringContaining('sessions.maxCalls'),
        details: { maxCalls: 2, all: 1, ofThisCaller: 1 },
      },
    ])
    vi.advanceTimersByTime(60_000)
    await hold({ session })
    expect(log).toHaveLength(2)
    finish()
  })

  it.each([{ maxCalls: 0 }, { maxQuestions: Number.NaN }])('cannot be bounded by %o', (sessions) => {
    const [name] = Object.keys(sessions)
    expect(() => start(sessions)).toThrow(new RegExp(`^sessions\\.${name} must be`))
  })
})

const question = async ({ stream }: Heard): Promise<number> => {
  const asked = await stream?.next()
  expect(asked?.method).toBe('elicitation/create')
  return asked?.id as number
}

describe('a place for a call and its question', () => {
  const endings: [string, (http: ReturnType<typeof start>, session: string, id: number) => Promise<unknown>][] = [
    [
      'is answered',
      ({ send }, session, id) => send({ jsonrpc: '2.0', id, result: { action: 'decline' } }, { session }),
    ],
    [
      'cannot be shown',
      ({ send }, session, id) => send({ jsonrpc: '2.0', id, error: { code: -1, message: 'no' } }, { session }),
    ],
    [
      'is cancelled with its call',
      ({ send }, session) =>
        send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }, { session }),
    ],
    ['ends with its session', ({ send }, session) => send('', { session, method: 'DELETE' })],
    ['ends with the server', async ({ exchange }) => exchange.close()],
    ['is not answered in time', () => vi.advanceTimersByTimeAsync(14 * 60_000)],
  ]
  it.each(endings)('is given back when it %s', async (_, end) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const http = start({ maxCalls: 2, maxQuestions: 1 })
    const { open, call, log } = http
    const first = await open()
    const id = await question(await call(1, 'sink', {}, { session: first }))
    const second = await call(1, 'sink', {}, { session: await open() })
    expect(outcome(second)).toEqual(tooMany('questions are open'))
    expect(log.map(({ details }) => details)).toEqual([{ maxQuestions: 1, all: 1, ofThisCaller: 0 }])
    await end(http, first, id)
    // The caller that was refused has its place for calls back as well.
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    await question(await call(2, 'sink', {}, { session: await open() }))
    expect(outcome(await http.hold({ session: await open() }))).toBe('under way')
    http.finish()
    http.exchange.close()
  })

  it('is given back when the call fails', async () => {
    const { open, call } = start({ maxCalls: 1 })
    const session = await open()
    for (const id of [1, 2, 3]) {
      expect(outcome(await call(id, 'nothing', {}, { session }))).toMatchObject({ code: -32602 })
      expect((await call(id, 'guard', {}, { session })).status).toBe(401)
    }
  })
})

import { afterEach, describe, expect, it, vi } from 'vitest'
import { openHttp } from './fixtures/old-http.ts'
import { createQuay } from './fixtures/quay.ts'

const ada = { subject: 'ada', scopes: new Set<string>() }
const eve = { subject: 'eve', scopes: new Set<string>(['guard']) }
const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }

const start = (options = {}) => {
  const quay = createQuay()
  return { ...quay, ...openHttp(quay.server, { sessions: options }) }
}

afterEach(() => {
  vi.useRealTimers()
})

// 2025-11-25 basic/transports#session-management
describe('a session over HTTP', () => {
  it('has an id that nobody guesses, made of visible characters', async () => {
    const { open } = start()
    const ids = await Promise.all(Array.from({ length: 20 }, () => open()))
    expect(new Set(ids).size).toBe(20)
    for (const id of ids) expect(id).toMatch(/^[\x21-\x7e]{32,}$/)
  })

  it.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])('agrees on %s', async (revision) => {
    const { send } = start()
    const params = { protocolVersion: revision, capabilities: {}, clientInfo: { name: 'old', version: '1' } }
    const { status, body } = await send({ jsonrpc: '2.0', id: 'a', method: 'initialize', params })
    expect([status, body.id, body.result?.['protocolVersion']]).toEqual([200, 'a', revision])
    expect(body.result).toMatchObject({
      serverInfo: { name: 'quay', version: '1.0.0' },
      capabilities: { tools: { listChanged: true }, resources: { subscribe: true }, logging: {} },
    })
  })

  it('offers its newest revision to a client that wants another', async () => {
    const { send } = start()
    for (const protocolVersion of ['1999-01-01', '2026-07-28', 'constructor']) {
      const { body } = await send({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion } })
      expect(body.result?.['protocolVersion']).toBe('2025-11-25')
    }
    const { body } = await send({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} })
    expect(body.error?.code).toBe(-32602)
  })

  it('is found by its owner only', async () => {
    const { open, send } = start()
    const session = await open('2025-11-25', {}, { principal: ada })
    expect((await send(ping, { session, principal: ada })).body.result).toEqual({})
    for (const principal of [{ principal: eve }, {}]) {
      for (const method of ['POST', 'GET', 'DELETE']) {
        expect((await send(ping, { session, ...principal, method })).status).toBe(404)
      }
    }
    expect((await send(ping, { session, principal: ada })).status).toBe(200)
  })

  it('grants what the token of each request grants, not that of the first', async () => {
    const { open, call } = start()
    const session = await open('2025-11-25', {}, { principal: eve })
    expect((await call(1, 'guard', {}, { session, principal: eve })).body.result).toMatchObject({
      content: [{ text: 'guarded' }],
    })
    const { status, headers } = await call(2, 'guard', {}, { session, principal: { ...eve, scopes: new Set() } })
    expect([status, headers['www-authenticate']]).toEqual([403, expect.stringContaining('scope="guard"')])
  })

  it('is gone when it was deleted, and was never there when it is unknown', async () => {
    const { open, send } = start()
    const session = await open()
    expect((await send('', { session, method: 'DELETE' })).status).toBe(200)
    for (const id of [session, 'nonsense', '__proto__']) {
      expect((await send(ping, { session: id })).status).toBe(404)
      expect((await send('', { session: id, method: 'GET' })).status).toBe(404)
    }
  })

  it('ends when it was not used for long, but not while somebody listens', async () => {
    vi.useFakeTimers()
    const { open, send } = start({ idleMs: 1_000 })
    const idle = await open()
    const listening = await open()
    const used = await open()
    const { stream } = await send('', { session: listening, method: 'GET' })
    expect(stream).toBeDefined()
    for (let step = 0; step < 5; step++) {
      await vi.advanceTimersByTimeAsync(500)
      expect((await send(ping, { session: used })).status).toBe(200)
    }
    expect((await send(ping, { session: idle })).status).toBe(404)
    expect((await send(ping, { session: listening })).status).toBe(200)
  })

  it('makes room for a new one when it is idle, and holds its place when it is in use', async () => {
    const { open, send, call, held } = start({ max: 2 })
    const first = await open()
    const second = await open()
    await send(ping, { session: first })
    const third = await open()
    const statuses = await Promise.all([first, second, third].map((session) => send(ping, { session })))
    expect(statuses.map(({ status }) => status)).toEqual([200, 404, 200])
    const busy = [call(5, 'hold', {}, { session: first }), call(5, 'hold', {}, { session: third })]
    const refused = await send({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25' },
    })
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '30'])
    for (const go of held) go()
    await Promise.all(busy)
  })

  it('takes requests without the version header, and refuses versions that nobody speaks', async () => {
    const { open, send } = start()
    const session = await open('2025-06-18')
    expect((await send(ping, { session })).status).toBe(200)
    expect((await send(ping, { session, version: '2025-06-18' })).status).toBe(200)
    expect((await send(ping, { session, version: '2019-01-01' })).status).toBe(400)
  })

  it('takes notifications and answers, and knows no answer that nobody waits for', async () => {
    const { open, send } = start()
    const session = await open()
    const messages = [
      { jsonrpc: '2.0', method: 'notifications/roots/list_changed' },
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 77 } },
      { jsonrpc: '2.0', id: 1, result: {} },
      { jsonrpc: '2.0', id: '__proto__', error: { code: 1, message: 'no' } },
    ]
    for (const message of messages) expect((await send(message, { session })).status).toBe(202)
    expect((await send('{"jsonrpc":', { session })).status).toBe(400)
    expect((await send({ jsonrpc: '2.0', id: 1, result: {} })).status).toBe(400)
  })

  it('answers errors of JSON-RPC with 200, since 404 would end it', async () => {
    const { open, send } = start()
    const session = await open()
    const codes = async (method: string, params: object = {}) => {
      const { status, body } = await send({ jsonrpc: '2.0', id: 1, method, params }, { session })
      return [status, body.error?.code]
    }
    expect(await codes('nothing/here')).toEqual([200, -32601])
    expect(await codes('server/discover')).toEqual([200, -32601])
    expect(await codes('subscriptions/listen', { notifications: {} })).toEqual([200, -32601])
    expect(await codes('tools/call', { name: 'nothing' })).toEqual([200, -32602])
    expect(await codes('resources/read', { uri: 'quay://nowhere' })).toEqual([200, -32002])
    expect(await codes('resources/subscribe', { uri: 'quay://secret' })).toEqual([200, -32002])
    expect(await codes('logging/setLevel', { level: 'loud' })).toEqual([200, -32602])
  })

  // RFC 9110 §15.5.6
  it('refuses what it does not serve, naming what it does', async () => {
    const { open, send } = start()
    const session = await open()
    for (const to of [{ method: 'GET' }, { method: 'DELETE' }, { method: 'PUT' }, { method: 'PUT', session }]) {
      const { status, headers } = await send('', to)
      expect([status, headers['allow']]).toEqual([405, 'GET, POST, DELETE'])
    }
    const { status, headers } = await send('', { method: 'GET', version: '2019-01-01' })
    expect([status, headers['allow']]).toEqual([405, 'GET, POST, DELETE'])
  })

  it('serves a request that needs no session without one', async () => {
    const { call } = start()
    const { headers, body } = await call(1, 'echo', { text: 'hi' }, { version: '2025-06-18' })
    expect([headers['mcp-session-id'], body.result]).toMatchObject([undefined, { content: [{ text: 'hi' }] }])
  })

  it('takes one id for one request at a time', async () => {
    const { open, call, held } = start()
    const session = await open()
    const first = call(3, 'hold', {}, { session })
    expect((await call(3, 'echo', { text: 'a' }, { session })).body.error?.code).toBe(-32600)
    held[0]?.()
    const { stream } = await first
    expect((await stream?.rest())?.at(-1)).toMatchObject({ id: 3, result: { content: [{ text: 'held' }] } })
  })

  it('gives up a call that its client cancels', async () => {
    const { open, call, send, left } = start()
    const session = await open()
    const { stream } = await call(3, 'hold', {}, { session })
    await send(
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 3, reason: 'no' } },
      { session },
    )
    expect((await stream?.rest())?.map(({ method }) => method)).toEqual(['notifications/progress'])
    expect(left()).toBe(1)
  })

  it('goes on with a call whose client went away', async () => {
    const { open, call, disconnect, held, left } = start()
    const session = await open()
    const { stream } = await call(3, 'hold', {}, { session })
    stream?.cut()
    disconnect()
    held[0]?.()
    expect(left()).toBe(0)
  })

  it('ends with everything under way when the server closes', async () => {
    const { open, call, send, exchange, left } = start()
    const session = await open()
    const { stream } = await call(3, 'hold', {}, { session })
    const listening = await send('', { session, method: 'GET' })
    exchange.release()
    expect(await listening.stream?.rest()).toEqual([])
    expect(left()).toBe(0)
    exchange.close()
    await stream?.rest()
    expect(left()).toBe(1)
    expect((await send(ping, { session })).status).toBe(404)
  })
})

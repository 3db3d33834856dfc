import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { durableSessions } from '../../cloudflare.ts'
import { connect } from '../../index.ts'
import { readEvents } from '../../wire/events.ts'
import { bundle, COMPATIBILITY, startWorkers } from '../fixtures/start-workers.ts'

interface Message {
  readonly id?: unknown
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: Readonly<Record<string, unknown>>
}

// 2025-11-25 basic/transports#session-management
describe('durableSessions', () => {
  let miniflare: Miniflare
  let url: URL
  let folder: string
  let script: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hawser-sessions-'))
    script = await bundle('sessions-worker.ts')
    let origin: string
    ;({ miniflare, origin } = await startWorkers(optionsFor('first')))
    url = new URL('/mcp', origin)
  })
  afterAll(async () => {
    await miniflare?.dispose()
    await rm(folder, { recursive: true, force: true })
  })

  const optionsFor = (version: string) =>
    ({
      name: 'main',
      modules: true,
      script,
      ...COMPATIBILITY,
      bindings: { VERSION: version },
      durableObjects: { HAWSER: { className: 'HawserObject', useSQLite: true } },
      durableObjectsPersist: folder,
    }) as const
  /** Starts another Worker in the place of this one; everything in memory is gone. */
  const deploy = async (version: string): Promise<void> => {
    await miniflare.setOptions(optionsFor(version))
    url = new URL('/mcp', await miniflare.ready)
  }

  interface Sent {
    readonly session?: string
    readonly as?: string
    readonly method?: string
    readonly signal?: AbortSignal
  }
  const send = (message: object | undefined, { session, as, method = 'POST', signal }: Sent = {}): Promise<Response> =>
    fetch(url, {
      method,
      signal,
      headers: {
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        'mcp-protocol-version': '2025-11-25',
        ...(session !== undefined && { 'mcp-session-id': session }),
        ...(as !== undefined && { authorization: `Bearer ${as}` }),
      },
      body: message && JSON.stringify({ jsonrpc: '2.0', ...message }),
    })
  const open = async (as?: string): Promise<string> => {
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: { elicitation: {} },
      clientInfo: { name: 'old', version: '1' },
    }
    const response = await send({ id: 0, method: 'initialize', params }, { as })
    expect(await response.json()).toMatchObject({ result: { serverInfo: { name: 'quay' } } })
    const session = response.headers.get('mcp-session-id') ?? ''
    expect((await send({ method: 'notifications/initialized' }, { session, as })).status).toBe(202)
    return session
  }
  const messagesOf = async function* (response: Response): AsyncGenerator<Message> {
    for await (const data of readEvents(response.body!)) if (data !== '') yield JSON.parse(data) as Message
  }
  const evict = (session: string): Promise<void> =>
    miniflare.unsafeEvictDurableObject('main', 'HawserObject', { name: `session:/mcp#${session}` })
  const ping = async (session: string, as?: string): Promise<number> => {
    const response = await send({ id: 9, method: 'ping' }, { session, as })
    await response.text()
    return response.status
  }

  it('asks on the stream of a call, and takes the answer', async () => {
    const session = await open('ada')
    const called = await send({ id: 1, method: 'tools/call', params: { name: 'moor' } }, { session, as: 'ada' })
    let result: unknown
    for await (const { id, method, result: came } of messagesOf(called)) {
      if (method === 'elicitation/create')
        await send({ id, result: { action: 'accept', content: { berth: 7 } } }, { session, as: 'ada' })
      else result = came
    }
    expect(result).toMatchObject({ content: [{ text: 'ada lies at 7' }] })
  })

  it('tells what a client subscribed to, whichever instance changed it', async () => {
    const session = await open()
    const leaving = new AbortController()
    const stream = messagesOf(await send(undefined, { session, method: 'GET', signal: leaving.signal }))
    await send({ id: 1, method: 'resources/subscribe', params: { uri: 'quay://3' } }, { session })
    await using present = await connect(url, {
      answers: { elicit: () => ({ action: 'accept', content: { berth: 3 } }) },
    })
    await present.call('moor')
    const { value } = await stream.next()
    expect(value).toMatchObject({ method: 'notifications/resources/updated', params: { uri: 'quay://3' } })
    leaving.abort()
  })

  it('is one object each, and goes on when that has left the memory', async () => {
    const [ada, eve] = await Promise.all([open('ada'), open('eve')])
    expect(ada).not.toBe(eve)
    await evict(ada)
    expect([await ping(ada, 'ada'), await ping(ada, 'eve'), await ping(eve, 'eve')]).toEqual([200, 404, 200])
  })

  it('goes on after a deployment, and knows what its client listens to', async () => {
    const session = await open('ada')
    const subscribe = { id: 1, method: 'resources/subscribe', params: { uri: 'quay://5' } }
    await (await send(subscribe, { session, as: 'ada' })).text()
    await deploy('second')
    const leaving = new AbortController()
    const stream = messagesOf(await send(undefined, { session, as: 'ada', method: 'GET', signal: leaving.signal }))
    // Nobody knows what changed meanwhile.
    const told: unknown[] = []
    for (let at = 0; at < 3; at++) told.push((await stream.next()).value)
    expect(told).toContainEqual(
      expect.objectContaining({ method: 'notifications/resources/updated', params: { uri: 'quay://5' } }),
    )
    leaving.abort()
  })

  it('is gone when it was deleted, and was never there when it is unknown', async () => {
    const session = await open()
    expect((await send(undefined, { session, method: 'DELETE' })).status).toBe(200)
    for (const id of [session, crypto.randomUUID(), 'nonsense', '__proto__', '../x#y', 'x'.repeat(2_000)])
      expect(await ping(id)).toBe(404)
    await evict(session)
    expect(await ping(session)).toBe(404)
  })

  it('ends when nobody has used it for as long as is said', async () => {
    await deploy('brief')
    const session = await open()
    await evict(session)
    // Looking counts as use, so that looks are further apart than that.
    await vi.waitFor(async () => expect(await ping(session)).toBe(404), { timeout: 10_000, interval: 2_500 })
    expect(() => durableSessions({ binding: 'HAWSER', idleMs: 0 })).toThrow(RangeError)
  })

  it('leaves clients of the present alone, and what opens no session', async () => {
    await using present = await connect(url)
    expect((await present.agreed()).protocolVersion).toBe('2026-07-28')
    expect(await present.read('quay://1')).toMatchObject({ contents: [{ text: 'Berth 1.' }] })
    expect((await send({ id: 1, method: 'tools/list', params: {} })).status).toBe(200)
    const bad = await fetch(url, {
      method: 'POST',
      body: '{',
      headers: { 'content-type': 'application/json', accept: '*/*' },
    })
    expect(bad.status).toBe(400)
  })
})

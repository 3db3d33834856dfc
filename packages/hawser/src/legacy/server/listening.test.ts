import { describe, expect, it, vi } from 'vitest'
import type { Handle } from '../../call/index.ts'
import { type Heard, openHttp, type SendOptions } from './fixtures/old-http.ts'
import { createQuay } from './fixtures/quay.ts'

const start = (around = (next: Handle): Handle => next) => {
  const { server } = createQuay()
  let places = 0
  const handle: Handle = async (call) => {
    if (call.method !== 'subscriptions/listen') return server.handle(call)
    places++
    return server.handle(call).finally(() => places--)
  }
  const http = openHttp({ ...server, handle: around(handle) }, { sessions: {} })
  const listen = async (to: SendOptions): Promise<Heard> => http.send('', { method: 'GET', ...to })
  const ring = (to: SendOptions): Promise<Heard> => http.call(1, 'ring', {}, to)
  return { ...http, listen, ring, places: () => places }
}

const as = (subject: string): SendOptions => ({ principal: { subject, scopes: new Set<string>() } })
const heard = async ({ stream }: Heard): Promise<unknown> => (await stream?.next())?.method

describe('sessions that listen', () => {
  it('take one place together, so that more can hear of changes than a server has places', async () => {
    const { open, listen, ring, places, exchange } = start()
    const streams: Heard[] = []
    let session = ''
    for (let opened = 0; opened < 1_100; opened++) {
      session = await open()
      streams.push(await listen({ session }))
    }
    expect(places()).toBe(1)
    await ring({ session })
    for (const stream of streams) expect(await heard(stream)).toBe('notifications/tools/list_changed')
    exchange.close()
    await expect.poll(places).toBe(0)
  })

  it('go on when one of them ends, and begin anew when all have', async () => {
    const { open, listen, ring, send, places } = start()
    const [first, second] = [await open(), await open()]
    await listen({ session: first })
    const stream = await listen({ session: second })
    await send('', { session: first, method: 'DELETE' })
    await ring({ session: second })
    expect([await heard(stream), places()]).toEqual(['notifications/tools/list_changed', 1])
    await send('', { session: second, method: 'DELETE' })
    await expect.poll(places).toBe(0)
    const third = await open()
    const again = await listen({ session: third })
    await ring({ session: third })
    expect([await heard(again), places()]).toEqual(['notifications/tools/list_changed', 1])
  })

  it('have a place of their own when they want more than the lists, until they do not', async () => {
    const { open, listen, ring, send, places } = start()
    const [plain, curious] = [await open(), await open()]
    const [told, more] = [await listen({ session: plain }), await listen({ session: curious })]
    const params = { uri: 'quay://rules' }
    await send({ jsonrpc: '2.0', id: 1, method: 'resources/subscribe', params }, { session: curious })
    await vi.waitFor(() => expect(places()).toBe(2))
    await ring({ session: plain })
    expect([await heard(more), await heard(more)]).toEqual([
      'notifications/tools/list_changed',
      'notifications/resources/updated',
    ])
    await send({ jsonrpc: '2.0', id: 2, method: 'resources/unsubscribe', params }, { session: curious })
    await vi.waitFor(() => expect(places()).toBe(1))
    await ring({ session: plain })
    await ring({ session: plain })
    for (const stream of [more, more, told, told, told]) {
      expect(await heard(stream)).toBe('notifications/tools/list_changed')
    }
  })

  it('share with nobody who may differ: each proven caller and each kind of client has its own', async () => {
    const { open, listen, places } = start()
    for (const subject of ['ada', 'eve']) {
      const session = await open('2025-11-25', {}, as(subject))
      await listen({ session, ...as(subject) })
    }
    for (const revision of ['2025-06-18', '2025-11-25']) await listen({ session: await open(revision) })
    await listen({ session: await open('2025-11-25', { roots: {} }) })
    expect(places()).toBe(5)
  })

  it('try again when there was no place for them', async () => {
    let isFull = true
    const { open, listen, ring, send, places } = start((next) => async (call) => {
      if (call.method === 'subscriptions/listen' && isFull) throw new Error('full')
      return next(call)
    })
    const first = await open()
    await listen({ session: first })
    await send({ jsonrpc: '2.0', id: 1, method: 'ping' }, { session: first })
    expect(places()).toBe(0)
    isFull = false
    const second = await open()
    const stream = await listen({ session: second })
    await ring({ session: second })
    expect([await heard(stream), places()]).toEqual(['notifications/tools/list_changed', 1])
  })
})

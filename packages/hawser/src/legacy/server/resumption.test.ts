import { afterEach, describe, expect, it, vi } from 'vitest'
import type { EventStore } from '../../http/index.ts'
import { openHttp } from './fixtures/old-http.ts'
import { createQuay } from './fixtures/quay.ts'
import { createMemoryEvents } from './memory-events.ts'

const start = (options = {}) => {
  const quay = createQuay()
  const http = openHttp(quay.server, { sessions: options })
  const listen = (session: string, lastEventId?: string) =>
    http.send('', {
      session,
      method: 'GET',
      headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
    })
  return { ...quay, ...http, listen }
}

const held = { id: 3, result: { content: [{ text: 'held' }] } }

afterEach(() => {
  vi.useRealTimers()
})

// 2025-11-25 basic/transports#resumability-and-redelivery
describe('a client that comes back', () => {
  it('gets what it missed of its stream, and what is still to come', async () => {
    const { open, call, listen, held: holding } = start()
    const session = await open()
    const { stream } = await call(3, 'hold', {}, { session })
    expect(await stream?.next()).toMatchObject({ method: 'notifications/progress' })
    const place = stream?.events.at(-1)?.id
    stream?.cut()
    const { stream: again } = await listen(session, place)
    holding[0]?.()
    expect(await again?.rest()).toMatchObject([{ params: { progress: 2 } }, held])
  })

  it('gets the end of a call that ended meanwhile, as often as it comes', async () => {
    const { open, call, listen, held: holding } = start()
    const session = await open()
    const { stream } = await call(3, 'hold', {}, { session })
    await stream?.next()
    const place = stream?.events[0]?.id
    stream?.cut()
    holding[0]?.()
    await vi.waitFor(async () => {
      expect((await (await listen(session, place)).stream?.rest())?.at(-1)).toMatchObject(held)
    })
    expect((await (await listen(session, place)).stream?.rest())?.length).toBe(3)
  })

  it('gets nothing of another stream or of another session', async () => {
    const { open, call, listen, held: holding } = start()
    const mine = await open()
    const other = await open()
    const first = await call(3, 'hold', {}, { session: mine })
    const second = await call(4, 'hold', {}, { session: mine })
    for (const { stream } of [first, second]) await stream?.next()
    const place = first.stream?.events.at(-1)?.id
    for (const { stream } of [first, second]) stream?.cut()
    for (const go of holding) go()
    await vi.waitFor(async () => {
      const ids = (await (await listen(mine, place)).stream?.rest())?.map(({ id }) => id)
      expect(ids).toEqual([undefined, 3])
    })
    expect((await listen(other, place)).status).toBe(400)
  })

  it.each(['nonsense', '99-1', '-1', '1-1-1', '1'.repeat(40)])('is told that %s is no place', async (place) => {
    const { open, listen } = start()
    expect((await listen(await open(), place)).status).toBe(400)
  })

  it('is told where it is before anything happens, and when to come back', async () => {
    const { open, call, held: holding } = start({ retryMs: 7 })
    const session = await open()
    const { stream } = await call(3, 'hold', {}, { session })
    await stream?.next()
    expect(stream?.events.map(({ id, data }) => [id, data === ''])).toEqual([
      ['1-1', true],
      ['1-2', false],
    ])
    holding[0]?.()
    const old = await open('2025-06-18')
    const { stream: unprimed } = await call(3, 'hold', {}, { session: old })
    await unprimed?.next()
    expect(unprimed?.events.map(({ data }) => data === '')).toEqual([false])
    holding[1]?.()
  })

  it('gets the stream of a call that takes long, although nothing is to be said yet', async () => {
    vi.useFakeTimers()
    const { open, send, held: holding } = start()
    const session = await open()
    const slow = send({ jsonrpc: '2.0', id: 3, method: 'tools/call', params: { name: 'hold' } }, { session })
    await vi.advanceTimersByTimeAsync(1_100)
    const { stream } = await slow
    holding[0]?.()
    expect(await stream?.rest()).toMatchObject([held])
  })

  it('is sent away from a connection that is open for long, and served on the next', async () => {
    const { open, call, listen, held: holding } = start({ connectionMs: 20 })
    const session = await open()
    const { stream } = await call(3, 'hold', {}, { session })
    expect(await stream?.rest()).toHaveLength(1)
    const { stream: again } = await listen(session, stream?.events.at(-1)?.id)
    holding[0]?.()
    expect((await again?.rest())?.at(-1)).toMatchObject(held)
  })

  it('hears of changes on one stream, the newest', async () => {
    const { open, call, listen } = start()
    const session = await open()
    const { stream: first } = await listen(session)
    const { stream: second } = await listen(session)
    expect(await first?.rest()).toEqual([])
    await call(1, 'ring', {}, { session })
    expect(await second?.next()).toMatchObject({ method: 'notifications/tools/list_changed' })
    const place = second?.events.at(-1)?.id
    second?.cut()
    await call(2, 'ring', {}, { session })
    const { stream: third } = await listen(session, place)
    expect(await third?.next()).toMatchObject({ method: 'notifications/tools/list_changed' })
  })

  it('hears that anything may have changed when it was away for long', async () => {
    vi.useFakeTimers()
    const { open, send, call, listen } = start()
    const session = await open()
    const uri = 'quay://rules'
    await send({ jsonrpc: '2.0', id: 1, method: 'resources/subscribe', params: { uri } }, { session })
    const { stream } = await listen(session)
    stream?.cut()
    await vi.advanceTimersByTimeAsync(61_000)
    await call(2, 'ring', {}, { session })
    const { stream: again } = await listen(session)
    const methods = [await again?.next(), await again?.next(), await again?.next(), await again?.next()]
    expect(methods.map((message) => message?.method)).toEqual([
      'notifications/tools/list_changed',
      'notifications/prompts/list_changed',
      'notifications/resources/list_changed',
      'notifications/resources/updated',
    ])
  })

  it('gets events in order from a store that takes its time', async () => {
    const memory = createMemoryEvents()
    const reading = Promise.withResolvers<void>()
    const events: EventStore = {
      ...memory,
      append: async (...given) => memory.append(...given),
      readAfter: async (...given) => {
        const found = await memory.readAfter(...given)
        await reading.promise
        return found
      },
    }
    const { open, call, listen, held: holding } = start({ events })
    const session = await open()
    const { stream } = await call(3, 'hold', {}, { session })
    await stream?.next()
    const place = stream?.events[0]?.id
    stream?.cut()
    const coming = listen(session, place)
    holding[0]?.()
    await new Promise((resolve) => setTimeout(resolve))
    reading.resolve()
    const { stream: again } = await coming
    expect(await again?.rest()).toMatchObject([{ params: { progress: 1 } }, { params: { progress: 2 } }, held])
  })
})

import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ConnectionError } from '../call/index.ts'
import { keepAlive } from '../wire/events.ts'
import { createEventQueue, type EventQueue } from './event-queue.ts'

const readAll = async (queue: EventQueue): Promise<string> => {
  let all = ''
  for (let text = await queue.next(); text !== undefined; text = await queue.next()) all += text
  return all
}

const isDisconnected = (error: unknown): boolean => error instanceof ConnectionError && error.code === 'disconnected'

afterEach(() => vi.useRealTimers())

describe('the event queue', () => {
  it('hands out everything that waits as one text', async () => {
    const queue = createEventQueue()
    queue.push('a')
    queue.push('b')
    expect(await queue.next()).toBe('ab')
    queue.push('c')
    queue.end('d')
    expect(await queue.next()).toBe('cd')
    expect(await queue.next()).toBeUndefined()
    expect(await queue.next()).toBeUndefined()
  })

  it('wakes a reader that waits, with all that came at once', async () => {
    const queue = createEventQueue()
    const first = queue.next()
    queue.push('a')
    queue.push('b')
    expect(await first).toBe('ab')
    const last = queue.next()
    queue.end('c')
    expect(await last).toBe('c')
  })

  it('takes nothing after the end', async () => {
    const queue = createEventQueue()
    queue.end('a')
    queue.push('b')
    queue.end('c')
    expect(await readAll(queue)).toBe('a')
  })

  it('tells an end without an event from nothing yet', () => {
    const queue = createEventQueue()
    expect(queue.take()).toBe('')
    queue.end('')
    expect(queue.take()).toBeUndefined()
  })

  it('drops nothing while the reader keeps up', async () => {
    const queue = createEventQueue()
    for (let i = 0; i < 32; i++) queue.push(`${i},`, 'p')
    queue.end('end')
    expect((await readAll(queue)).split(',')).toHaveLength(33)
  })

  // spec: progress-flood
  it('keeps only the newest waiting event of a key when the reader is behind', async () => {
    const queue = createEventQueue({ maxEvents: 34 })
    const logs = 'log,'.repeat(31)
    for (let i = 0; i < 31; i++) queue.push('log,')
    for (let i = 0; i < 2500; i++) queue.push(`${i},`, 'p')
    queue.push('between,')
    for (let i = 2500; i < 5000; i++) queue.push(`${i},`, 'p')
    queue.end('end')
    expect(await readAll(queue)).toBe(`${logs}between,4999,end`)
  })

  it('does not take back what has been read', async () => {
    const queue = createEventQueue()
    queue.push('1', 'p')
    expect(await queue.next()).toBe('1')
    for (let i = 0; i < 40; i++) queue.push('x')
    queue.push('2', 'p')
    queue.end('end')
    expect(await readAll(queue)).toBe(`${'x'.repeat(40)}2end`)
  })

  it('keeps events of different keys', async () => {
    const queue = createEventQueue()
    for (let i = 0; i < 40; i++) queue.push('x')
    queue.push('a', 1)
    queue.push('b', '1')
    queue.end('end')
    expect(await readAll(queue)).toBe(`${'x'.repeat(40)}abend`)
  })

  it('never changes the order and drops nothing but older progress', async () => {
    const key = fc.option(fc.constantFrom('p', 'q', 7), { nil: undefined })
    const step = fc.oneof(
      { weight: 40, arbitrary: fc.record({ kind: fc.constant('push'), key }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('read'), key: fc.constant(undefined) }) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 150 }), async (steps) => {
        const queue = createEventQueue({ keepAliveMs: 0 })
        let read = ''
        let waiting = 0
        const keys: (string | number | undefined)[] = []
        for (const one of steps) {
          if (one.kind === 'push') {
            queue.push(`${keys.length},`, one.key)
            keys.push(one.key)
            waiting++
          } else if (waiting > 0) {
            read += await queue.next()
            waiting = 0
          }
        }
        queue.end('')
        read += await readAll(queue)
        const seen = read.split(',').slice(0, -1).map(Number)
        expect(seen).toEqual(seen.toSorted((a, b) => a - b))
        const missing = keys.flatMap((_, index) => (seen.includes(index) ? [] : [index]))
        for (const index of missing) {
          expect(keys[index]).toBeDefined()
          expect(keys.lastIndexOf(keys[index])).toBeGreaterThan(index)
        }
      }),
    )
  })

  // spec: progress-flood
  it('breaks off when too many events wait', async () => {
    const queue = createEventQueue({ maxEvents: 2 })
    const broken = vi.fn<() => void>()
    queue.onBreak(broken)
    queue.push('a')
    queue.push('b')
    expect(broken).not.toHaveBeenCalled()
    queue.push('c')
    expect(broken).toHaveBeenCalledOnce()
    await expect(queue.next()).rejects.toSatisfy(isDisconnected)
  })

  it('breaks off when too much waits, but takes one event of any length', async () => {
    const queue = createEventQueue({ maxLength: 10 })
    queue.push('x'.repeat(100))
    expect(await queue.next()).toHaveLength(100)
    queue.push('x'.repeat(6))
    queue.push('x'.repeat(6))
    await expect(queue.next()).rejects.toSatisfy(isDisconnected)
  })

  it('always takes the last event', async () => {
    const queue = createEventQueue({ maxEvents: 1, maxLength: 1 })
    queue.push('a')
    queue.end('b'.repeat(10))
    expect(await queue.next()).toBe('abbbbbbbbbb')
  })

  it('releases a waiting reader when it is cancelled, and tells once', async () => {
    const queue = createEventQueue()
    const broken = vi.fn<() => void>()
    queue.onBreak(broken)
    const next = queue.next()
    queue.cancel()
    queue.cancel()
    queue.push('a')
    await expect(next).rejects.toSatisfy(isDisconnected)
    expect(broken).toHaveBeenCalledOnce()
  })

  it('tells everybody who wants to know', () => {
    const queue = createEventQueue()
    const told: string[] = []
    queue.onBreak(() => told.push('who writes'))
    queue.onBreak(() => told.push('who reads'))
    queue.cancel()
    expect(told).toEqual(['who writes', 'who reads'])
  })

  it('tells at once when it broke off before', () => {
    const queue = createEventQueue()
    queue.cancel()
    const broken = vi.fn<() => void>()
    queue.onBreak(broken)
    expect(broken).toHaveBeenCalledOnce()
  })

  // streamable-http#receiving-messages
  it('shows after each 15 silent seconds that it lives', async () => {
    vi.useFakeTimers()
    const queue = createEventQueue()
    let next = queue.next()
    vi.advanceTimersByTime(14_000)
    queue.push('a')
    expect(await next).toBe('a')
    next = queue.next()
    const early = vi.fn<() => void>()
    void next.then(early)
    await vi.advanceTimersByTimeAsync(14_999)
    expect(early).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(await next).toBe(keepAlive)
    next = queue.next()
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await next).toBe(keepAlive)
  })

  it('adds no sign of life to what waits', async () => {
    vi.useFakeTimers()
    const queue = createEventQueue()
    queue.push('a')
    vi.advanceTimersByTime(60_000)
    expect(await queue.next()).toBe('a')
  })

  it('leaves no timer behind', () => {
    vi.useFakeTimers()
    createEventQueue().end('a')
    createEventQueue().cancel()
    createEventQueue({ keepAliveMs: 0 })
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a transport that does not wait', () => {
  it('is told of news, takes all of it, and learns of the end', () => {
    const queue = createEventQueue({ keepAliveMs: 0 })
    let news = 0
    queue.push('a')
    queue.onNews(() => news++)
    expect(news).toBe(1)
    queue.push('b')
    expect([news, queue.take(), queue.take()]).toEqual([2, 'ab', ''])
    queue.end('c')
    expect([news, queue.take(), queue.take()]).toEqual([3, 'c', undefined])
  })

  it('learns that the stream broke off', () => {
    const queue = createEventQueue({ keepAliveMs: 0, maxEvents: 1 })
    let news = 0
    queue.onNews(() => news++)
    queue.push('a')
    queue.push('b')
    expect(news).toBe(2)
    expect(() => queue.take()).toThrow(expect.objectContaining({ code: 'disconnected' }))
  })

  it('gives up a reader that takes nothing for too long, where it is told to', async () => {
    vi.useFakeTimers()
    const patient = createEventQueue({ keepAliveMs: 1_000 })
    const strict = createEventQueue({ keepAliveMs: 1_000, stallMs: 5_000 })
    const broken = vi.fn<() => void>()
    strict.onBreak(broken)
    for (let second = 0; second < 10; second++) {
      await vi.advanceTimersByTimeAsync(1_000)
      strict.take()
    }
    expect(broken).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(broken).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(broken).toHaveBeenCalledOnce()
    expect(() => strict.take()).toThrow(ConnectionError)
    expect(patient.take()).toBe(keepAlive)
  })
})

import { describe, expect, it } from 'vitest'
import { createGate } from './gate.ts'

describe('createGate', () => {
  it('runs at most `limit` at once and keeps the order', async () => {
    const gate = createGate(2, 10)
    const log: string[] = []
    const locks = [1, 2, 3].map(() => Promise.withResolvers<void>())
    const done = locks.map((lock, index) =>
      gate(async () => {
        log.push(`start ${index}`)
        await lock.promise
      }),
    )
    await Promise.resolve()
    expect(log).toEqual(['start 0', 'start 1'])
    locks[1]?.resolve()
    await done[1]
    await Promise.resolve()
    expect(log).toEqual(['start 0', 'start 1', 'start 2'])
    for (const lock of locks) lock.resolve()
    await Promise.all(done)
  })

  it('refuses what would wait in too long a row', async () => {
    const gate = createGate(1, 1)
    const lock = Promise.withResolvers<void>()
    const running = gate(() => lock.promise)
    const waiting = gate(() => Promise.resolve('waited'))
    await expect(gate(() => Promise.resolve())).rejects.toThrow(expect.objectContaining({ code: 'busy' }))
    lock.resolve()
    await running
    expect(await waiting).toBe('waited')
  })

  it('lets one that waits give up, and goes on after failures', async () => {
    const gate = createGate(1, 10)
    const lock = Promise.withResolvers<void>()
    const running = gate(() => lock.promise)
    const controller = new AbortController()
    const waiting = gate(() => Promise.resolve('never'), controller.signal)
    const next = gate(() => Promise.resolve('next'))
    controller.abort(new Error('gone'))
    await expect(waiting).rejects.toThrow('gone')
    lock.reject(new Error('broken'))
    await expect(running).rejects.toThrow('broken')
    expect(await next).toBe('next')
  })
})

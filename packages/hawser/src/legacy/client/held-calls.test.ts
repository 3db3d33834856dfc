import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createHeldCalls } from './held-calls.ts'

const heldCall = (dropped: number[] = [], name = 0) => ({
  resume: () => Promise.reject(new Error('unused')),
  drop: () => void dropped.push(name),
})

describe('calls that wait for answers', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('are taken once, by a state that nobody can guess', () => {
    const held = createHeldCalls()
    const states = [held.hold(heldCall()), held.hold(heldCall())]
    expect(new Set(states).size).toBe(2)
    for (const state of states) expect(state).toMatch(/^[\da-f-]{36}$/)
    expect(held.take(states[0]!)).toBeDefined()
    expect(held.take(states[0]!)).toBeUndefined()
  })

  it('are 256 at most: the oldest make room', () => {
    const dropped: number[] = []
    const held = createHeldCalls()
    for (let name = 0; name < 300; name++) held.hold(heldCall(dropped, name))
    expect(dropped).toEqual(Array.from({ length: 44 }, (_, name) => name))
  })

  it('wait for an hour at most', () => {
    const dropped: number[] = []
    const held = createHeldCalls()
    held.hold(heldCall(dropped, 1))
    vi.advanceTimersByTime(3_500_000)
    held.hold(heldCall(dropped, 2))
    vi.advanceTimersByTime(200_000)
    held.hold(heldCall(dropped, 3))
    expect(dropped).toEqual([1])
  })

  it('are dropped once', () => {
    const dropped: number[] = []
    const held = createHeldCalls()
    const state = held.hold(heldCall(dropped))
    held.drop(state)
    held.drop(state)
    expect(dropped).toHaveLength(1)
  })
})

import { describe, expect, it } from 'vitest'
import { createRestartLimit } from './restart-limit.ts'

describe('the limit of restarts', () => {
  it('allows the first start and so many more, then makes wait for the oldest', () => {
    let time = 0
    const limit = createRestartLimit(2, 1000, () => time)
    expect([limit.take(), limit.take()]).toEqual([0, 0])
    time = 400
    expect(limit.take()).toBe(0)
    expect(limit.take()).toBe(600)
    time = 999
    expect(limit.take()).toBe(1)
    time = 1000
    expect(limit.take()).toBe(0)
  })
})

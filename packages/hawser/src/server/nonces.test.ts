import { describe, expect, it, vi } from 'vitest'
import { testNonces } from './fixtures/nonces-suite.ts'
import { memoryNonces } from './nonces.ts'

describe('nonces in memory', () => {
  testNonces(() => memoryNonces())

  it('forgets what is over, and what was used first when there is no room', () => {
    vi.useFakeTimers()
    try {
      const nonces = memoryNonces({ maxValues: 2 })
      const use = (value: string): boolean | Promise<boolean> => nonces.use(value, Date.now() + 1_000)
      expect(['a', 'b', 'b', 'c', 'c', 'a'].map(use)).toEqual([true, true, false, true, false, true])
      vi.advanceTimersByTime(1_000)
      expect(use('c')).toBe(true)
    } finally {
      vi.useRealTimers()
    }
  })
})

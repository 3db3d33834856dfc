import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { countAlike } from './refusals.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
afterEach(() => void vi.useRealTimers())

it('tells the first of a second also when the timer of the second before never rang', () => {
  const rest: string[] = []
  const { isFirst, end } = countAlike<string>((item, times) => void rest.push(`${item} ${times}`))
  expect([isFirst('a', 'one'), isFirst('a', 'two'), isFirst('a', 'three')]).toEqual([true, false, false])
  // As when the invocation of a Worker ends that has set it.
  vi.clearAllTimers()
  vi.setSystemTime(Date.now() + 1_000)
  expect(isFirst('a', 'four')).toBe(true)
  expect(rest).toEqual(['one 2'])
  end()
  expect(rest).toEqual(['one 2'])
})

import { afterEach, expect, it, vi } from 'vitest'
import { createCached, type Told } from './cached.ts'

afterEach(() => {
  vi.useRealTimers()
})

it('asks anew when who asked before was ended and nobody heard of it', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const asked = vi.fn<() => Promise<Told<number>>>()
  asked.mockReturnValueOnce(new Promise(() => {}))
  asked.mockResolvedValue({ value: 7, ttlMs: 60_000, cacheScope: 'public' })
  const cached = createCached(asked, 0, () => {})
  void cached.get('fresh')
  vi.setSystemTime(Date.now() + 14_000)
  void cached.get('fresh')
  await Promise.resolve()
  expect(asked).toHaveBeenCalledOnce()
  vi.setSystemTime(Date.now() + 2_000)
  expect(await cached.get('fresh')).toMatchObject({ value: 7, isMissing: false })
})

import { describe, expect, it, vi } from 'vitest'

const runtime = vi.hoisted(() => {
  const asked: string[] = []
  const failures: object[] = []
  /** A namespace whose objects fail as the platform says; the real one cannot be made to. */
  const HAWSER = {
    idFromName: () => {},
    getByName: (name: string) => ({
      invoke: async (method: string) => {
        asked.push(`${name} ${method}`)
        const failure = failures.shift()
        if (failure !== undefined) throw Object.assign(new Error('The object was reset.'), failure)
        return method === 'use' ? true : 0
      },
    }),
  }
  const workers = { env: { HAWSER }, waitUntil: () => {}, DurableObject: Object, WorkerEntrypoint: Object }
  return { asked, failures, workers }
})
vi.mock('#workers', () => ({ workers: runtime.workers }))

const { durableNonces, durableRateLimiter } = await import('./index.ts')

/** How often an object is asked when it fails so. */
async function countAttempts(run: () => unknown, ...failures: readonly object[]): Promise<number> {
  runtime.failures.splice(0, Infinity, ...failures)
  const before = runtime.asked.length
  await Promise.resolve(run()).catch(() => {})
  return runtime.asked.length - before
}

// https://developers.cloudflare.com/durable-objects/best-practices/error-handling/
describe('an object that fails in passing', () => {
  const rate = { calls: 1, per: 60_000, burst: 1 }
  const take = (): unknown => durableRateLimiter({ binding: 'HAWSER' }).take('ada', rate)
  const use = (): unknown => durableNonces({ binding: 'HAWSER' }).use('seal', 1)

  it('is asked again to count a call, three times at most', async () => {
    expect(await countAttempts(take, { retryable: true })).toBe(2)
    expect(await countAttempts(take, { retryable: true }, { retryable: true }, { retryable: true })).toBe(3)
  })

  it('is not asked again when it has too much to do, or broke for good', async () => {
    expect(await countAttempts(take, { retryable: true, overloaded: true })).toBe(1)
    expect(await countAttempts(take, {})).toBe(1)
  })

  it('is not asked again whether a value is new, for then it would not be', async () => {
    expect(await countAttempts(use, { retryable: true })).toBe(1)
  })
})

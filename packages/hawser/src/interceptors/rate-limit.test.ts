import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { isCallOf, ProtocolError } from '../call/index.ts'
import { connect } from '../connect.ts'
import { mcp } from '../mcp.ts'
import { rateLimit, type RateLimitOptions } from './rate-limit.ts'
import { memoryRateLimiter, type Rate } from './rate-limiter.ts'

const app = mcp({ name: 'notes', version: '1.0.0', log: () => {} })
const search = app.tool({ description: 'Search.', effect: 'read', run: () => 'found' })
const send = app.tool({ description: 'Send.', effect: 'write', run: () => 'sent' })

const plan = app.prompt({
  description: 'Plan.',
  args: z.object({ day: z.string() }),
  complete: { day: ['mon'] },
  render: () => 'x',
})

const serve = (...rules: RateLimitOptions[]) => {
  const server = app.server({ tools: { search, send }, prompts: { plan }, use: rules.map(rateLimit) })
  return (subject?: string) => connect(server, { as: subject === undefined ? null : { subject } })
}

/** How many of so many calls are let through. */
const through = async (call: () => Promise<unknown>, times: number): Promise<number> => {
  const settled = await Promise.allSettled(Array.from({ length: times }, call))
  for (const each of settled) {
    if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'too_many_requests', number: 429 })
  }
  return settled.filter(({ status }) => status === 'fulfilled').length
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a rate limit', () => {
  // server/tools#security-considerations
  // spec: tools-rate
  it('lets so many calls of a caller through, and more as time goes by', async () => {
    const as = serve({ calls: 6, per: 60_000 })
    const ada = await as('ada')
    expect(await through(() => ada.tools.search(), 10)).toBe(6)
    vi.advanceTimersByTime(20_000)
    expect(await through(() => ada.tools.search(), 10)).toBe(2)
    vi.advanceTimersByTime(3_600_000)
    expect(await through(() => ada.tools.search(), 10)).toBe(6)
  })

  it('says when it is worth another try', async () => {
    const ada = await serve({ calls: 6, per: 60_000, burst: 1 })('ada')
    await ada.tools.search()
    vi.advanceTimersByTime(4_000)
    const error = await ada.tools.search().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error).toMatchObject({ data: { retryAfterMs: 6_000 } })
    vi.advanceTimersByTime(6_000)
    expect(await ada.tools.search()).toBe('found')
  })

  it('counts each caller apart, and all that nobody has proven together', async () => {
    const as = serve({ calls: 2 })
    const [ada, bob, one, two] = await Promise.all([as('ada'), as('bob'), as(), as()])
    expect(await through(() => ada.tools.search(), 3)).toBe(2)
    expect(await through(() => bob.tools.search(), 3)).toBe(2)
    expect((await through(() => one.tools.search(), 1)) + (await through(() => two.tools.search(), 2))).toBe(2)
    // A caller of that name is nobody else's.
    expect(await through(async () => (await as('')).tools.search(), 3)).toBe(2)
  })

  // server/utilities/completion#implementation-considerations, #security
  // spec: completion-rate, completion-rate-limit
  it('counts by tool or by method where that is wanted', async () => {
    const byName = await serve({ calls: 1, by: ['caller', 'name'] })('ada')
    expect(await through(() => byName.tools.search(), 2)).toBe(1)
    expect(await through(() => byName.tools.send(), 2)).toBe(1)
    const byMethod = await serve({ calls: 1, by: ['method'] })('ada')
    expect(await through(() => byMethod.tools.search(), 2)).toBe(1)
    expect(await through(() => byMethod.listTools(), 2)).toBe(1)
    const complete = () => byMethod.complete({ type: 'ref/prompt', name: 'plan' }, { name: 'day', value: '' })
    expect(await through(complete, 2)).toBe(1)
  })

  it('can be for some calls only, and there can be several', async () => {
    const isSend: RateLimitOptions['only'] = (call) => isCallOf(call, 'tools/call') && call.params.name === 'send'
    const ada = await serve({ calls: 5 }, { calls: 1, only: isSend })('ada')
    expect(await through(() => ada.tools.send(), 2)).toBe(1)
    expect(await through(() => ada.tools.search(), 9)).toBe(3)
  })

  it('does not mix the buckets of two rules with one limiter', async () => {
    const limiter = memoryRateLimiter()
    const ada = await serve({ calls: 2, limiter }, { calls: 2, limiter })('ada')
    expect(await through(() => ada.tools.search(), 3)).toBe(2)
  })

  it('can count for several processes', async () => {
    const asked: [string, Rate][] = []
    const limiter = {
      take: async (key: string, rate: Rate) => {
        asked.push([key, rate])
        return asked.length > 1 ? 500 : 0
      },
    }
    const ada = await serve({ calls: 2, per: 1000, limiter })('ada')
    expect(await through(() => ada.tools.search(), 2)).toBe(1)
    expect(asked[0]?.[0]).toBe(asked[1]?.[0])
    expect(asked[0]?.[1]).toEqual({ calls: 2, per: 1000, burst: 2 })
  })

  it.each([{ calls: 0 }, { calls: Number.NaN }, { calls: 1, per: -1 }, { calls: 1, burst: 0 }])(
    'refuses %j',
    (options) => {
      expect(() => rateLimit(options)).toThrow(RangeError)
    },
  )
})

describe('buckets in memory', () => {
  it('are so many at most, and the one that was longest out of use is forgotten', () => {
    const { take } = memoryRateLimiter({ maxKeys: 2 })
    const rate = { calls: 1, per: 1000, burst: 1 }
    expect(['a', 'b', 'a', 'c', 'a', 'b'].map((key) => take(key, rate))).toEqual([0, 0, 1000, 0, 1000, 0])
  })

  it('never let more through than the rate allows, however the calls are spread', () => {
    fc.assert(
      fc.property(
        fc.record({
          calls: fc.integer({ min: 1, max: 20 }),
          per: fc.integer({ min: 1, max: 5000 }),
          burst: fc.integer({ min: 1, max: 20 }),
        }),
        fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 60 }),
        (rate, gaps) => {
          const { take } = memoryRateLimiter()
          let passed = 0
          let time = 0
          for (const gap of gaps) {
            vi.advanceTimersByTime(gap)
            time += gap
            const wait = take('k', rate)
            expect(wait).toBeGreaterThanOrEqual(0)
            if (wait === 0) passed++
            expect(passed).toBeLessThanOrEqual(rate.burst + (time * rate.calls) / rate.per + 1e-6)
          }
        },
      ),
    )
  })
})

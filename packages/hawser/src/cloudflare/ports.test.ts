import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testRateLimiter } from '../interceptors/fixtures/limiter-suite.ts'
import type { RateLimiter } from '../interceptors/index.ts'
import { testNonces } from '../server/fixtures/nonces-suite.ts'
import type { Nonces } from '../server/index.ts'
import { openPorts, type Ports } from './fixtures/open-ports.ts'
import { hash } from './hash.ts'

describe('on Durable Objects', () => {
  let ports: Ports
  let round = 0
  beforeAll(async () => {
    const simple = { limit: 3, period: 60 } as const
    ports = await openPorts({ ratelimits: { DOOR: { namespace_id: '1', simple } } })
  })
  afterAll(() => ports?.[Symbol.asyncDispose]())

  describe('a rate limiter', () => {
    /** Each test finds keys that nobody has used. */
    const limiter = (name: 'limiter' | 'guarded' = 'limiter'): RateLimiter => {
      const { take } = ports.port(name)
      const own = ++round
      return { take: (key, rate) => take(`${own} ${key}`, rate) }
    }
    testRateLimiter(() => limiter())

    it('goes on counting where it was when its object leaves the memory', async () => {
      const { take } = ports.port('limiter')
      const rate = { calls: 2, per: 3_600_000, burst: 2 }
      expect([await take('evicted', rate), await take('evicted', rate)]).toEqual([0, 0])
      await ports.evict(`limits:${hash('evicted') % 64}`)
      expect(await take('evicted', rate)).toBeGreaterThan(1_000_000)
    })

    it('has a door in front that refuses before anybody counts', async () => {
      const rate = { calls: 100, per: 60_000, burst: 100 }
      const { take } = limiter('guarded')
      const waits = [await take('a', rate), await take('a', rate), await take('a', rate), await take('a', rate)]
      expect(waits).toEqual([0, 0, 0, 10_000])
    })

    it('says how to make a door that is missing', async () => {
      const refused = await (await ports.miniflare.dispatchFetch('http://localhost/')).json()
      expect(refused).toEqual([expect.stringContaining(`"ratelimits": [{ "name": "MISSING", "namespace_id"`)])
    })
  })

  describe('nonces', () => {
    const open = (): Nonces => {
      const { use } = ports.port('nonces')
      const own = ++round
      return { use: (value, until) => use(`${own} ${value}`, until) }
    }
    testNonces(open)

    it('are remembered when their object leaves the memory', async () => {
      const nonces = ports.port('nonces')
      expect(await nonces.use('evicted', Date.now() + 60_000)).toBe(true)
      await ports.evict(`nonces:${hash('evicted') % 16}`)
      expect(await nonces.use('evicted', Date.now() + 60_000)).toBe(false)
    })
  })
})

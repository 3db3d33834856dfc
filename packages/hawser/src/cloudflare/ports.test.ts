import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testTaskStore } from '../extensions/tasks/fixtures/store-suite.ts'
import type { TaskStore } from '../extensions/tasks/index.ts'
import { testRateLimiter } from '../interceptors/fixtures/limiter-suite.ts'
import type { RateLimiter } from '../interceptors/index.ts'
import { testNonces } from '../server/fixtures/nonces-suite.ts'
import type { Nonces } from '../server/index.ts'
import { testVaults } from '../vault/fixtures/vault-suite.ts'
import type { VaultStore } from '../vault/index.ts'
import { openPorts, type Ports } from './fixtures/open-ports.ts'
import { hash } from './hash.ts'
import { prefixOf } from './tasks/shard.ts'

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

  describe('a vault', () => {
    /** A store that is empty: names of a test are told from those of others by what stands in front. */
    const open = (): VaultStore => {
      const store = ports.port('vault')
      const own = `${++round} `
      const inside = <T extends { readonly id: string; readonly owner: string }>(one: T): T => ({
        ...one,
        id: own + one.id,
        owner: own + one.owner,
      })
      return {
        read: async (id) => {
          const found = await store.read(own + id)
          return found && { ...found, id, owner: found.owner.slice(own.length) }
        },
        put: (credentials) => store.put(inside(credentials)),
        replace: (credentials) => store.replace(inside(credentials)),
        claim: (id, version, until) => store.claim(own + id, version, until),
        release: (id, version) => store.release(own + id, version),
        remove: (id) => store.remove(own + id),
        removeOwner: (owner) => store.removeOwner(own + owner),
      }
    }
    testVaults(open)

    it('keeps credentials and the right to renew them when its object leaves the memory', async () => {
      const vault = ports.port('vault')
      const evict = (): Promise<void> => ports.evict(`vault:${hash('kept') % 16}`)
      const later = Date.now() + 3_600_000
      expect(await vault.put({ id: 'kept', owner: 'ada', keptUntil: later, sealed: 's' })).toBe(true)
      const { version = 0 } = (await vault.read('kept')) ?? {}
      expect(await vault.claim('kept', version, later)).toBe(true)
      await evict()
      expect(await vault.claim('kept', version, later)).toBe(false)
      await vault.release('kept', version)
      await evict()
      expect(await vault.claim('kept', version, later)).toBe(true)
      expect(
        await vault.replace({ id: 'kept', owner: 'ada', version: version + 1, keptUntil: later, sealed: 't' }),
      ).toBe(true)
      expect(await vault.read('kept')).toMatchObject({ version: version + 1, sealed: 't' })
    })
  })

  describe('a task', () => {
    /** Owners of a test are told from those of others by what stands in front. */
    const open = (): TaskStore => {
      const { create, read, replace, count } = ports.port('tasks')
      const own = `${++round} `
      return {
        prefixOf: (owner) => prefixOf(own + owner),
        create: (task, most) => create({ ...task, id: task.id + own, owner: own + task.owner }, most),
        read: async (id) => {
          const found = await read(id + own)
          return found && { ...found, id, owner: found.owner.slice(own.length) }
        },
        replace: (task) => replace({ ...task, id: task.id + own, owner: own + task.owner }),
        count: (owner) => count(own + owner),
      }
    }
    testTaskStore(open)
  })

  it('let nothing through that could not be written down', async () => {
    const until = Date.now() + 60_000
    const rate = { calls: 5, per: 60_000, burst: 5 }
    await expect(ports.port('brokenNonces').use('a', until)).rejects.toThrow('Try again later')
    await expect(ports.port('brokenLimiter').take('a', rate)).rejects.toThrow('Nobody can count calls now')
    const vault = ports.port('brokenVault')
    await expect(vault.put({ id: 'a', owner: 'ada', keptUntil: until, sealed: 's' })).rejects.toThrow('disk full')
    expect(await vault.read('a')).toBeUndefined()
    const tasks = ports.port('brokenTasks')
    const task = { id: `${prefixOf('ada')}a`, owner: 'ada', version: 1, expiresAt: until, body: '{}' }
    await expect(tasks.create(task, 9)).rejects.toThrow('disk full')
    expect(await tasks.read(task.id)).toBeUndefined()
  })
})

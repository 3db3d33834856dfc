import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import type { OAuth } from '../create-oauth.ts'
import { answer, createSigningIn, reachConsent } from '../fixtures/signing-in.ts'
import {
  authorize,
  createPkce,
  createWorld,
  getCode,
  getTokens,
  isGood,
  NOTES,
  redeem,
  refresh,
  sent,
  tokensOf,
  type Answer,
} from '../fixtures/world.ts'
import type { GrantStore } from '../store.ts'
import { durableStore } from './durable-store.ts'
import { crashAll, namesOf, objectOf } from './fixtures/objects.ts'

const NOW = 1_800_000_000_000
const SHARDS = 2
let stores = 0
const newName = (): string => `faults ${stores++}`
const storeOf = (name: string): GrantStore => durableStore({ binding: 'OAUTH', name, shards: SHARDS })

/** The store with something between any two steps. */
const between = (store: GrantStore, run: () => Promise<unknown>): GrantStore =>
  Object.fromEntries(
    Object.entries(store).map(([name, method]: [string, unknown]) => [
      name,
      typeof method === 'function' && name !== 'place'
        ? async (...given: readonly unknown[]): Promise<unknown> => {
            await run()
            const result: unknown = await Reflect.apply(method, store, given)
            await run()
            return result
          }
        : method,
    ]),
  ) as unknown as GrantStore

describe('objects that restart', () => {
  it('lose nothing of a sign-in and a refresh between any two steps', async () => {
    const name = newName()
    let crashes = 0
    const store = between(storeOf(name), () => {
      crashes++
      return crashAll(name, SHARDS)
    })
    const world = createSigningIn({ store, registration: true })
    const { verifier, challenge } = createPkce()
    const browser = world.newBrowser()
    const asked = await reachConsent(browser, { code_challenge: challenge })
    const { code = '' } = sent(await answer(browser, asked, 'approve'))
    const first = tokensOf(await redeem(world.oauth, { code, verifier }))
    const second = tokensOf(await refresh(world.oauth, first.refresh))
    expect(tokensOf(await refresh(world.oauth, first.refresh))).toEqual(second)
    expect((await redeem(world.oauth, { code, verifier })).body).toMatchObject({ error: 'invalid_grant' })
    expect(await isGood(world.oauth, second.refresh)).toBe(false)
    expect(world.errors).toEqual([])
    expect(crashes).toBeGreaterThan(30)
  })

  it('let no more than one of many redemptions win', async () => {
    const name = newName()
    const { oauth } = createWorld({ store: storeOf(name) })
    const isWon = ({ status }: Answer): boolean => status === 200
    for (let round = 0; round < 10; round++) {
      const code = await getCode(oauth)
      const racing = Array.from({ length: 20 }, () => redeem(oauth, code))
      await crashAll(name, SHARDS)
      const during = (await Promise.all(racing)).filter(isWon).length
      // Who used it up may not have heard of that. Whoever comes later ends the grant.
      const after = isWon(await redeem(oauth, code)) ? 1 : 0
      expect(during + after).toBeLessThanOrEqual(1)
      expect((await redeem(oauth, code)).body).toMatchObject({ error: 'invalid_grant' })
    }
  })
})

describe('storage that fails', () => {
  const failAll = (name: string, trouble: Parameters<ReturnType<typeof objectOf>['fail']>[0]): Promise<unknown> =>
    Promise.all(namesOf(name, SHARDS).map((object) => objectOf(object).fail(trouble)))

  /** Tries a step with each write of it failing in turn, until it succeeds. */
  const withFailures = async <T>(name: string, step: () => Promise<T>, isDone: (result: T) => boolean) => {
    let failures = 0
    for (const trouble of [{ commit: true }, ...Array.from({ length: 20 }, (_, writes) => ({ writes }))]) {
      await failAll(name, trouble)
      const result = await step()
      if (isDone(result)) {
        await failAll(name, {})
        return { result, failures }
      }
      failures++
    }
    throw new Error('The step never succeeded.')
  }

  const begin = () => {
    const name = newName()
    const world = createWorld({ store: storeOf(name) })
    return { ...world, name }
  }

  it('leaves a code that was not used, wherever its redemption fails', async () => {
    const { oauth, name, errors } = begin()
    await getTokens(oauth)
    const code = await getCode(oauth)
    const { result, failures } = await withFailures(
      name,
      () => redeem(oauth, code),
      ({ status }) => status === 200,
    )
    expect(failures).toBeGreaterThan(2)
    expect(errors).toHaveLength(failures)
    expect(await isGood(oauth, tokensOf(result).refresh)).toBe(true)
    expect((await redeem(oauth, code)).status).toBe(400)
  })

  it('leaves a refresh token that was not used, wherever its rotation fails', async () => {
    const { oauth, name } = begin()
    const { refresh: token } = await getTokens(oauth)
    const { result, failures } = await withFailures(
      name,
      () => refresh(oauth, token),
      ({ status }) => status === 200,
    )
    expect(failures).toBeGreaterThan(1)
    expect(await isGood(oauth, tokensOf(result).refresh)).toBe(true)
  })

  it('leaves a grant that is used twice to be revoked by the next', async () => {
    const { oauth, name } = begin()
    const code = await getCode(oauth)
    const { refresh: token, access } = tokensOf(await redeem(oauth, code))
    const { failures } = await withFailures(
      name,
      () => redeem(oauth, code),
      ({ status }) => status === 400,
    )
    expect(failures).toBeGreaterThan(0)
    expect(await oauth.isGrantLive(String(decodeJwt(access)['gid']))).toBe(false)
    expect(await isGood(oauth, token)).toBe(false)
  })

  it('hands out no code that it could not keep', async () => {
    const { oauth, name } = begin()
    await getTokens(oauth)
    const { result, failures } = await withFailures(
      name,
      () => authorize(oauth),
      ({ status }) => status === 303,
    )
    expect(failures).toBeGreaterThan(2)
    expect(sent(result)['code']).toMatch(/./)
  })
})

describe('the alarm', () => {
  const fill = async (oauth: OAuth, name: string) => {
    await getTokens(oauth)
    const counts = async () => {
      const all = await Promise.all(namesOf(name, SHARDS).map((object) => objectOf(object).count()))
      return all.reduce((sum, one) => sum + one, 0)
    }
    return { counts }
  }

  it('is set by whoever keeps something, forgets what has expired, and does no harm when it goes off twice', async () => {
    const name = newName()
    const { oauth } = createWorld({ store: storeOf(name), lifetimes: { grant: 3600, refresh: 3600 } })
    const { counts } = await fill(oauth, name)
    const before = await counts()
    expect(before).toBeGreaterThan(2)
    const alarms = await Promise.all(namesOf(name, SHARDS).map((object) => objectOf(object).alarmAt()))
    expect(alarms.filter((at) => at !== null).length).toBeGreaterThanOrEqual(2)
    const ringAll = (now: number) => Promise.all(namesOf(name, SHARDS).map((object) => objectOf(object).ring(now)))
    await ringAll(NOW)
    await ringAll(NOW)
    expect(await counts()).toBe(before)
    await ringAll(NOW + 3_600_000)
    await ringAll(NOW + 3_600_000)
    // The signing key lives longer, and its object alone wakes again.
    expect(await counts()).toBe(1)
    const left = await Promise.all(namesOf(name, SHARDS).map((object) => objectOf(object).alarmAt()))
    expect(left.filter((at) => at !== null)).toHaveLength(1)
    expect(tokensOf(await redeem(oauth, await getCode(oauth))).access).toMatch(/^ey/)
  })

  it('goes off in an object that was restarted meanwhile', async () => {
    const name = newName()
    const { oauth } = createWorld({ store: storeOf(name), lifetimes: { grant: 60, refresh: 60 } })
    const { counts } = await fill(oauth, name)
    await crashAll(name, SHARDS)
    await Promise.all(namesOf(name, SHARDS).map((object) => objectOf(object).ring(NOW + 3_600_000)))
    expect(await counts()).toBe(1)
  })
})

describe('a store of many objects', () => {
  it('spreads people over all of them, and keeps what is of one in one', async () => {
    const store = durableStore({ binding: 'OAUTH', name: newName(), shards: 16 })
    const places = Array.from({ length: 400 }, (_, number) => store.place?.(`person ${number}`))
    expect(new Set(places).size).toBe(16)
    expect(store.place?.('ada')).toBe(store.place?.('ada'))
    expect(store.place?.('ada')).toMatch(/^0[0-9a-f]-$/)
  })

  it('takes names of any length', async () => {
    const store = durableStore({ binding: 'OAUTH', name: newName(), shards: 4 })
    const long = 'x'.repeat(20_000)
    expect(await store.hit(long, 1, 1000, NOW)).toBe(true)
    expect(await store.hit(long, 1, 1000, NOW)).toBe(false)
    expect(store.place?.(long)).toBe(store.place?.(long))
  })

  it('revokes by a filter that names nobody in all of them', async () => {
    const name = newName()
    const store = durableStore({ binding: 'OAUTH', name, shards: 16 })
    const people = ['ada', 'bob', 'cyd', 'dan']
    const worlds = people.map((userId) => createWorld({ store }, { userId, tenant: 'acme' }))
    for (const { oauth } of worlds) await getTokens(oauth)
    expect(await worlds[0]?.oauth.grants.revoke({ subject: 'ada' })).toBe(1)
    expect(await worlds[0]?.oauth.grants.revoke({ resource: NOTES })).toBe(3)
  })

  it('says so when it is asked with another number of objects', async () => {
    const name = newName()
    const ask = (shards: number) => durableStore({ binding: 'OAUTH', name, shards }).readKeys(NOW)
    expect(await ask(4)).toEqual([])
    await expect(ask(8)).rejects.toThrow('begun with 4 shards, and is asked with 8')
    await crashAll(name, 1)
    await expect(ask(8)).rejects.toThrow('begun with 4 shards')
    expect(await ask(4)).toEqual([])
  })

  it('answers from memory what one bucket is told above its limit', async () => {
    const name = newName()
    const store = durableStore({ binding: 'OAUTH', name, shards: 1 })
    const hit = (at = NOW) => store.hit('all', 2, 1000, at)
    expect([await hit(), await hit(), await hit()]).toEqual([true, true, false])
    const full = await objectOf(`${name} counts 0`).dump()
    expect([await hit(), await hit(NOW + 999)]).toEqual([false, false])
    expect(await objectOf(`${name} counts 0`).dump()).toBe(full)
    expect(await hit(NOW + 1000)).toBe(true)
  })
})

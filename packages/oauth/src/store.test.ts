import { describe, expect, it } from 'vitest'
import type { Client } from './client.ts'
import { ALL_STORES } from './fixtures/stores.ts'
import {
  placed,
  type Code,
  type Grant,
  type GrantFilter,
  type GrantStore,
  type StoredKey,
  type Successor,
} from './store.ts'
import type { Transaction } from './transaction.ts'

const NOW = 1_800_000_000_000

const client: Client = {
  id: 'app',
  kind: 'dynamic',
  name: 'App',
  redirectUris: ['https://a.example/cb'],
  authentication: 'none',
  grants: ['authorization_code'],
}
const transaction: Transaction = {
  key: 't',
  browserKey: 'b',
  version: 0,
  client,
  redirectUri: 'https://a.example/cb',
  resource: 'https://n.example',
  scopes: ['read'],
  codeChallenge: 'c',
  createdAt: NOW,
  expiresAt: NOW + 1000,
}
const grant: Grant = {
  id: 'g',
  clientId: 'app',
  subject: 'ada',
  kind: 'user',
  tenant: 'acme',
  resource: 'https://n.example',
  scopes: ['read'],
  createdAt: NOW,
  expiresAt: NOW + 2000,
}
const code: Code = {
  key: 'c',
  grantId: 'g',
  clientId: 'app',
  redirectUri: 'https://a.example/cb',
  codeChallenge: 'c',
  expiresAt: NOW + 1000,
  forgetAt: NOW + 2000,
  grantExpiresAt: NOW + 100_000,
}
const next = (key: string): Successor => ({ key, expiresAt: NOW + 50_000, sealedResponse: `sealed ${key}` })

/** What is called so by a store that finds the things of a subject by their names. */
const names = (store: GrantStore, subject = 'ada') => {
  const named = (name: string): string => placed(store, subject, name)
  return {
    named,
    /** A grant of that name, with a code of the same. */
    grantOf: (name: string, other: Partial<Grant> = {}): Grant => ({ ...grant, id: named(name), subject, ...other }),
    codeOf: (name: string): Code => ({ ...code, key: named(name), grantId: named(name) }),
  }
}

describe.each(ALL_STORES)('a store in %s', (_, create) => {
  it('keeps a transaction until its end, replaces one version by the next, and gives it to one', async () => {
    const store = create()
    expect(await store.addTransaction(transaction)).toBe(true)
    expect(await store.readTransaction('t', NOW)).toEqual(transaction)
    expect(await store.readTransaction('t', NOW + 1000)).toBeUndefined()
    expect(await store.readTransaction('other', NOW)).toBeUndefined()
    const second: Transaction = { ...transaction, version: 1, user: { userId: 'ada' } }
    expect(await store.replaceTransaction(second, NOW)).toBe(true)
    expect(await store.replaceTransaction({ ...second, user: { userId: 'eve' } }, NOW)).toBe(false)
    expect(await store.readTransaction('t', NOW)).toEqual(second)
    expect(await store.replaceTransaction({ ...second, version: 2 }, NOW + 1000)).toBe(false)
    expect(await store.takeTransaction('t', NOW)).toBe(true)
    expect(await store.takeTransaction('t', NOW)).toBe(false)
    expect(await store.readTransaction('t', NOW)).toBeUndefined()
    await store.addTransaction(transaction)
    expect(await store.takeTransaction('t', NOW + 1000)).toBe(false)
  })

  it('redeems a code once, and revokes the grant the second time', async () => {
    const store = create()
    const { named, grantOf, codeOf } = names(store)
    const granted = grantOf('g')
    expect(await store.addGrant(granted, codeOf('g'), NOW)).toBe(true)
    expect(await store.readCode(named('g'))).toMatchObject(codeOf('g'))
    expect(await store.readGrant(named('g'), NOW)).toEqual(granted)
    const lasting = { ...granted, expiresAt: code.grantExpiresAt }
    expect(await store.redeemCode(named('g'), { key: 'r1', expiresAt: NOW + 50_000 }, NOW)).toEqual({
      ok: true,
      grant: lasting,
    })
    expect(await store.readGrant(named('g'), NOW + 99_999)).toEqual(lasting)
    expect(await store.redeemCode(named('g'), { key: 'r9', expiresAt: NOW + 50_000 }, NOW)).toEqual({
      ok: false,
      why: 'replayed',
      grant: lasting,
    })
    expect(await store.readGrant(named('g'), NOW)).toBeUndefined()
    expect(await store.redeemCode(named('g'), undefined, NOW)).toEqual({ ok: false, why: 'replayed', grant: undefined })
    expect(await store.rotateRefresh(named('g'), 'r1', next('r2'), NOW, 1000)).toMatchObject({
      ok: false,
      why: 'unknown',
    })
    expect(await store.redeemCode(named('other'), undefined, NOW)).toEqual({ ok: false, why: 'unknown' })
  })

  it('knows nothing by a name that it would not give', async () => {
    const store = create()
    expect([await store.readGrant('x', NOW), await store.readCode('x'), await store.readConsent('x', NOW)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(await store.redeemCode('ff-x', undefined, NOW)).toEqual({ ok: false, why: 'unknown' })
    expect(await store.rotateRefresh('x', 'r', next('s'), NOW, 1000)).toEqual({ ok: false, why: 'unknown' })
    expect(await store.revokeGrants({ grantId: 'x' })).toEqual([])
  })

  it('redeems no code after its end, nor one whose grant is gone', async () => {
    const store = create()
    const { named, grantOf, codeOf } = names(store)
    await store.addGrant(grantOf('g'), codeOf('g'), NOW)
    expect(await store.redeemCode(named('g'), undefined, NOW + 1000)).toMatchObject({
      ok: false,
      why: 'expired',
      grant: { id: named('g') },
    })
    expect(await store.readGrant(named('g'), NOW)).toBeUndefined()
    await store.addGrant(grantOf('h'), codeOf('h'), NOW)
    await store.revokeGrants({ grantId: named('h') })
    expect(await store.redeemCode(named('h'), undefined, NOW)).toMatchObject({ ok: false })
  })

  it('has one good refresh token a grant, and the one before it for the grace', async () => {
    const store = create()
    const { named, grantOf, codeOf } = names(store)
    const id = named('g')
    await store.addGrant(grantOf('g'), codeOf('g'), NOW)
    await store.redeemCode(named('g'), { key: 'r1', expiresAt: NOW + 50_000 }, NOW)
    expect(await store.rotateRefresh(id, 'r1', next('r2'), NOW, 1000)).toMatchObject({ ok: true, grant: { id } })
    expect(await store.rotateRefresh(id, 'r1', next('x'), NOW + 999, 1000)).toMatchObject({
      ok: 'again',
      sealedResponse: 'sealed r2',
    })
    expect(await store.rotateRefresh(id, 'r2', next('r3'), NOW + 999, 1000)).toMatchObject({ ok: true })
    expect(await store.rotateRefresh(id, 'r2', next('x'), NOW + 1500, 1000)).toMatchObject({
      ok: 'again',
      sealedResponse: 'sealed r3',
    })
    expect(await store.rotateRefresh(id, 'r1', next('x'), NOW + 1500, 1000)).toMatchObject({
      ok: false,
      why: 'reused',
      grant: { id },
    })
    expect(await store.rotateRefresh(id, 'r3', next('x'), NOW + 1500, 1000)).toEqual({ ok: false, why: 'unknown' })
  })

  it('ends the grace in time, at once when there is none, and a token with its own time', async () => {
    const store = create()
    const { named, grantOf, codeOf } = names(store)
    const begin = async (name: string): Promise<string> => {
      await store.addGrant(grantOf(name), codeOf(name), NOW)
      await store.redeemCode(named(name), { key: 'r1', expiresAt: NOW + 50_000 }, NOW)
      return named(name)
    }
    const a = await begin('a')
    await store.rotateRefresh(a, 'r1', next('r2'), NOW, 1000)
    expect(await store.rotateRefresh(a, 'r1', next('x'), NOW + 1000, 1000)).toMatchObject({ ok: false, why: 'reused' })
    const b = await begin('b')
    await store.rotateRefresh(b, 'r1', next('r2'), NOW, 0)
    expect(await store.rotateRefresh(b, 'r1', next('x'), NOW, 0)).toMatchObject({ ok: false, why: 'reused' })
    const c = await begin('c')
    expect(await store.rotateRefresh(c, 'r1', next('x'), NOW + 50_000, 1000)).toEqual({ ok: false, why: 'expired' })
    expect(await store.rotateRefresh(c, 'r1', next('x'), NOW + 100_000, 1000)).toEqual({ ok: false, why: 'unknown' })
  })

  it('revokes what equals the whole filter, and nothing for an empty one', async () => {
    const store = create()
    const [ada, bob] = [names(store), names(store, 'bob')]
    await store.addGrant(ada.grantOf('g'), undefined, NOW)
    await store.addGrant(ada.grantOf('h', { resource: 'https://d.example' }), undefined, NOW)
    await store.addGrant(bob.grantOf('i', { tenant: undefined }), undefined, NOW)
    expect(await store.revokeGrants({})).toEqual([])
    expect(await store.revokeGrants({ subject: 'ada', tenant: 'other' })).toEqual([])
    expect(await store.revokeGrants({ grantId: bob.named('i'), clientId: 'other' })).toEqual([])
    expect((await store.revokeGrants({ subject: 'ada', resource: 'https://d.example' })).map(({ id }) => id)).toEqual([
      ada.named('h'),
    ])
    expect((await store.revokeGrants({ clientId: 'app' })).map(({ id }) => id).toSorted()).toEqual(
      [ada.named('g'), bob.named('i')].toSorted(),
    )
    expect(await store.readGrant(ada.named('g'), NOW)).toBeUndefined()
  })

  it('lists what equals the whole filter and is alive, in parts, with the time of the last refresh', async () => {
    const store = create()
    const { named, grantOf, codeOf } = names(store)
    const alive = { expiresAt: NOW + 100_000 }
    for (const name of ['c', 'a', 'b']) await store.addGrant(grantOf(name, alive), undefined, NOW)
    await store.addGrant(grantOf('d', { ...alive, tenant: undefined }), undefined, NOW)
    await store.addGrant(grantOf('e', { ...alive, kind: 'client' }), undefined, NOW)
    await store.addGrant(names(store, 'bob').grantOf('f', alive), undefined, NOW)
    await store.addGrant(grantOf('g', { expiresAt: NOW + 1000 }), undefined, NOW)
    const list = async (filter: GrantFilter, limit = 10, after?: string) =>
      (await store.listGrants(filter, { limit, after }, NOW + 1000)).map(({ id }) => id)
    const all = [...['a', 'b', 'c', 'd', 'e'].map(named), names(store, 'bob').named('f')].toSorted()
    expect(await list({})).toEqual(all)
    expect(await list({}, 2)).toEqual(all.slice(0, 2))
    expect(await list({}, 3, all[1])).toEqual(all.slice(2, 5))
    expect(await list({ subject: 'ada' })).toEqual(['a', 'b', 'c', 'd', 'e'].map(named))
    expect(await list({ subject: 'ada', tenant: null })).toEqual([named('d')])
    expect(await list({ subject: 'ada', tenant: 'acme', kind: 'user' })).toEqual(['a', 'b', 'c'].map(named))
    expect(await list({ subject: 'ada' }, 2)).toEqual(['a', 'b'].map(named))
    expect(await list({ subject: 'ada' }, 2, named('b'))).toEqual(['c', 'd'].map(named))
    expect(await list({ grantId: named('a'), subject: 'bob' })).toEqual([])

    await store.addGrant(grantOf('z'), codeOf('z'), NOW)
    await store.redeemCode(named('z'), { key: 'r1', expiresAt: NOW + 50_000 }, NOW)
    const refreshedAt = async () =>
      (await store.listGrants({ grantId: named('z') }, { limit: 1 }, NOW + 600)).map((one) => one.refreshedAt)
    expect(await refreshedAt()).toEqual([undefined])
    await store.rotateRefresh(named('z'), 'r1', next('r2'), NOW + 500, 1000)
    expect(await refreshedAt()).toEqual([NOW + 500])
    expect((await store.revokeGrants({ subject: 'ada', tenant: null, kind: 'user' })).map(({ id }) => id)).toEqual([
      named('d'),
    ])
  })

  it('says once to one, until its end', async () => {
    const store = create()
    expect(await store.once('k', NOW + 1000, NOW)).toBe(true)
    expect(await store.once('k', NOW + 1000, NOW + 999)).toBe(false)
    expect(await store.once('l', NOW + 1000, NOW)).toBe(true)
    expect(await store.once('k', NOW + 3000, NOW + 1000)).toBe(true)
  })

  it('counts in windows', async () => {
    const store = create()
    const hit = (at: number) => store.hit('b', 2, 1000, NOW + at)
    expect([await hit(0), await hit(1), await hit(2), await hit(999)]).toEqual([true, true, false, false])
    expect([await hit(1000), await hit(1001), await hit(1002)]).toEqual([true, true, false])
  })

  it('adds a key after the newest that is good', async () => {
    const store = create()
    const key = (kid: string, signsFrom: number): StoredKey => ({
      kid,
      signsFrom,
      expiresAt: signsFrom + 1000,
      publicJwk: '{}',
      sealedPrivateJwk: 's',
    })
    expect(await store.addKey(key('a', NOW), undefined, NOW)).toBe(true)
    expect(await store.addKey(key('b', NOW), undefined, NOW)).toBe(false)
    expect(await store.addKey(key('b', NOW + 900), 'a', NOW)).toBe(true)
    expect(await store.addKey(key('c', NOW + 900), 'a', NOW)).toBe(false)
    expect((await store.readKeys(NOW)).map(({ kid }) => kid)).toEqual(['a', 'b'])
    expect(await store.readKeys(NOW + 1000)).toEqual([key('b', NOW + 900)])
    expect(await store.readKeys(NOW + 9000)).toEqual([])
    expect(await store.addKey(key('d', NOW + 9000), undefined, NOW + 9000)).toBe(true)
  })

  it('keeps clients while they are used, and consents until they are withdrawn', async () => {
    const store = create()
    expect(await store.addClient({ client, createdAt: NOW, expiresAt: NOW + 1000 }, NOW)).toBe(true)
    expect(await store.addClient({ client, createdAt: NOW, expiresAt: NOW + 1000 }, NOW)).toBe(false)
    await store.touchClient('app', NOW + 5000)
    await store.touchClient('nobody', NOW + 5000)
    expect(await store.readClient('app', NOW + 4999)).toEqual({ client, createdAt: NOW, expiresAt: NOW + 5000 })
    expect(await store.readClient('app', NOW + 5000)).toBeUndefined()
    expect([await store.removeClient('app'), await store.removeClient('app')]).toEqual([true, false])

    const { named } = names(store)
    const consent = {
      key: named('k'),
      userId: 'ada',
      clientId: 'app',
      fingerprint: 'f',
      scopes: ['read'],
      expiresAt: NOW + 1000,
    }
    await store.saveConsent(consent, NOW)
    await store.saveConsent({ ...consent, scopes: ['read', 'write'] }, NOW)
    await store.saveConsent({ ...consent, key: named('l'), clientId: 'other' }, NOW)
    expect(await store.readConsent(named('k'), NOW)).toEqual({ ...consent, scopes: ['read', 'write'] })
    expect(await store.readConsent(named('k'), NOW + 1000)).toBeUndefined()
    await store.removeConsents('ada', 'app')
    expect([await store.readConsent(named('k'), NOW), (await store.readConsent(named('l'), NOW))?.key]).toEqual([
      undefined,
      named('l'),
    ])
    await store.removeConsents('bob', undefined)
    await store.removeConsents('ada', undefined)
    expect(await store.readConsent(named('l'), NOW)).toBeUndefined()
  })

  it('keeps documents until their end, the last of each address, and makes room for new ones', async () => {
    const store = create({ maxEntries: 2 })
    const document = (name: string, ms: number, text = '{}') => ({
      clientId: `https://${name}.example/c`,
      text,
      freshUntil: NOW + 100,
      expiresAt: NOW + ms,
    })
    const read = async (name: string, now = NOW): Promise<unknown> =>
      (await store.readDocument(`https://${name}.example/c`, now))?.text
    await store.saveDocument(document('a', 1000), NOW)
    await store.saveDocument({ ...document('a', 2000, '{"new":1}'), keys: '{"keys":[]}' }, NOW)
    expect(await store.readDocument('https://a.example/c', NOW)).toEqual({
      ...document('a', 2000, '{"new":1}'),
      keys: '{"keys":[]}',
    })
    expect([await read('a', NOW + 1999), await read('a', NOW + 2000), await read('b')]).toEqual([
      '{"new":1}',
      undefined,
      undefined,
    ])
  })

  it('forgets the documents that end first when there are many', async () => {
    const store = create({ maxEntries: 2 })
    const save = (index: number, ms: number) =>
      store.saveDocument(
        { clientId: `https://c.example/${index}`, text: '{}', freshUntil: NOW, expiresAt: NOW + ms },
        NOW,
      )
    // More than all parts of a store together hold.
    for (let index = 0; index < 100; index++) await save(index, 1000 + index)
    await save(99, 9000)
    const there = await Promise.all(
      Array.from({ length: 100 }, async (__, index) => store.readDocument(`https://c.example/${index}`, NOW)),
    )
    const kept = there.flatMap((found, index) => (found ? [index] : []))
    expect(kept.length).toBeLessThanOrEqual(32)
    expect(kept).toContain(99)
    expect(kept).not.toContain(0)
  })

  it('holds so many of each kind, and forgets what has expired to make room', async () => {
    const store = create({ maxEntries: 2 })
    const add = (key: string, createdAt: number) =>
      store.addTransaction({ ...transaction, key, createdAt, expiresAt: createdAt + 1000 })
    expect([await add('a', NOW), await add('b', NOW), await add('c', NOW)]).toEqual([true, true, false])
    expect(await add('c', NOW + 2000)).toBe(true)
    const { named, grantOf, codeOf } = names(store)
    for (const name of ['a', 'b', 'c']) await store.addGrant(grantOf(name), codeOf(name), NOW)
    expect([await store.readGrant(named('b'), NOW), await store.readGrant(named('c'), NOW)]).toEqual([
      grantOf('b'),
      undefined,
    ])
    expect(await store.readCode(named('c'))).toBeUndefined()
    // What cannot be remembered has not been said for the first time.
    expect([
      await store.once('a', NOW + 1, NOW),
      await store.once('b', NOW + 1, NOW),
      await store.once('c', NOW + 1, NOW),
    ]).toEqual([true, true, false])
    const hit = (bucket: string) => store.hit(bucket, 9, 1000, NOW)
    expect([await hit('a'), await hit('b'), await hit('c')]).toEqual([true, true, false])
  })

  it('has a bound', () => {
    expect(() => create({ maxEntries: 0 })).toThrow(RangeError)
  })
})

import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import type { Client } from './client.ts'
import { memoryStore } from './memory-store.ts'
import { sqliteStore } from './node/index.ts'
import type { Code, Grant, GrantFilter, GrantStore, StoredKey, Successor } from './store.ts'
import type { Transaction } from './transaction.ts'

const NOW = 1_800_000_000_000
const folder = mkdtempSync(join(tmpdir(), 'hawser-oauth-'))
let files = 0
afterAll(() => rmSync(folder, { recursive: true, force: true }))

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

const stores: [string, (options?: { readonly maxEntries: number }) => GrantStore][] = [
  ['memory', memoryStore],
  ['SQLite', (options) => sqliteStore(join(folder, `${files++}.db`), options)],
  ['SQLite in memory', (options) => sqliteStore(':memory:', options)],
]

describe.each(stores)('a store in %s', (_, create) => {
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
    expect(await store.addGrant(grant, code, NOW)).toBe(true)
    expect(await store.readCode('c')).toMatchObject(code)
    expect(await store.readGrant('g', NOW)).toEqual(grant)
    const lasting = { ...grant, expiresAt: code.grantExpiresAt }
    expect(await store.redeemCode('c', { key: 'r1', expiresAt: NOW + 50_000 }, NOW)).toEqual({
      ok: true,
      grant: lasting,
    })
    expect(await store.readGrant('g', NOW + 99_999)).toEqual(lasting)
    expect(await store.redeemCode('c', { key: 'r9', expiresAt: NOW + 50_000 }, NOW)).toEqual({
      ok: false,
      why: 'replayed',
      grant: lasting,
    })
    expect(await store.readGrant('g', NOW)).toBeUndefined()
    expect(await store.redeemCode('c', undefined, NOW)).toEqual({ ok: false, why: 'replayed', grant: undefined })
    expect(await store.rotateRefresh('g', 'r1', next('r2'), NOW, 1000)).toMatchObject({ ok: false, why: 'unknown' })
    expect(await store.redeemCode('other', undefined, NOW)).toEqual({ ok: false, why: 'unknown' })
  })

  it('redeems no code after its end, nor one whose grant is gone', async () => {
    const store = create()
    await store.addGrant(grant, code, NOW)
    expect(await store.redeemCode('c', undefined, NOW + 1000)).toMatchObject({
      ok: false,
      why: 'expired',
      grant: { id: 'g' },
    })
    expect(await store.readGrant('g', NOW)).toBeUndefined()
    await store.addGrant({ ...grant, id: 'h' }, { ...code, key: 'd', grantId: 'h' }, NOW)
    await store.revokeGrants({ grantId: 'h' })
    expect(await store.redeemCode('d', undefined, NOW)).toMatchObject({ ok: false })
  })

  it('has one good refresh token a grant, and the one before it for the grace', async () => {
    const store = create()
    await store.addGrant(grant, code, NOW)
    await store.redeemCode('c', { key: 'r1', expiresAt: NOW + 50_000 }, NOW)
    expect(await store.rotateRefresh('g', 'r1', next('r2'), NOW, 1000)).toMatchObject({ ok: true, grant: { id: 'g' } })
    expect(await store.rotateRefresh('g', 'r1', next('x'), NOW + 999, 1000)).toMatchObject({
      ok: 'again',
      sealedResponse: 'sealed r2',
    })
    expect(await store.rotateRefresh('g', 'r2', next('r3'), NOW + 999, 1000)).toMatchObject({ ok: true })
    expect(await store.rotateRefresh('g', 'r2', next('x'), NOW + 1500, 1000)).toMatchObject({
      ok: 'again',
      sealedResponse: 'sealed r3',
    })
    expect(await store.rotateRefresh('g', 'r1', next('x'), NOW + 1500, 1000)).toMatchObject({
      ok: false,
      why: 'reused',
      grant: { id: 'g' },
    })
    expect(await store.rotateRefresh('g', 'r3', next('x'), NOW + 1500, 1000)).toEqual({ ok: false, why: 'unknown' })
  })

  it('ends the grace in time, at once when there is none, and a token with its own time', async () => {
    const store = create()
    const begin = async (id: string) => {
      await store.addGrant({ ...grant, id }, { ...code, key: id, grantId: id }, NOW)
      await store.redeemCode(id, { key: `${id}1`, expiresAt: NOW + 50_000 }, NOW)
    }
    await begin('a')
    await store.rotateRefresh('a', 'a1', next('a2'), NOW, 1000)
    expect(await store.rotateRefresh('a', 'a1', next('x'), NOW + 1000, 1000)).toMatchObject({
      ok: false,
      why: 'reused',
    })
    await begin('b')
    await store.rotateRefresh('b', 'b1', next('b2'), NOW, 0)
    expect(await store.rotateRefresh('b', 'b1', next('x'), NOW, 0)).toMatchObject({ ok: false, why: 'reused' })
    await begin('c')
    expect(await store.rotateRefresh('c', 'c1', next('x'), NOW + 50_000, 1000)).toEqual({ ok: false, why: 'expired' })
    expect(await store.rotateRefresh('c', 'c1', next('x'), NOW + 100_000, 1000)).toEqual({ ok: false, why: 'unknown' })
  })

  it('revokes what equals the whole filter, and nothing for an empty one', async () => {
    const store = create()
    await store.addGrant(grant, undefined, NOW)
    await store.addGrant({ ...grant, id: 'h', resource: 'https://d.example' }, undefined, NOW)
    await store.addGrant({ ...grant, id: 'i', subject: 'bob', tenant: undefined }, undefined, NOW)
    expect(await store.revokeGrants({})).toEqual([])
    expect(await store.revokeGrants({ subject: 'ada', tenant: 'other' })).toEqual([])
    expect(await store.revokeGrants({ grantId: 'i', clientId: 'other' })).toEqual([])
    expect((await store.revokeGrants({ subject: 'ada', resource: 'https://d.example' })).map(({ id }) => id)).toEqual([
      'h',
    ])
    expect((await store.revokeGrants({ clientId: 'app' })).map(({ id }) => id).toSorted()).toEqual(['g', 'i'])
    expect(await store.readGrant('g', NOW)).toBeUndefined()
  })

  it('lists what equals the whole filter and is alive, in parts, with the time of the last refresh', async () => {
    const store = create()
    const add = (id: string, other: Partial<Grant> = {}) =>
      store.addGrant({ ...grant, expiresAt: NOW + 100_000, id, ...other }, undefined, NOW)
    for (const id of ['c', 'a', 'b']) await add(id)
    await add('d', { tenant: undefined })
    await add('e', { kind: 'client' })
    await add('f', { subject: 'bob' })
    await add('g', { expiresAt: NOW + 1000 })
    const list = async (filter: GrantFilter, limit = 10, after?: string) =>
      (await store.listGrants(filter, { limit, after }, NOW + 1000)).map(({ id }) => id)
    expect(await list({})).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
    expect(await list({ subject: 'ada' })).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(await list({ subject: 'ada', tenant: null })).toEqual(['d'])
    expect(await list({ subject: 'ada', tenant: 'acme', kind: 'user' })).toEqual(['a', 'b', 'c'])
    expect(await list({ subject: 'ada' }, 2)).toEqual(['a', 'b'])
    expect(await list({ subject: 'ada' }, 2, 'b')).toEqual(['c', 'd'])
    expect(await list({ grantId: 'a', subject: 'bob' })).toEqual([])

    const code2 = { ...code, key: 'z', grantId: 'z' }
    await store.addGrant({ ...grant, id: 'z' }, code2, NOW)
    await store.redeemCode('z', { key: 'r1', expiresAt: NOW + 50_000 }, NOW)
    const refreshedAt = async () =>
      (await store.listGrants({ grantId: 'z' }, { limit: 1 }, NOW + 600)).map((one) => one.refreshedAt)
    expect(await refreshedAt()).toEqual([undefined])
    await store.rotateRefresh('z', 'r1', next('r2'), NOW + 500, 1000)
    expect(await refreshedAt()).toEqual([NOW + 500])
    expect((await store.revokeGrants({ subject: 'ada', tenant: null, kind: 'user' })).map(({ id }) => id)).toEqual([
      'd',
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

    const consent = {
      key: 'k',
      userId: 'ada',
      clientId: 'app',
      fingerprint: 'f',
      scopes: ['read'],
      expiresAt: NOW + 1000,
    }
    await store.saveConsent(consent, NOW)
    await store.saveConsent({ ...consent, scopes: ['read', 'write'] }, NOW)
    await store.saveConsent({ ...consent, key: 'l', clientId: 'other' }, NOW)
    expect(await store.readConsent('k', NOW)).toEqual({ ...consent, scopes: ['read', 'write'] })
    expect(await store.readConsent('k', NOW + 1000)).toBeUndefined()
    await store.removeConsents('ada', 'app')
    expect([await store.readConsent('k', NOW), (await store.readConsent('l', NOW))?.key]).toEqual([undefined, 'l'])
    await store.removeConsents('bob', undefined)
    await store.removeConsents('ada', undefined)
    expect(await store.readConsent('l', NOW)).toBeUndefined()
  })

  it('holds so many of each kind, and forgets what has expired to make room', async () => {
    const store = create({ maxEntries: 2 })
    const add = (key: string, createdAt: number) =>
      store.addTransaction({ ...transaction, key, createdAt, expiresAt: createdAt + 1000 })
    expect([await add('a', NOW), await add('b', NOW), await add('c', NOW)]).toEqual([true, true, false])
    expect(await add('c', NOW + 2000)).toBe(true)
    for (const id of ['a', 'b', 'c']) await store.addGrant({ ...grant, id }, { ...code, key: id, grantId: id }, NOW)
    expect([await store.readGrant('b', NOW), await store.readGrant('c', NOW), await store.readCode('c')]).toEqual([
      { ...grant, id: 'b' },
      undefined,
      undefined,
    ])
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

describe('a store in a file', () => {
  it('is readable by its owner alone, and outlives the process', async () => {
    const path = join(folder, 'lasting.db')
    {
      using store = sqliteStore(path)
      await store.addGrant(grant, code, NOW)
      expect(store.isLasting).toBe(true)
    }
    using again = sqliteStore(path)
    expect(await again.readGrant('g', NOW)).toEqual(grant)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('opens no file of a newer version, nor one that keeps something else', () => {
    const path = join(folder, 'newer.db')
    const change = (pragma: string) => {
      using database = new DatabaseSync(path)
      database.exec(`PRAGMA ${pragma}`)
    }
    sqliteStore(path).close()
    sqliteStore(path).close()
    change('user_version = 99')
    expect(() => sqliteStore(path)).toThrow(/newer\.db has version 99 of its tables.*newer release/)
    change('application_id = 7')
    expect(() => sqliteStore(path)).toThrow(/something else than the grants/)
  })

  it('takes over a file from before there were versions', async () => {
    const path = join(folder, 'before.db')
    {
      using store = sqliteStore(path)
      await store.addGrant(grant, code, NOW)
    }
    {
      using database = new DatabaseSync(path)
      database.exec('PRAGMA user_version = 0; PRAGMA application_id = 0')
    }
    using store = sqliteStore(path)
    expect(await store.readGrant('g', NOW)).toEqual(grant)
  })
})

import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { connect, mcp, type Principal } from '../index.ts'
import { createVault, type CredentialValues, memoryVault, type VaultOptions, type VaultStore } from '../vault/index.ts'
import { command } from './connect-process.ts'
import { sqliteVault } from './sqlite-vault.ts'

/** Never at rest, never printed. */
const CANARY = 'gho_canary1234567890'
const SECRET = 's'.repeat(32)

function createPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-vault-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'vault.db')
}

function openSqlite(path = createPath(), options?: Parameters<typeof sqliteVault>[1]) {
  const store = sqliteVault(path, options)
  onTestFinished(() => store.close())
  return store
}

const person = (more: Partial<Principal> = {}): Principal => ({
  subject: 'ada',
  scopes: new Set(),
  issuer: 'https://login.example.com',
  clientId: 'app',
  grant: 'g1',
  ...more,
})

type Renew = () => Promise<CredentialValues | undefined>

const open = (
  store: VaultStore,
  more: Partial<VaultOptions<'github' | 'plain'>> = {},
  renew = vi.fn<Renew>(async () => fresh(2)),
) => ({
  renew,
  vaults: createVault({ store, secret: SECRET, services: { github: { renew }, plain: {} }, ...more }),
})

const fresh = (n: number, lasts = 3_600_000): CredentialValues => ({
  accessToken: `${CANARY}-access-${n}`,
  refreshToken: `${CANARY}-refresh-${n}`,
  expiresAt: Date.now() + lasts,
  scopes: ['repo'],
})

afterEach(() => void vi.useRealTimers())

describe.each([
  ['memoryVault', () => memoryVault()],
  ['sqliteVault', () => openSqlite()],
])('a vault in %s', (_, createStore) => {
  it('gives back what was put in, to whom it was put in for, and to nobody else', async () => {
    const { vaults } = open(createStore())
    const ada = vaults.of(person())
    expect(await ada.get('github')).toBeUndefined()
    await ada.put('github', fresh(1))
    expect(await ada.get('github')).toMatchObject({ accessToken: `${CANARY}-access-1`, scopes: ['repo'] })
    const others = [
      { subject: 'eve' },
      { clientId: 'other' },
      { grant: 'g2' },
      { tenant: 'acme' },
      { issuer: 'https://evil' },
    ]
    for (const other of others) expect(await vaults.of(person(other)).get('github')).toBeUndefined()
    expect(await ada.get('plain')).toBeUndefined()
    await expect(vaults.of(undefined).get('github')).rejects.toMatchObject({ code: 'missing_token' })
    await expect(ada.get('constructor' as never)).rejects.toThrow('It knows: github, plain.')
    await ada.remove('github')
    expect(await ada.get('github')).toBeUndefined()
  })

  it('serves all programs of a person, where that is wanted', async () => {
    const { vaults } = open(createStore(), { by: 'person' })
    await vaults.of(person()).put('github', fresh(1))
    expect(await vaults.of(person({ clientId: 'other', grant: 'g2' })).get('github')).toBeDefined()
    expect(await vaults.of(person({ subject: 'eve' })).get('github')).toBeUndefined()
  })

  it('forgets all that was put in under a grant, and nothing else', async () => {
    const { vaults } = open(createStore())
    for (const grant of ['g1', 'g2'])
      for (const service of ['github', 'plain'] as const) await vaults.of(person({ grant })).put(service, fresh(1))
    await vaults.forget(person())
    const left = await Promise.all(
      ['g1', 'g2'].flatMap((grant) => [
        vaults.of(person({ grant })).get('github'),
        vaults.of(person({ grant })).get('plain'),
      ]),
    )
    expect(left.map((each) => each !== undefined)).toEqual([false, false, true, true])
  })

  it('renews once what ends, however many want it', async () => {
    const { vaults, renew } = open(createStore())
    const ada = vaults.of(person())
    await ada.put('github', fresh(1, 30_000))
    const got = await Promise.all(Array.from({ length: 20 }, () => ada.get('github')))
    expect(renew).toHaveBeenCalledTimes(1)
    expect(new Set(got.map((each) => each?.accessToken))).toEqual(new Set([`${CANARY}-access-2`]))
    expect(await ada.get('github')).toMatchObject({ refreshToken: `${CANARY}-refresh-2` })
    expect(renew).toHaveBeenCalledTimes(1)
  })

  it('renews once for two processes that share a store', async () => {
    const store = createStore()
    const held = Promise.withResolvers<void>()
    const renew = vi.fn<Renew>(async () => {
      await held.promise
      return fresh(2)
    })
    const [one, other] = [open(store, {}, renew), open(store, {}, renew)]
    await one.vaults.of(person()).put('github', fresh(1, -1))
    const getting = [one, other].map(({ vaults }) => vaults.of(person()).get('github'))
    await vi.waitUntil(() => renew.mock.calls.length > 0)
    held.resolve()
    const got = await Promise.all(getting)
    expect(renew).toHaveBeenCalledTimes(1)
    expect(got.map((each) => each?.accessToken)).toEqual([`${CANARY}-access-2`, `${CANARY}-access-2`])
  })

  it('goes on with what still holds while it cannot be renewed, and says why when nothing holds', async () => {
    const renew = vi.fn<Renew>(async () => Promise.reject(new Error('503')))
    const { vaults } = open(createStore(), {}, renew)
    const ada = vaults.of(person())
    await ada.put('github', fresh(1, 30_000))
    expect(await ada.get('github')).toMatchObject({ accessToken: `${CANARY}-access-1` })
    await ada.put('github', fresh(1, -1))
    await expect(ada.get('github')).rejects.toThrow('503')
    // The right to renew was given back.
    renew.mockResolvedValue(fresh(2))
    expect(await ada.get('github')).toMatchObject({ accessToken: `${CANARY}-access-2` })
  })

  it('removes what the service gives no more, and keeps a refresh token that is to be used again', async () => {
    const renew = vi.fn<Renew>(async () => ({ accessToken: 'second' }))
    const { vaults } = open(createStore(), {}, renew)
    const ada = vaults.of(person())
    await ada.put('github', fresh(1, -1))
    expect(await ada.get('github')).toMatchObject({ accessToken: 'second', refreshToken: `${CANARY}-refresh-1` })
    renew.mockResolvedValue(undefined)
    expect(await ada.get('github', 'second')).toBeUndefined()
    expect(await ada.get('github')).toBeUndefined()
    expect(renew).toHaveBeenCalledTimes(2)
  })

  it('does not give again what the service has refused', async () => {
    const { vaults, renew } = open(createStore())
    const ada = vaults.of(person())
    await ada.put('github', fresh(1))
    const [one, other] = await Promise.all([1, 2].map(async () => ada.get('github', `${CANARY}-access-1`)))
    expect([one?.accessToken, other?.accessToken]).toEqual([`${CANARY}-access-2`, `${CANARY}-access-2`])
    expect(renew).toHaveBeenCalledTimes(1)
    await ada.put('plain', fresh(1))
    expect(await ada.get('plain', `${CANARY}-access-1`)).toBeUndefined()
  })

  it('gives what was put in while the old was renewed', async () => {
    const held = Promise.withResolvers<void>()
    const renew = vi.fn<Renew>(async () => {
      await held.promise
      return fresh(2)
    })
    const { vaults } = open(createStore(), {}, renew)
    const ada = vaults.of(person())
    await ada.put('github', fresh(1, -1))
    const getting = ada.get('github')
    await vi.waitUntil(() => renew.mock.calls.length > 0)
    await ada.remove('github')
    await ada.put('github', fresh(3))
    held.resolve()
    expect(await getting).toMatchObject({ accessToken: `${CANARY}-access-3` })
    expect(await ada.get('github')).toMatchObject({ accessToken: `${CANARY}-access-3` })
  })

  it('opens what an older secret sealed, and seals anew with the newest', async () => {
    const store = createStore()
    const newest = 'n'.repeat(32)
    await open(store).vaults.of(person()).put('github', fresh(1, 30_000))
    const both = open(store, { secret: [newest, SECRET] })
    expect(await both.vaults.of(person()).get('github')).toMatchObject({ accessToken: `${CANARY}-access-2` })
    expect(await open(store).vaults.of(person()).get('github')).toBeUndefined()
    const { vaults } = open(store, { secret: newest })
    expect(await vaults.of(person()).get('github')).toMatchObject({ accessToken: `${CANARY}-access-2` })
    await both.vaults.forget(person())
    expect(await vaults.of(person()).get('github')).toBeUndefined()
  })

  it.each([
    ['taken away', undefined],
    ['put in anew', `${CANARY}-access-3`],
  ])("leaves be what was %s while an older secret's was renewed", async (what, expected) => {
    const store = createStore()
    await open(store).vaults.of(person()).put('github', fresh(1, -1))
    const held = Promise.withResolvers<void>()
    const renew = vi.fn<Renew>(async () => {
      await held.promise
      return fresh(2)
    })
    const ada = open(store, { secret: ['n'.repeat(32), SECRET] }, renew).vaults.of(person())
    const getting = ada.get('github')
    await vi.waitUntil(() => renew.mock.calls.length > 0)
    if (what === 'taken away') await ada.remove('github')
    else await ada.put('github', fresh(3))
    held.resolve()
    expect((await getting)?.accessToken).toBe(expected)
    expect((await ada.get('github'))?.accessToken).toBe(expected)
  })

  it('forgets what nobody used for long', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { vaults } = open(createStore(), { keep: 1_000 })
    const ada = vaults.of(person())
    await ada.put('plain', fresh(1))
    vi.setSystemTime(Date.now() + 1_001)
    expect(await ada.get('plain')).toBeUndefined()
  })

  it('takes no credentials without end', async () => {
    const { vaults } = open(createStore())
    await expect(vaults.of(person()).put('github', { accessToken: 'x'.repeat(40_000) })).rejects.toThrow(RangeError)
    expect(await vaults.of(person()).get('github')).toBeUndefined()
  })
})

describe('what is kept', () => {
  it('TA47: says neither what it is nor whose, and cannot be moved to somebody else', async () => {
    const path = createPath()
    const store = openSqlite(path)
    const { vaults } = open(store)
    await vaults.of(person({ subject: 'ada@example.com' })).put('github', fresh(1))
    await vaults.of(person({ subject: 'eve@example.com' })).put('github', fresh(2))
    const files = readdirSync(join(path, '..')).map((name) => join(path, '..', name))
    for (const file of files) {
      expect(readFileSync(file, 'latin1')).not.toMatch(/canary|ada@|eve@|github|login\.example|refreshToken/)
      expect(process.platform === 'win32' ? 0 : statSync(file).mode & 0o077).toBe(0)
    }
    // Somebody who can write to the store gives eve what is ada's.
    const moved: VaultStore = {
      ...store,
      read: async (id) => {
        const own = store.read(id)
        const [other] = [...seen].filter((each) => each !== id)
        seen.add(id)
        const taken = other === undefined ? undefined : await store.read(other)
        return taken === undefined ? own : { ...taken, id }
      },
    }
    const seen = new Set<string>()
    const thief = open(moved).vaults
    expect(await thief.of(person({ subject: 'ada@example.com' })).get('github')).toBeDefined()
    expect(await thief.of(person({ subject: 'eve@example.com' })).get('github')).toBeUndefined()
  })

  it('opens for nobody without the secret', async () => {
    const store = openSqlite()
    await open(store).vaults.of(person()).put('github', fresh(1))
    expect(
      await open(store, { secret: 'o'.repeat(32) })
        .vaults.of(person())
        .get('github'),
    ).toBeUndefined()
  })

  it('is bounded', async () => {
    for (const store of [memoryVault({ maxCredentials: 1 }), openSqlite(createPath(), { maxCredentials: 1 })]) {
      const { vaults } = open(store)
      await vaults.of(person()).put('github', fresh(1))
      await vaults.of(person()).put('github', fresh(2))
      await expect(vaults.of(person()).put('plain', fresh(1))).rejects.toThrow('The vault is full.')
    }
    expect(() => memoryVault({ maxCredentials: 0 })).toThrow(RangeError)
    expect(() => sqliteVault('x', { maxCredentials: 0 })).toThrow(RangeError)
    expect(() => open(memoryVault(), { secret: 'short' })).toThrow(RangeError)
    expect(() => open(memoryVault(), { secret: [] })).toThrow(RangeError)
    expect(() => open(memoryVault(), { margin: 0 })).toThrow(RangeError)
  })
})

describe('credentials', () => {
  it('say themselves to nobody who prints them', async () => {
    const { vaults } = open(memoryVault())
    await vaults.of(person()).put('github', fresh(1))
    const got = await vaults.of(person()).get('github')
    const { accessToken } = got!
    expect(accessToken).toBe(`${CANARY}-access-1`)
    for (const printed of [
      String(got),
      JSON.stringify({ got }),
      inspect({ got }, { depth: 9 }),
      Object.keys(got!).join(),
    ])
      expect(printed).not.toContain('canary')
  })
})

describe('a handler', () => {
  it('TR20: finds what its caller gave for another service, and no token of its own', async () => {
    const { vaults } = open(memoryVault())
    const app = mcp({
      name: 'issues',
      version: '1.0.0',
      context: ({ principal }) => ({ vault: vaults.of(principal) }),
    })
    const seen: unknown[] = []
    const count = app.tool({
      description: 'Count issues.',
      effect: 'read',
      run: async (__, { vault, principal }) => {
        seen.push(principal)
        return (await vault.get('github'))?.accessToken.slice(-8) ?? 'Connect GitHub first.'
      },
    })
    const client = await connect(app.server({ tools: { count } }), { as: { subject: 'ada' } })
    expect(await client.tools.count()).toBe('Connect GitHub first.')
    await vaults.of({ subject: 'ada', scopes: new Set() }).put('github', fresh(1))
    expect(await client.tools.count()).toBe('access-1')
    expect(JSON.stringify(seen)).not.toMatch(/token|Bearer/i)
  })
})

describe('both stores', () => {
  const { constantFrom, integer, nat, oneof, record } = fc
  const id = constantFrom('a', 'b', 'c')
  const step = oneof(
    record({ do: constantFrom('put' as const), id, owner: constantFrom('x', 'y'), keeps: nat(3) }),
    record({
      do: constantFrom('replace' as const, 'claim' as const, 'release' as const),
      id,
      behind: integer({ min: -1, max: 2 }),
    }),
    record({ do: constantFrom('remove' as const, 'removeOwner' as const), id: constantFrom('a', 'x') }),
    record({ do: constantFrom('wait' as const), ms: integer({ min: 1, max: 2 }) }),
  )
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
  const take = async (store: VaultStore, each: Step): Promise<unknown> => {
    if (each.do === 'wait') return void vi.setSystemTime(Date.now() + each.ms)
    if (each.do === 'put')
      return store.put({ id: each.id, owner: each.owner, keptUntil: Date.now() + each.keeps, sealed: 'put' })
    if (!('behind' in each)) return each.do === 'remove' ? store.remove(each.id) : store.removeOwner(each.id)
    const version = ((await store.read(each.id))?.version ?? 1) + each.behind
    if (each.do === 'replace')
      return store.replace({ id: each.id, owner: 'x', version, keptUntil: Date.now() + 2, sealed: 'replaced' })
    return each.do === 'claim' ? store.claim(each.id, version, Date.now() + 2) : store.release(each.id, version)
  }
  const run = async (store: VaultStore, steps: readonly Step[]): Promise<unknown[]> => {
    vi.setSystemTime(1_000)
    const results: unknown[] = []
    for (const each of steps) {
      results.push(await take(store, each))
      for (const one of ['a', 'b', 'c']) results.push({ ...(await store.read(one)), owner: undefined })
    }
    return results
  }

  it('do the same, whatever is done', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        using file = sqliteVault(':memory:', { maxCredentials: 2 })
        expect(await run(file, steps)).toEqual(await run(memoryVault({ maxCredentials: 2 }), steps))
      }),
    )
  })
})

describe('processes that share a file', { timeout: 60_000 }, () => {
  it('renew once', async () => {
    const path = createPath()
    const store = openSqlite(path)
    const { vaults } = open(store)
    await vaults.of({ subject: 'local', scopes: new Set() }).put('github', fresh(1, -1))
    const file = join(import.meta.dirname, 'fixtures/vault-server.ts')
    const links = Array.from({ length: 3 }, () =>
      command(process.execPath, ['--conditions=hawser-source', '--no-warnings', file, path, SECRET]),
    )
    const clients = await Promise.all(links.map((link) => connect(link)))
    onTestFinished(async () => void (await Promise.all(clients.map((client) => client.close()))))
    await Promise.all(clients.map((client) => client.discover()))
    const results = await Promise.all(clients.flatMap((client) => [1, 2, 3].map(() => client.call('token'))))
    const tokens = results.map(({ content }) => JSON.stringify(content))
    expect(new Set(tokens).size).toBe(1)
    expect(tokens[0]).toMatch(/renewed by \d+/)
  })
})

import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { connect, mcp } from '../index.ts'
import { CANARY, fresh, open, person, SECRET, testVaults } from '../vault/fixtures/vault-suite.ts'
import { memoryVault, type VaultStore } from '../vault/index.ts'
import { command } from './connect-process.ts'
import { sqliteVault } from './sqlite-vault.ts'

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

afterEach(() => void vi.useRealTimers())

describe.each([
  ['memoryVault', () => memoryVault()],
  ['sqliteVault', () => openSqlite()],
])('a vault in %s', (_, createStore) => {
  testVaults(createStore)
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

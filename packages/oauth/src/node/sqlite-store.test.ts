import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import type { Grant } from '../store.ts'
import { sqliteStore } from './sqlite-store.ts'

const NOW = 1_800_000_000_000
const grant: Grant = {
  id: 'g',
  clientId: 'app',
  subject: 'ada',
  kind: 'user',
  tenant: undefined,
  resource: 'https://n.example',
  scopes: ['read'],
  createdAt: NOW,
  expiresAt: NOW + 2000,
}

const folder = mkdtempSync(join(tmpdir(), 'hawser-oauth-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a store in a file', () => {
  it('is readable by its owner alone, and outlives the process', async () => {
    const path = join(folder, 'lasting.db')
    {
      using store = sqliteStore(path)
      await store.addGrant(grant, undefined, NOW)
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
      await store.addGrant(grant, undefined, NOW)
    }
    {
      using database = new DatabaseSync(path)
      database.exec('PRAGMA user_version = 0; PRAGMA application_id = 0')
    }
    using store = sqliteStore(path)
    expect(await store.readGrant('g', NOW)).toEqual(grant)
  })
})

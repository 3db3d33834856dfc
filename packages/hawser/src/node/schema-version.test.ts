import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openAudit } from './audit/open-audit.ts'
import { openSqlite } from './open-sqlite.ts'
import type { Schema } from './schema-version.ts'
import { sqliteAudit } from './audit/sqlite-audit.ts'
import { sqliteTasks } from './sqlite-tasks.ts'
import { sqliteVault } from './sqlite-vault.ts'

function createPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-schema-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'x.db')
}

function execute(path: string, statements: string): void {
  const database = new DatabaseSync(path)
  database.exec(statements)
  database.close()
}

const first: Schema = {
  kind: 'films',
  applicationId: 7,
  versions: ['CREATE TABLE IF NOT EXISTS films (name TEXT) STRICT'],
}
const second: Schema = { ...first, versions: [...first.versions, 'ALTER TABLE films ADD COLUMN year INTEGER'] }

describe('the version of a file', () => {
  it('is brought up to the newest, with what is in it', () => {
    const path = createPath()
    openSqlite(path, first).close()
    execute(path, `INSERT INTO films VALUES ('Alien')`)
    for (let times = 0; times < 2; times++) {
      const database = openSqlite(path, second)
      expect(database.prepare('SELECT name, year FROM films').all()).toEqual([{ name: 'Alien', year: null }])
      expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 2 })
      database.close()
    }
    expect(() => openSqlite(path, first)).toThrow(/x\.db has version 2 of its tables, and only 1 is known here/)
  })

  it('is given to a file from before there were versions', () => {
    const path = createPath()
    execute(path, `${first.versions[0]}; INSERT INTO films VALUES ('Alien')`)
    const database = openSqlite(path, second)
    expect(database.prepare('SELECT name FROM films').all()).toEqual([{ name: 'Alien' }])
    database.close()
  })

  it('stays what it was when a step fails', () => {
    const path = createPath()
    openSqlite(path, first).close()
    expect(() => openSqlite(path, { ...second, versions: [...second.versions, 'CREATE TABLE'] })).toThrow('incomplete')
    const database = openSqlite(path, second)
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 2 })
    database.close()
  })
})

const uses: readonly (readonly [string, (path: string) => Promise<unknown>])[] = [
  ['sqliteTasks', async (path) => sqliteTasks(path).read('x')],
  ['sqliteVault', async (path) => sqliteVault(path).read('x')],
  [
    'sqliteAudit',
    async (path) => {
      await using sink = sqliteAudit(path)
      await sink.append([], undefined)
    },
  ],
]

describe.each(uses)('%s', (name, use) => {
  it('opens its own file again, none of a newer version, and none that keeps something else', async () => {
    const path = createPath()
    await use(path)
    await use(path)
    for (const [, useOther] of uses.filter(([other]) => other !== name)) {
      await expect(useOther(path)).rejects.toThrow(/Give each store a file of its own/)
    }
    execute(path, 'PRAGMA user_version = 99')
    await expect(use(path)).rejects.toThrow(/has version 99 .* newer release/)
  })

  it('leaves alone what another program keeps without saying so', async () => {
    const path = createPath()
    execute(path, `CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('High water at seven.')`)
    await expect(use(path)).rejects.toThrow(/keeps something else than .* Give each store a file of its own/)
    const database = new DatabaseSync(path)
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 0 })
    expect(database.prepare(`SELECT name FROM sqlite_schema`).all()).toEqual([{ name: 'notes' }])
    database.close()
  })
})

describe('openAudit', () => {
  it('reads no file of a newer version, nor of something else', async () => {
    const path = createPath()
    await using sink = sqliteAudit(path)
    await sink.append([], undefined)
    execute(path, 'PRAGMA user_version = 99')
    const source = await openAudit(path)
    expect(() => source.heads()).toThrow(/newer release/)
    const other = createPath()
    execute(other, 'PRAGMA application_id = 7')
    const { heads } = await openAudit(other)
    expect(() => heads()).toThrow(/something else than an audit log/)
  })
})

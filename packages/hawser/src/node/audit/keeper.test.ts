import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { audit, verifyAudit } from '../../audit/index.ts'
import { KEY, record } from '../../audit/fixtures/record.ts'
import { createAuditKeys } from '../../audit/keys.ts'
import type { LogEntry } from '../../call/index.ts'
import { connect, mcp } from '../../index.ts'
import { createKeeper } from './keeper.ts'
import { createJsonlStore } from './jsonl-store.ts'
import { openAudit } from './open-audit.ts'
import { createSqliteStore } from './sqlite-store.ts'

const sealKey = await createAuditKeys(KEY).forHeads()

const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name)

/** A log that the module of this name keeps in a thread; the first one may be of another. */
function createLog(module: string, kind: 'jsonl' | 'sqlite' = 'jsonl', first = module) {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-audit-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'audit.log')
  const logged: LogEntry[] = []
  const log = (entry: LogEntry): void => void logged.push(entry)
  let started = 0
  const find = (): URL => pathToFileURL(fixture(started++ === 0 ? first : module))
  const jsonl = { kind: 'jsonl', path, maxBytes: 1e6, maxTenants: 10 } as const
  const sqlite = { kind: 'sqlite', path } as const
  const { sink, forget } =
    kind === 'jsonl'
      ? createKeeper(jsonl, createJsonlStore(jsonl), { log }, find)
      : createKeeper(sqlite, createSqliteStore(sqlite), { log }, find)
  onTestFinished(() => sink.close())
  const verify = async (retained = false) => verifyAudit(await openAudit(path), { key: KEY, retained })
  let records = 0
  /** Writes until the thread does. */
  const untilApart = async (): Promise<number> => {
    await vi.waitUntil(
      async () => {
        await sink.append([record(`id-${++records}`)], sealKey)
        return existsSync(`${path}.apart`)
      },
      { timeout: 10_000, interval: 5 },
    )
    return records
  }
  return { path, sink, forget, log, logged, verify, untilApart, started: () => started }
}

function createServer({ sink, log }: ReturnType<typeof createLog>, mode: 'best-effort' | 'required') {
  const ran: string[] = []
  const keep = audit({ sink, key: KEY, mode, log })
  const app = mcp({
    name: 'notes',
    version: '1.0.0',
    log: () => {},
    scopes: { wipe: { title: 'w', risk: 'critical' } },
  })
  const wipe = app.tool({
    description: 'Wipe',
    effect: 'write',
    scopes: ['wipe'],
    run: () => (ran.push('wipe'), 'gone'),
  })
  return { server: app.server({ tools: { wipe }, use: [keep] }), keep, ran }
}

const ada = { subject: 'ada', scopes: ['wipe'] }

describe('a thread that keeps an audit log', () => {
  it('is said to have broken when it did, and what it was writing waits for the next', async () => {
    const log = createLog('breaking-thread.ts')
    const { server, keep } = createServer(log, 'best-effort')
    const client = await connect(server, { as: ada })
    const before = await log.untilApart()
    writeFileSync(`${log.path}.break`, '')
    await client.call('wipe')
    await keep.close()
    expect(log.logged).toMatchObject([
      {
        level: 'error',
        message: 'The audit log cannot be written; 2 records wait.',
        cause: { message: 'The thread that keeps the audit log ended.', cause: { message: 'out of memory' } },
      },
    ])
    rmSync(`${log.path}.break`)
    await keep.close()
    expect(await log.verify()).toMatchObject({ ok: true, records: before + 1 })
    expect(log.logged.map(({ level }) => level)).toEqual(['error', 'warn'])
  })

  it('TR25: has nothing run in required mode while it breaks', async () => {
    const log = createLog('breaking-thread.ts')
    const { server, ran } = createServer(log, 'required')
    const client = await connect(server, { as: ada })
    await log.untilApart()
    writeFileSync(`${log.path}.break`, '')
    await expect(client.call('wipe')).rejects.toMatchObject({ code: 'unavailable' })
    expect(ran).toEqual([])
    rmSync(`${log.path}.break`)
    await client.call('wipe')
    expect(ran).toEqual(['wipe'])
    expect(await log.verify()).toMatchObject({ ok: true })
  })

  it('is done without where it cannot be started, such as in a bundle, and that is said once', async () => {
    const log = createLog('nowhere.ts')
    await log.sink.append([record('1')], sealKey)
    await vi.waitUntil(() => log.logged.length > 0)
    await log.sink.append([record('2')], sealKey)
    expect(log.logged).toMatchObject([{ level: 'warn', message: expect.stringContaining('no other could be started') }])
    expect(await log.verify()).toMatchObject({ ok: true, records: 2 })
  })

  it('goes on when one ends that was closed before it was there', async () => {
    const log = createLog('breaking-thread.ts', 'jsonl', 'lingering-thread.ts')
    await log.sink.append([record('early')], sealKey)
    await log.sink.close()
    await log.untilApart()
    writeFileSync(`${log.path}.leave`, '')
    await vi.waitUntil(() => existsSync(`${log.path}.left`), { timeout: 10_000 })
    for (let n = 0; n < 20; n++) await log.sink.append([record(`late-${n}`)], sealKey)
    expect(log.started()).toBe(2)
    expect(await log.verify()).toMatchObject({ ok: true })
  })

  it('keeps no process alive that has nothing to write any more', async () => {
    const { path, verify } = createLog('nowhere.ts')
    const args = ['--conditions=hawser-source', '--no-warnings', fixture('audited-once.ts'), path]
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 10_000 })
    expect(stdout).toBe('written\n')
    expect(await verify()).toMatchObject({ records: 1 })
  })

  it.each(['jsonl', 'sqlite'] as const)('goes on where the other ended, whoever writes (%s)', async (kind) => {
    const log = createLog('breaking-thread.ts', kind)
    await log.sink.append([record('old', { ts: '2025-01-01T00:00:00.000Z' })], sealKey)
    const first = await log.untilApart()
    await log.sink.close()
    rmSync(`${log.path}.apart`)
    expect(await log.verify()).toMatchObject({ ok: true, records: first + 1 })
    const all = await log.untilApart()
    expect(await log.verify()).toMatchObject({ ok: true, records: all + 1 })
    expect(await log.forget(new Date('2026-01-01'))).toBe(kind === 'sqlite' ? 1 : 0)
    expect(await log.verify(true)).toMatchObject({ ok: true, records: kind === 'sqlite' ? all : all + 1 })
    expect(log.logged).toEqual([])
  })
})

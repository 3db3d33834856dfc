import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type AuditSink, readAuditEvent, verifyAudit } from '../../audit/index.ts'
import { KEY, record } from '../../audit/fixtures/record.ts'
import { createAuditKeys } from '../../audit/keys.ts'
import { command } from '../connect-process.ts'
import { connect } from '../../index.ts'
import { jsonlAudit, type JsonlAuditOptions } from './jsonl-audit.ts'
import { openAudit } from './open-audit.ts'
import { sqliteAudit } from './sqlite-audit.ts'

const sealKey = await createAuditKeys(KEY).forHeads()

function createPath(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-audit-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, name)
}

function openJsonl(path: string, options?: JsonlAuditOptions) {
  const sink = jsonlAudit(path, options)
  onTestFinished(() => sink.close())
  return sink
}

function openSqlite(path: string) {
  const sink = sqliteAudit(path)
  onTestFinished(() => sink.close())
  return sink
}

const write = async (sink: AuditSink, from: number, to = from, tenant = 'default') => {
  for (let n = from; n <= to; n++) await sink.append([record(`id-${n}`, { tenant })], sealKey)
}

const verify = async (...paths: readonly [string, ...string[]]) => verifyAudit(await openAudit(...paths), { key: KEY })
const problemsOf = async (...paths: readonly [string, ...string[]]) => {
  const { problems } = await verify(...paths)
  return problems.map(({ kind, seq, upTo = seq }) => `${kind} ${seq}-${upTo}`)
}

describe.each([
  ['jsonlAudit', 'audit.jsonl', openJsonl],
  ['sqliteAudit', 'audit.db', openSqlite],
] as const)('%s', (_, name, open) => {
  it('keeps records in a file that only its owner may read, and opens it when it is needed', async () => {
    const path = createPath(name)
    const sink = open(path)
    expect(() => statSync(path)).toThrow('ENOENT')
    await write(sink, 1, 3)
    for (const file of process.platform === 'win32' ? [] : readdirSync(join(path, '..')))
      expect([file, statSync(join(path, '..', file)).mode & 0o077]).toEqual([file, 0])
    expect(await verify(path)).toMatchObject({ ok: true, records: 3, unreadable: 0 })
  })

  it('goes on where it ended after a restart, each tenant with its own chain', async () => {
    const path = createPath(name)
    const first = open(path)
    await write(first, 1, 3)
    await write(first, 1, 2, 'acme')
    await first.close()
    const second = open(path)
    await write(second, 4, 5)
    await write(second, 3, 3, 'acme')
    const { ok, records, tenants } = await verify(path)
    expect({ ok, records }).toEqual({ ok: true, records: 8 })
    expect([...tenants].map(([tenant, { from, to }]) => [tenant, from, to])).toEqual([
      ['default', 1, 5],
      ['acme', 1, 3],
    ])
  })

  it('tells tenants apart whatever an issuer calls them', async () => {
    const path = createPath(name)
    const sink = open(path)
    const names = ['\ud800', '\ud801', '\ufffd', '"\\ud800"', '__proto__', 'a\0b', 'a\0c', '']
    for (const tenant of names) await write(sink, 1, 2, tenant)
    const { ok, records, tenants } = await verify(path)
    expect({ ok, records }).toEqual({ ok: true, records: 2 * names.length })
    expect([...tenants.keys()]).toEqual(names)
  })

  it('links records that come at the same time in their order, and those of one batch to each other', async () => {
    const path = createPath(name)
    const sink = open(path)
    await Promise.all(
      Array.from({ length: 20 }, async (__, n) => sink.append([record(`a${n}`), record(`b${n}`)], sealKey)),
    )
    const { ok, records } = await verify(path)
    expect({ ok, records }).toEqual({ ok: true, records: 40 })
  })

  it('TR26: shows what was taken from its end, also when it was written to afterwards', async () => {
    const path = createPath(name)
    const first = open(path)
    await write(first, 1, 5)
    await first.close()
    if (name === 'audit.db') {
      const database = new DatabaseSync(path)
      database.exec('DELETE FROM audit WHERE seq > 3')
      database.close()
    } else {
      const lines = readFileSync(path, 'utf8').split('\n')
      truncateSync(path, lines.slice(0, 3).join('\n').length + 1)
    }
    expect(await problemsOf(path)).toEqual(['missing 4-5'])
    await write(open(path), 6, 7)
    expect(await problemsOf(path)).toEqual(['missing 4-5'])
  })

  it('TR26: shows that a record was edited, deleted or moved in the file', async () => {
    const path = createPath(name)
    const sink = open(path)
    await write(sink, 1, 6)
    await sink.close()
    if (name === 'audit.db') {
      const database = new DatabaseSync(path)
      database.exec(`UPDATE audit SET body = replace(body, '"sub":"ada"', '"sub":"eve"') WHERE seq = 2;
        DELETE FROM audit WHERE seq = 4; UPDATE audit SET at = 100 WHERE seq = 5`)
      database.close()
    } else {
      const [a, b, c, , e, f] = readFileSync(path, 'utf8').split('\n')
      writeFileSync(path, [a, b?.replace('"sub":"ada"', '"sub":"eve"'), c, f, e, ''].join('\n'))
    }
    expect(await problemsOf(path)).toEqual(['edited 2-2', 'reordered 5-5', 'missing 4-4'])
  })

  it('keeps nothing of a batch that cannot be written', async () => {
    const path = createPath(name)
    const sink = open(path)
    await write(sink, 1, 2)
    const loop: { self?: unknown } = {}
    loop.self = loop
    const bad = record('bad', { op: { kind: 'tool', name: 'x', risk: 'low', argsRedacted: loop } })
    await expect(async () => sink.append([record('good'), bad], sealKey)).rejects.toThrow()
    await write(sink, 3, 3)
    const { ok, records } = await verify(path)
    expect({ ok, records }).toEqual({ ok: true, records: 3 })
    await expect(async () => open(join(path, 'no', 'folder')).append([record('x')], sealKey)).rejects.toThrow(
      /ENOTDIR|ENOENT/,
    )
  })
})

describe('jsonlAudit', () => {
  it('goes on after a crash in the middle of a line, and before its end was noted', async () => {
    const path = createPath('audit.jsonl')
    const first = openJsonl(path)
    await write(first, 1, 3)
    const noted = readFileSync(`${path}.head`, 'utf8')
    await write(first, 4, 5)
    await first.close()
    writeFileSync(`${path}.head`, noted)
    appendFileSync(path, '{"client":{"kind":"no')
    await write(openJsonl(path), 6, 6)
    expect(await verify(path)).toMatchObject({ ok: true, records: 6, unreadable: 1 })
    rmSync(`${path}.head`)
    expect(await problemsOf(path)).toEqual(['unsealed 6-6'])
    await write(openJsonl(path), 7, 7)
    expect(await verify(path)).toMatchObject({ ok: true, records: 7 })
  })

  it('puts full files away, and is one chain across all of them', async () => {
    const path = createPath('audit.jsonl')
    await write(openJsonl(path, { maxBytes: 2_000 }), 1, 3)
    await write(openJsonl(path, { maxBytes: 2_000 }), 4, 9)
    const files = readdirSync(join(path, '..')).toSorted()
    expect(files.slice(0, 3)).toEqual(['audit.jsonl', 'audit.jsonl.000001', 'audit.jsonl.000002'])
    for (const file of files.filter((each) => !each.endsWith('.head')))
      expect(statSync(join(path, '..', file)).size).toBeLessThanOrEqual(2_000)
    expect(await verify(path)).toMatchObject({ ok: true, records: 9 })
    rmSync(`${path}.000002`)
    expect(await problemsOf(path)).toEqual([expect.stringMatching(/^missing 3-\d$/)])
  })

  it('goes on in a new file when another program put the old one away', async () => {
    const path = createPath('audit.jsonl')
    const sink = openJsonl(path)
    await write(sink, 1, 2)
    renameSync(path, `${path}.1`)
    await write(sink, 3, 4)
    await sink.close()
    renameSync(path, `${path}.2`)
    await write(openJsonl(path), 5, 5)
    expect(await verify(`${path}.1`, `${path}.2`, path)).toMatchObject({ ok: true, records: 5 })
    expect(await problemsOf(path)).toEqual(['missing 1-4'])
  })

  it('says so when somebody else writes to the file, and goes on with what is there', async () => {
    const path = createPath('audit.jsonl')
    // Whoever opens the file anew reads what others wrote, as a thread does when it takes over.
    const [one, other] = [openJsonl(path, { thread: false }), openJsonl(path, { thread: false })]
    await write(one, 1)
    await write(other, 2)
    await expect(write(one, 3)).rejects.toThrow('Give each process a file of its own, or use sqliteAudit.')
    await write(one, 3)
    expect(await verify(path)).toMatchObject({ ok: true, records: 3 })
  })

  it('has room for so many tenants', async () => {
    const path = createPath('audit.jsonl')
    const sink = openJsonl(path, { maxTenants: 2 })
    await write(sink, 1, 1, 'a')
    await write(sink, 1, 1, '__proto__')
    await expect(write(sink, 1, 1, 'c')).rejects.toThrow('room for 2 tenants')
    await write(sink, 2, 2, '__proto__')
    await sink.close()
    await write(openJsonl(path), 3, 3, '__proto__')
    expect(await verify(path)).toMatchObject({ ok: true, records: 4 })
  })

  it('takes no bounds that cannot work', () => {
    expect(() => jsonlAudit('x', { maxBytes: 0 })).toThrow(RangeError)
    expect(() => jsonlAudit('x', { maxTenants: Number.NaN })).toThrow(RangeError)
  })
})

describe('sqliteAudit', () => {
  it('is one chain of several processes', { timeout: 60_000 }, async () => {
    const path = createPath('audit.db')
    const file = join(import.meta.dirname, 'fixtures/audited-server.ts')
    const links = Array.from({ length: 3 }, () =>
      command(process.execPath, ['--conditions=hawser-source', '--no-warnings', file, path, KEY]),
    )
    const clients = await Promise.all(links.map((link) => connect(link)))
    await Promise.all(clients.flatMap((client) => Array.from({ length: 40 }, () => client.call('hello'))))
    await Promise.all(clients.map((client) => client.close()))
    const { ok, records, found } = await verify(path)
    expect({ ok, found }).toEqual({ ok: true, found: 0 })
    // Calls that last have two.
    expect(records).toBeLessThanOrEqual(240)
    let ended = 0
    for await (const line of (await openAudit(path)).lines()) if (readAuditEvent(line)?.outcome !== undefined) ended++
    expect(ended).toBe(120)
  })

  it('can be read while it is written, and forgets what is old enough', async () => {
    const path = createPath('audit.db')
    const sink = openSqlite(path)
    await sink.append([record('1', { ts: '2025-01-01T00:00:00.000Z' })], sealKey)
    await write(sink, 2, 3)
    expect(await verify(path)).toMatchObject({ ok: true, records: 3 })
    expect(await sink.forget(new Date('2026-01-01'))).toBe(1)
    expect(await problemsOf(path)).toEqual(['missing 1-1'])
    const source = await openAudit(path)
    expect(await verifyAudit(source, { key: KEY, retained: true })).toMatchObject({ ok: true, records: 2 })
  })

  it('goes on behind its last record when the note of its end was deleted', async () => {
    const path = createPath('audit.db')
    const sink = openSqlite(path)
    await write(sink, 1, 2)
    const database = new DatabaseSync(path)
    database.exec('DELETE FROM audit_heads')
    database.close()
    expect(await problemsOf(path)).toEqual(['unsealed 2-2'])
    await write(sink, 3, 3)
    expect(await verify(path)).toMatchObject({ ok: true, records: 3 })
  })
})

describe('openAudit', () => {
  it('reads a folder as it was copied from a bucket: its files by their names, and the note of their ends', async () => {
    const path = createPath('audit.jsonl')
    await write(openJsonl(path), 1, 4)
    const [a, b, c, d] = readFileSync(path, 'utf8').split('\n')
    const folder = createPath('audit')
    const files = {
      '2026-11-20/23-59-59.999-0000000001.jsonl': `${a}\n${b}\n`,
      '2026-11-21/00-00-00.001-0000000002.jsonl': `${c}\n`,
      '2026-11-21/00-00-00.001-0000000003.jsonl': `${d}\n`,
    }
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(folder, 'log', name, '..'), { recursive: true })
      writeFileSync(join(folder, 'log', name), text)
    }
    mkdirSync(join(folder, 'refused'))
    writeFileSync(join(folder, 'refused', 'x.json'), '{"body":"nonsense"}')
    expect(await problemsOf(folder)).toEqual(['unsealed 4-4'])
    writeFileSync(join(folder, 'head.json'), readFileSync(`${path}.head`))
    expect(await verify(folder)).toMatchObject({ ok: true, records: 4, unreadable: 0 })
    rmSync(join(folder, 'log', '2026-11-21/00-00-00.001-0000000003.jsonl'))
    expect(await problemsOf(folder)).toEqual(['missing 4-4'])
    await expect(openAudit(join(folder, 'refused'))).rejects.toThrow('There is no file ….jsonl in the folder')
  })

  it('says that there is no such file', async () => {
    await expect(openAudit('/nowhere/audit.jsonl')).rejects.toThrow('There is no file /nowhere/audit.jsonl.')
  })
})

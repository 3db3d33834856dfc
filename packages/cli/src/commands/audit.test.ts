import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type Interceptor, mcp } from 'hawser'
import { audit, auditEvents, type AuditSink } from 'hawser/audit'
import { jsonlAudit } from 'hawser/node'
import { sqliteAudit } from 'hawser/node/sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../fixtures/run-cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'audit-'))
afterAll(() => rmSync(folder, { recursive: true }))
const [jsonl, sqlite] = [join(folder, 'audit.jsonl'), join(folder, 'audit.db')]
const AUDIT_KEY = 'k'.repeat(40)
const client = 'https://app.example.com/client.json'

/** Ada lets an app read and write and share; it reads and writes, and tries to administer. */
async function write(sink: AuditSink): Promise<void> {
  const scopes = { 'notes:read': 'Read', 'notes:write': 'Write', 'notes:share': 'Share', 'notes:admin': 'Administer' }
  const app = mcp({ name: 'notes', version: '1.0.0', scopes, log: () => {} })
  const tool = (scope: keyof typeof scopes) =>
    app.tool({ description: scope, effect: 'write', scopes: [scope], run: () => 'done' })
  const signedIn: Interceptor = (next) => (call) =>
    next({ ...call, principal: { ...call.principal!, issuer: 'https://login.example.com', clientId: client } })
  const server = app.server({
    tools: { search: tool('notes:read'), save: tool('notes:write'), admit: tool('notes:admin') },
    use: [signedIn, audit({ sink, key: AUDIT_KEY })],
  })
  const tell = auditEvents({ sink, key: AUDIT_KEY })
  const granted = ['notes:read', 'notes:write', 'notes:share']
  await tell({ type: 'consent.approved', subject: 'ada', clientId: client, scopes: granted })
  await tell.close()
  const ada = await connect(server, { as: { subject: 'ada', scopes: granted } })
  for (const name of ['search', 'search', 'save', 'admit']) await ada.call(name).catch(() => {})
  const eve = await connect(server, { as: { subject: '\u001b[31meve', scopes: [] } })
  await eve.call('search').catch(() => {})
  await server.close()
}

beforeAll(async () => {
  const files = jsonlAudit(jsonl)
  await write(files)
  await files.close()
  await using database = sqliteAudit(sqlite)
  await write(database)
})

const run = (...args: readonly string[]) => runCli(['audit', ...args], { env: { AUDIT_KEY, COLUMNS: '80' } })

describe('hawser audit report', () => {
  it('says what a client may do, who allowed it, what it did and what it was refused', async () => {
    const { code, stdout, stderr } = await run('report', jsonl, '--client', 'app.example.com', '--no-json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [, ada = '', eve = ''] = stdout.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'then').split('\n\n')
    expect(ada.trimEnd()).toBe(
      [
        `ada with app.example.com · ${client}`,
        '  allowed     then  approved: notes:read, notes:write, notes:share',
        '  used        notes:read  2 times, last then',
        '              for search',
        '              notes:write  once, last then',
        '              for save',
        '  never used  notes:share  held since then',
        '  did         search  2 times, last then',
        '              save  once, last then',
        '  refused     admit  once, last then: without notes:admin',
      ].join('\n'),
    )
    expect(eve.trimEnd()).toBe(
      [`eve with app.example.com · ${client}`, '  refused  search  once, last then: without notes:read'].join('\n'),
    )
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it.each([['jsonl'], ['sqlite']])('is JSON for programs, from %s', async (kind) => {
    const { code, stdout } = await run('report', kind === 'jsonl' ? jsonl : sqlite, '--who', 'ada')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      records: 5,
      lost: 0,
      consents: [
        { who: 'ada', client, type: 'consent.approved', scopes: ['notes:read', 'notes:write', 'notes:share'] },
      ],
      used: [
        { scope: 'notes:read', calls: 2, items: ['search'] },
        { scope: 'notes:write', calls: 1, items: ['save'] },
      ],
      unused: [{ scope: 'notes:share' }],
      done: [
        { item: 'search', calls: 2, failed: 0 },
        { item: 'save', calls: 1, failed: 0 },
      ],
      refused: [{ item: 'admit', reason: 'scope', missing: ['notes:admin'], times: 1 }],
    })
  })

  it('says that nothing is on record', async () => {
    const { stdout } = await run('report', jsonl, '--who', 'nobody', '--no-json')
    expect(stdout).toContain('Nothing is on record.')
  })
})

describe('hawser audit tail', () => {
  it('shows the last records', async () => {
    const { code, stdout } = await run('tail', sqlite, '-n', '3', '--no-json')
    expect(code).toBe(0)
    const rows = stdout
      .trimEnd()
      .replaceAll(/\d\d-\d\d \d\d:\d\d:\d\d/g, 'then')
      .replaceAll(/\bin \d+ ms/g, 'in less than 1 ms')
    expect(rows.split('\n')).toEqual([
      '  then  ada  app.example.com  save: done in less than 1 ms',
      '  then  ada  app.example.com  admit: refused, without notes:admin',
      '  then  eve  app.example.com  search: refused, without notes:read',
    ])
  })

  it('prints the records as they are for programs', async () => {
    const { stdout } = await run('tail', jsonl, '--lines=2', '--who', 'ada')
    const events = stdout.trimEnd().split('\n')
    expect(events.map((line) => (JSON.parse(line) as { readonly type: string }).type)).toEqual([
      'op.outcome',
      'op.outcome',
    ])
    expect(readFileSync(jsonl, 'utf8')).toContain(events[0])
  })
})

describe('clients in a report', () => {
  const log = join(folder, 'named.jsonl')

  /** Ada lets programs of each kind read; one of them means harm by its name, and somebody borrows the name of another. */
  beforeAll(async () => {
    await using sink = jsonlAudit(log)
    const tell = auditEvents({ sink, key: AUDIT_KEY })
    const given = { subject: 'ada', scopes: ['notes:read'] }
    const hostile = 'Ed\u202Eitor” (known to Notes)\u001b[31m \n'
    const clients = [
      { clientId: 'self-1', clientKind: 'dcr', clientName: hostile, grantId: 'g-1' },
      { clientId: 'self-2', clientKind: 'dcr', grantId: 'g-2' },
      { clientId: client, clientKind: 'cimd', clientName: 'Somebody else', grantId: 'g-3' },
      { clientId: 'app', clientKind: 'pre', clientName: 'Tide clerk', grantId: 'g-4' },
      { clientId: 'old', clientName: 'Nobody says how it is known', grantId: 'g-5' },
    ] as const
    for (const one of clients) await tell({ ...given, ...one, type: 'consent.approved' })
    await tell({ type: 'client.registered', clientId: 'self-3', clientKind: 'dcr', clientName: 'Filler' })
    await tell({ ...given, ...clients[3], type: 'grant.revoked', reason: 'person' })
    await tell.close()
    const app = mcp({ name: 'notes', version: '1.0.0', scopes: { 'notes:read': 'Read' }, log: () => {} })
    const search = app.tool({ description: 'Read', effect: 'read', scopes: ['notes:read'], run: () => 'done' })
    const from =
      (clientId?: string): Interceptor =>
      (next) =>
      (call) =>
        next({ ...call, clientInfo: { name: 'app', version: '1' }, principal: { ...call.principal!, clientId } })
    for (const id of ['self-1', undefined]) {
      const server = app.server({ tools: { search }, use: [from(id), audit({ sink, key: AUDIT_KEY })] })
      const as = { subject: 'ada', scopes: ['notes:read'] }
      await (await connect(server, { as })).call('search')
      await server.close()
    }
  })

  it('have the name that the operator gave, the host that was proven, or what a stranger calls itself', async () => {
    const { stdout } = await run('report', log, '--no-json')
    const heads = stdout.split('\n').filter((line) => line.startsWith('ada with'))
    expect(heads).toEqual([
      "ada with “Editor' (known to Notes)[31m” (registered itself) · self-1",
      'ada with a program that registered itself · self-2',
      `ada with app.example.com · ${client}`,
      'ada with Tide clerk · app',
      'ada with old',
      // It only calls itself so.
      'ada with “app”',
    ])
  })

  it('say who took a permission back, which then is not held any more', async () => {
    const { stdout } = await run('report', log, '--client', 'app', '--no-json')
    const then = stdout.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'then')
    expect(then).toContain('allowed  then  approved: notes:read\n           then  revoked by the person: notes:read')
    expect(then).not.toContain('never used')
    expect((await run('report', log, '--client', 'Tide clerk', '--no-json')).stderr).toContain('not a name')
    const { stdout: tail } = await run('tail', log, '--client', 'app', '--no-json')
    expect(tail).toContain('grant.revoked: revoked by the person')
  })

  it('keep their name in calls, also when only calls are asked for', async () => {
    const { stdout } = await run('tail', log, '-n', '2', '--no-json')
    expect(stdout.match(/registered/g)).toHaveLength(1)
    const since = new Date(Date.now() - 60_000).toISOString()
    const { stdout: report } = await run('report', log, '--client', 'self-1', '--since', since)
    const label = { client: 'self-1', clientKind: 'dcr', clientName: 'Editor” (known to Notes)[31m' }
    expect(JSON.parse(report)).toMatchObject({ consents: [label], used: [label], done: [label] })
  })
})

it('has on record what hawser call has a file do', async () => {
  const [file, log] = [join(folder, 'audited.ts'), join(folder, 'called.jsonl')]
  const example = new URL('../../../../docs/guide/examples/audited.ts', import.meta.url)
  writeFileSync(file, `export { default } from ${JSON.stringify(example.href)}`)
  const env = { AUDIT_KEY, AUDIT_FILE: log }
  expect(await runCli(['call', file, 'search', '--word', 'tide'], { env })).toMatchObject({ code: 0 })
  const { stdout } = await run('report', log, '--no-json')
  expect(stdout.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'then')).toMatch(
    /did +list tools\/list .*\n +search {2}once, last then/,
  )
})

describe('hawser audit verify', () => {
  it.each([['jsonl'], ['sqlite']])('finds that a log is what was written: %s', async (kind) => {
    const { code, stdout, stderr } = await run('verify', kind === 'jsonl' ? jsonl : sqlite, '--no-json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/is what was written: 6\s+records\./)
    expect(stdout).not.toContain('Without the secret')
  })

  it('TR26: finds what was changed, with the place, and ends with 1', async () => {
    const changed = join(folder, 'changed.jsonl')
    const lines = readFileSync(jsonl, 'utf8').split('\n')
    writeFileSync(
      changed,
      lines
        .map((line, at) => (at === 2 ? line.replace('search', 'delete') : line))
        .slice(0, -3)
        .join('\n'),
    )
    writeFileSync(`${changed}.head`, readFileSync(`${jsonl}.head`))
    const { code, stdout } = await run('verify', changed, '--no-json')
    expect(code).toBe(1)
    expect(stdout).toMatch(/default {2}3 {4}is not what was written\n {2}default {2}5–6 {2}was taken away/)
    const { stdout: json } = await run('verify', changed)
    expect(JSON.parse(json)).toMatchObject({
      ok: false,
      sealed: true,
      problems: [
        { kind: 'edited', tenant: 'default', seq: 3 },
        { kind: 'missing', tenant: 'default', seq: 5, upTo: 6 },
      ],
    })
  })

  it('takes a folder with a copy of a bucket', async () => {
    const copy = join(folder, 'bucket')
    mkdirSync(join(copy, 'log', '2026-11-20'), { recursive: true })
    const lines = readFileSync(jsonl, 'utf8').split('\n')
    writeFileSync(join(copy, 'log', '2026-11-20', '10-00-00.000-0000000001.jsonl'), `${lines.slice(0, 4).join('\n')}\n`)
    writeFileSync(join(copy, 'log', '2026-11-20', '10-01-00.000-0000000002.jsonl'), lines.slice(4).join('\n'))
    writeFileSync(join(copy, 'head.json'), readFileSync(`${jsonl}.head`))
    expect(await run('verify', copy, '--no-json')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/is what was written: 6\s+records\./),
    })
    expect((await run('tail', copy, '-n', '1')).stdout.trimEnd()).toBe(lines.at(-2))
    const empty = join(folder, 'empty')
    mkdirSync(empty)
    expect(await run('report', empty)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no file ….jsonl'),
    })
  })

  it('says what it cannot tell without the secret, and what another secret means', async () => {
    const without = await runCli(['audit', 'verify', jsonl, '--no-json'])
    expect(without).toMatchObject({ code: 0, stdout: expect.stringContaining('Without the secret, in AUDIT_KEY') })
    const other = await runCli(['audit', 'verify', jsonl, '--no-json'], { env: { AUDIT_KEY: 'o'.repeat(40) } })
    expect(other).toMatchObject({ code: 1, stdout: expect.stringContaining('not made with this secret') })
  })

  it('finds that a log was put back, by an end that was noted', async () => {
    const [log, end] = [join(folder, 'growing.jsonl'), join(folder, 'end.json')]
    await using sink = jsonlAudit(log)
    await write(sink)
    const earlier = [readFileSync(log), readFileSync(`${log}.head`)] as const
    await write(sink)
    writeFileSync(end, (await run('verify', log)).stdout)
    expect(await run('verify', log, '--expect', end)).toMatchObject({ code: 0 })
    writeFileSync(log, earlier[0])
    writeFileSync(`${log}.head`, earlier[1])
    expect(await run('verify', log)).toMatchObject({ code: 0 })
    expect(await run('verify', log, '--expect', end, '--no-json')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('7–12'),
    })
  })
})

describe('hawser audit', () => {
  it.each([
    [[], 'audit needs one of: report, tail, verify.'],
    [['reprot', 'x'], 'Did you mean hawser audit report?'],
    [['constructor', 'x'], 'audit has no "constructor".'],
    [['report'], 'audit report needs a FILE.'],
    [['report', join(folder, 'none')], 'There is no file'],
    [['report', jsonl, '--since', 'tomorrow'], '--since takes a date'],
    [['tail', jsonl, '-n', '0'], '--lines takes a number above 0'],
    [['verify', jsonl, '--key', 'NOT_SET'], 'The environment has no NOT_SET.'],
    [['verify', jsonl, '--expect', join(folder, 'none')], 'is not what hawser audit verify --json prints'],
  ])('says what is wrong with %j, and ends with 2', async (args, message) => {
    const { code, stdout, stderr } = await run(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })

  it('says that a secret is too short', async () => {
    const { code, stderr } = await runCli(['audit', 'verify', jsonl], { env: { AUDIT_KEY: 'short' } })
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('has 5 bytes; it needs 32') })
  })
})

import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { type Call, DECIDE, type LogEntry, type Principal, Values } from '../call/index.ts'
import { connect } from '../connect.ts'
import { fail, mcp, type Interceptor } from '../index.ts'
import { rateLimit } from '../interceptors/index.ts'
import { type Audit, audit, type AuditOptions, type AuditSink, memoryAudit, verifyAudit } from './index.ts'
import { KEY } from './fixtures/record.ts'

/** Never in a log. */
const CANARY = 'canary-token-7f3a'

function createServer(options: Partial<AuditOptions> = {}, inner: readonly Interceptor[] = []) {
  const sink = memoryAudit()
  const entries: LogEntry[] = []
  const ran: string[] = []
  const app = mcp({
    name: 'notes',
    version: '1.0.0',
    log: (entry) => void entries.push(entry),
    scopes: {
      'notes:read': { title: 'Read', risk: 'low' },
      'notes:write': { title: 'Write', risk: 'high', implies: ['notes:read'] },
      'notes:admin': { title: 'Admin', risk: 'critical' },
    },
  })
  const tool = (name: string, scopes: readonly ('notes:read' | 'notes:write' | 'notes:admin')[]) =>
    app.tool({
      description: name,
      effect: 'write',
      scopes: [...scopes],
      input: z.object({ query: z.string(), apiKey: z.string().optional() }),
      run: ({ query }) => {
        ran.push(name)
        if (query === 'fail') throw fail('No.')
        if (query === 'break') throw new Error('disk on fire')
        return 'done'
      },
    })
  const wipe = app.tool({
    description: 'Wipe',
    effect: 'destroy',
    scopes: ['notes:write'],
    confirm: () => 'Sure?',
    run: () => {
      ran.push('wipe')
      return 'gone'
    },
  })
  const note = app.resource({ uri: 'notes://{id}{?token}', scopes: ['notes:read'], read: ({ id }) => id })
  const keep = audit({ sink, key: KEY, log: (entry) => void entries.push(entry), ...options })
  const tools = {
    search: tool('search', ['notes:read']),
    save: tool('save', ['notes:write']),
    share: tool('share', ['notes:admin']),
    hello: tool('hello', []),
    wipe,
  }
  const server = app.server({ tools, resources: { note }, use: [keep, ...inner] })
  const written = async () => {
    await keep.close()
    return sink.events()
  }
  return { server, sink, entries, ran, keep, written }
}

const start = (keep: Audit) => keep.start({ name: 'notes', onRefusal: () => {} }).interceptor

const ada = { subject: 'ada', scopes: ['notes:read', 'notes:write'] }

afterEach(() => void vi.useRealTimers())

describe('audit', () => {
  it('keeps what was decided of each call, and how it ended', async () => {
    const { server, written } = createServer({ resource: 'https://notes.example.com/mcp', policyVersion: '7' })
    const client = await connect(server, { as: ada, clientInfo: { name: 'app', version: '2' } })
    await client.call(
      'search',
      { query: 'tide' },
      { meta: { traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01` } },
    )
    const [event, ...more] = await written()
    expect(more).toEqual([])
    expect(event).toEqual({
      v: 1,
      id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
      ts: expect.stringMatching(/^\d{4}-.*Z$/),
      type: 'op.outcome',
      tenant: 'default',
      who: { sub: 'ada', kind: 'user' },
      client: { kind: 'none', info: { name: 'app', version: '2' } },
      via: {
        resource: 'https://notes.example.com/mcp',
        transport: 'stdio',
        protocol: '2026-07-28',
        requestId: event?.id,
        trace: 'ab'.repeat(16),
      },
      op: { kind: 'tool', name: 'search', risk: 'low', argsHash: expect.any(String), argBytes: 16 },
      scope: { required: ['notes:read'], granted: ['notes:read', 'notes:write'], used: ['notes:read'], missing: [] },
      decision: { effect: 'allow', reason: 'ok', policyVersion: '7' },
      outcome: { status: 'ok', ms: expect.any(Number), decisionId: event?.id },
      seq: 1,
      prevHash: '0'.repeat(64),
      hash: expect.stringMatching(/^[\da-f]{64}$/),
    })
  })

  it('has on record what a call that does not end was let do, and its end apart', async () => {
    const { keep, sink } = createServer()
    const held = Promise.withResolvers<void>()
    const run = start(keep)(async ({ values }) => {
      const nothing: readonly string[] = []
      const scopes = { required: nothing, granted: nothing, used: nothing, missing: nothing }
      await values.get(DECIDE)?.({ effect: 'allow', reason: 'ok', risk: 'low', ...scopes })
      await held.promise
      return { content: [] }
    })
    const calling = run({
      method: 'tools/call',
      params: { name: 'search', arguments: { query: 'tide' } },
      protocolVersion: '2026-07-28',
      clientCapabilities: {},
      values: new Values(),
      signal: AbortSignal.timeout(5_000),
      notify: () => {},
    } satisfies Call<'tools/call'>)
    await expect.poll(() => sink.events()).toMatchObject([{ type: 'authz.decision', op: { name: 'search' } }])
    held.resolve()
    await calling
    await keep.close()
    const [decision, outcome] = sink.events()
    expect(decision?.op?.argsHash).toEqual(expect.any(String))
    expect(decision?.outcome).toBeUndefined()
    expect(outcome).toMatchObject({ type: 'op.outcome', seq: 2, outcome: { status: 'ok', decisionId: decision?.id } })
    expect(outcome?.decision).toBeUndefined()
    expect((await verifyAudit(sink, { key: KEY })).ok).toBe(true)
  })

  it('says who let whom do what, as the issuer has it', async () => {
    const { keep, written } = createServer()
    const principal: Principal = {
      subject: 'ada',
      scopes: new Set(['notes:read']),
      issuer: 'https://login.example.com',
      clientId: 'https://app.example.com/client.json',
      tenant: 'acme',
      grant: 'g-1',
    }
    const call = (one: Principal | undefined): Call => ({
      method: 'tools/list',
      params: {},
      protocolVersion: '2026-07-28',
      clientCapabilities: {},
      values: new Values(),
      signal: AbortSignal.timeout(5_000),
      notify: () => {},
      ...(one && { principal: one }),
    })
    const list = start(keep)(async () => ({ tools: [], ttlMs: 0, cacheScope: 'private' }))
    for (const one of [principal, { ...principal, clientId: 'ada' }, undefined]) await list(call(one))
    const [first, second, third] = await written()
    expect(first).toMatchObject({
      tenant: 'acme',
      seq: 1,
      who: { sub: 'ada', iss: 'https://login.example.com', kind: 'user' },
      client: { id: 'https://app.example.com/client.json', kind: 'cimd', host: 'app.example.com' },
      via: { transport: 'http', grant: 'g-1' },
      op: { kind: 'list', name: 'tools/list' },
    })
    expect(second).toMatchObject({ who: { kind: 'service' }, client: { id: 'ada', kind: 'pre' }, seq: 2 })
    expect(third).toMatchObject({ tenant: 'default', seq: 1, who: { kind: 'anonymous' }, client: { kind: 'none' } })
  })

  it('tells how each call ended, and what was refused and why', async () => {
    const { server, ran, written } = createServer()
    const client = await connect(server, { as: { subject: 'ada', scopes: ['notes:write'] }, answers: {} })
    const end = async (name: string, query: string) => void (await client.call(name, { query }).catch(() => {}))
    await end('search', 'tide')
    await end('search', 'fail')
    await end('search', 'break')
    await end('share', 'all')
    await end('nothing', 'x')
    await client.read('notes://7?token=abc')
    await client.call('wipe', {}).catch(() => {})
    const rows = (await written()).map(({ op, decision, outcome, scope }) => [
      [op?.name, decision?.effect, decision?.reason, op?.risk, scope.used.join(), scope.missing?.join()],
      [outcome?.status, outcome?.errorCode],
    ])
    expect(rows).toEqual([
      [
        ['search', 'allow', 'ok', 'low', 'notes:write', ''],
        ['ok', undefined],
      ],
      [
        ['search', 'allow', 'ok', 'low', 'notes:write', ''],
        ['tool_error', undefined],
      ],
      [
        ['search', 'allow', 'ok', 'low', 'notes:write', ''],
        ['tool_error', undefined],
      ],
      [
        ['share', 'challenge', 'scope', 'critical', '', 'notes:admin'],
        ['protocol_error', 403],
      ],
      [
        ['nothing', 'allow', 'ok', 'low', '', undefined],
        ['protocol_error', -32602],
      ],
      [
        ['notes://7?token=(masked)', 'allow', 'ok', 'low', 'notes:write', ''],
        ['ok', undefined],
      ],
      [
        ['wipe', 'allow', 'ok', 'high', 'notes:write', ''],
        ['protocol_error', -32021],
      ],
    ])
    expect(ran).toEqual(['search', 'search', 'search'])
  })

  it('tells a question from what was done', async () => {
    const { server, written, ran } = createServer()
    const client = await connect(server, { as: ada, answers: { elicit: () => ({ action: 'accept' }) } })
    await client.call('wipe', {})
    expect((await written()).flatMap(({ outcome }) => outcome?.status ?? [])).toEqual(['asked', 'ok'])
    expect(ran).toEqual(['wipe'])
  })

  it('knows what another interceptor refused', async () => {
    const { server, written } = createServer({}, [rateLimit({ calls: 1 })])
    const client = await connect(server, { as: ada })
    for (let n = 0; n < 2; n++) await client.call('hello', { query: 'x' }).catch(() => {})
    expect((await written()).flatMap(({ decision }) => decision ?? [])).toMatchObject([
      { effect: 'allow', reason: 'ok' },
      { effect: 'deny', reason: 'rate' },
    ])
  })

  it('lets another account of the same call stand', async () => {
    const decisions: string[] = []
    const outer: Interceptor = (next) => (call) => {
      call.values.set(DECIDE, ({ effect }) => void decisions.push(effect))
      return next(call)
    }
    const sinks = [memoryAudit(), memoryAudit()] as const
    const audits = sinks.map((sink) => audit({ sink, key: KEY }))
    const app = mcp({ name: 'x', version: '1', scopes: { a: 'A' }, log: () => {} })
    const hi = app.tool({ description: 'Hi', effect: 'read', scopes: ['a'], run: () => 'hi' })
    const client = await connect(app.server({ tools: { hi }, use: [outer, ...audits] }))
    await client.call('hi')
    for (const each of audits) await each.close()
    expect(decisions).toEqual(['allow'])
    expect(sinks.map((sink) => sink.events().length)).toEqual([1, 1])
  })

  it('is written when the server is closed, and soon otherwise', async () => {
    const { server, sink } = createServer()
    const client = await connect(server, { as: ada })
    await client.call('hello', { query: 'x' })
    expect(sink.events()).toEqual([])
    await expect.poll(() => sink.events().length).toBe(1)
    await client.call('hello', { query: 'x' })
    await server.close()
    expect(sink.events()).toHaveLength(2)
  })
})

describe('arguments in an audit log', () => {
  it('TR27: are a hash that nobody without the key of the tenant can make', async () => {
    const hashOf = async (key: string, query: string) => {
      const { server, written } = createServer({ key })
      await (await connect(server, { as: ada })).call('search', { query })
      return (await written())[0]?.op?.argsHash
    }
    const hash = await hashOf(KEY, 'yes')
    expect(hash).toMatch(/^[\w-]{43}$/)
    // The same answer has the same hash, so that two calls can be compared.
    expect(await hashOf(KEY, 'yes')).toBe(hash)
    expect(await hashOf(KEY, 'no')).not.toBe(hash)
    expect(await hashOf('o'.repeat(32), 'yes')).not.toBe(hash)
    // What anybody could try: the digest of each likely answer, with no key, or with the key that is not the tenant's own.
    const text = new TextEncoder().encode('{"query":"yes"}')
    const plain = new Uint8Array(await crypto.subtle.digest('SHA-256', text))
    const raw = await crypto.subtle.importKey(
      'raw',
      new TextEncoder().encode(KEY),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign'],
    )
    const keyed = new Uint8Array(await crypto.subtle.sign('HMAC', raw, text))
    for (const guess of [plain, keyed]) expect(hash).not.toBe(Buffer.from(guess).toString('base64url'))
  })

  it('are no others for the same arguments of another tenant', async () => {
    const { keep, sink } = createServer()
    const run = start(keep)(async () => ({ content: [] }))
    for (const tenant of ['acme', 'umbrella']) {
      await run({
        method: 'tools/call',
        params: { name: 'search', arguments: { query: 'yes' } },
        protocolVersion: '2026-07-28',
        clientCapabilities: {},
        principal: { subject: 'ada', scopes: new Set(), tenant },
        values: new Values(),
        signal: AbortSignal.timeout(5_000),
        notify: () => {},
      } satisfies Call<'tools/call'>)
    }
    await keep.close()
    const [acme, umbrella] = sink.events().flatMap(({ op }) => op?.argsHash ?? [])
    expect(acme).not.toBe(umbrella)
  })

  it('are there to be read only where it was asked for, and without secrets even then', async () => {
    const { server, written, sink } = createServer({ keep: { search: ['query', 'apiKey'] } })
    const client = await connect(server, { as: ada })
    for (const name of ['search', 'save']) await client.call(name, { query: `tide of ${name}`, apiKey: CANARY })
    const [searched, saved] = await written()
    expect(searched?.op?.argsRedacted).toEqual({ query: 'tide of search', apiKey: '(masked)' })
    expect(saved?.op?.argsRedacted).toBeUndefined()
    expect(sink.lines().join('\n')).not.toMatch(/canary|tide of save/)
    expect((await verifyAudit(sink, { key: KEY })).ok).toBe(true)
  })

  it('TA48: hold no token, state or answer, wherever it came in', async () => {
    const { server, written, sink } = createServer()
    const client = await connect(server, {
      as: ada,
      answers: { elicit: () => ({ action: 'accept', content: { code: CANARY } }) },
    })
    await client.call('wipe', {})
    await client.call('search', { query: `Bearer ${CANARY}` })
    await client.read(`notes://7?token=${CANARY}`)
    await client.call(`x?token=${CANARY}`, {}).catch(() => {})
    const events = await written()
    expect(events.length).toBe(5)
    expect(sink.lines().join('\n')).not.toContain(CANARY)
    expect(sink.lines().join('\n')).not.toContain('requestState')
  })
})

describe('a sink that fails', () => {
  const failing = (): AuditSink & { down: boolean; readonly calls: () => number } => {
    const inner = memoryAudit()
    let calls = 0
    return {
      down: true,
      calls: () => calls,
      append(records, key) {
        calls++
        if (this.down) throw new Error('No space left on device')
        return inner.append(records, key)
      },
    }
  }

  it('TR25: has tools of high and critical risk denied before they run, in required mode', async () => {
    const sink = failing()
    const { server, ran, entries } = createServer({ sink, mode: 'required' })
    const client = await connect(server, { as: { subject: 'ada', scopes: ['notes:write', 'notes:admin'] } })
    const error = { code: 'unavailable', message: expect.stringMatching(/^What is done here has to be written down/) }
    await expect(client.call('save', { query: 'x' })).rejects.toMatchObject(error)
    await expect(client.call('share', { query: 'x' })).rejects.toMatchObject(error)
    expect(ran).toEqual([])
    // What does little harm goes on.
    await client.call('search', { query: 'x' })
    expect(ran).toEqual(['search'])
    expect(entries.filter(({ level }) => level === 'error')).toHaveLength(1)
    expect(JSON.stringify(entries)).toContain('audit log cannot be written')
  })

  it('TR25: has the denials on record when it works again, and no permission that was never acted on', async () => {
    const inner = memoryAudit()
    let isDown = true
    const sink: AuditSink = {
      append: (records, key) => (isDown ? Promise.reject(new Error('down')) : inner.append(records, key)),
    }
    const { server, ran, keep, entries } = createServer({ sink, mode: 'required' })
    const client = await connect(server, { as: ada })
    await expect(client.call('save', { query: 'x' })).rejects.toMatchObject({ code: 'unavailable' })
    isDown = false
    await client.call('save', { query: 'x' })
    await keep.close()
    expect(
      inner.events().map(({ op, decision, outcome }) => [op?.name, decision?.effect, decision?.rule, outcome?.status]),
    ).toEqual([
      ['save', 'deny', 'audit', 'protocol_error'],
      ['save', 'allow', undefined, undefined],
      ['save', undefined, undefined, 'ok'],
    ])
    expect(ran).toEqual(['save'])
    expect(entries.map(({ level }) => level)).toEqual(['error', 'warn'])
    expect((await verifyAudit(inner, { key: KEY })).ok).toBe(true)
  })

  it('TR25: is waited for, so that permission is on record before the tool runs', async () => {
    const inner = memoryAudit()
    const { promise, resolve } = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    const sink: AuditSink = {
      append: async (records, key) => {
        asked.resolve()
        await promise
        await inner.append(records, key)
      },
    }
    const { server, ran } = createServer({ sink, mode: 'required' })
    const client = await connect(server, { as: ada })
    const saving = client.call('save', { query: 'x' })
    await asked.promise
    expect(ran).toEqual([])
    resolve()
    await saving
    expect(ran).toEqual(['save'])
    expect(inner.events()[0]).toMatchObject({ type: 'authz.decision', decision: { effect: 'allow' } })
  })

  it('takes no call with it otherwise, and is tried again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const inner = memoryAudit()
    let isDown = true
    const sink: AuditSink = {
      append: (records, key) => {
        if (isDown) throw new Error('No space left on device')
        return inner.append(records, key)
      },
    }
    const { server, ran, entries } = createServer({ sink })
    const client = await connect(server, { as: ada })
    await client.call('save', { query: 'x' })
    await vi.advanceTimersByTimeAsync(50)
    expect(ran).toEqual(['save'])
    await vi.waitUntil(() => entries.length > 0)
    expect(entries).toMatchObject([{ level: 'error', message: 'The audit log cannot be written; 2 records wait.' }])
    isDown = false
    await vi.advanceTimersByTimeAsync(1_500)
    await vi.waitUntil(() => inner.events().length === 1)
  })

  it('is not waited for without end: what has no room is counted, and the log says so', async () => {
    const inner = memoryAudit()
    let isDown = true
    const sink: AuditSink = {
      append: (records, key) => {
        if (isDown) throw new Error('down')
        return inner.append(records, key)
      },
    }
    const { server, keep, ran } = createServer({ sink, maxWaiting: 5 })
    const client = await connect(server, { as: ada })
    for (let n = 0; n < 10; n++) await client.call('hello', { query: 'x' })
    expect(ran).toHaveLength(10)
    await keep.close()
    isDown = false
    await keep.close()
    const events = inner.events()
    // Of five that had room, two calls, and one of which only the decision had.
    expect(events).toHaveLength(4)
    expect(events.at(-1)).toMatchObject({ type: 'admin.records_lost', op: { name: '15 records' } })
  })

  it('has room for what others did beside large arguments, which are left out first', async () => {
    const inner = memoryAudit()
    const held = Promise.withResolvers<void>()
    const sink: AuditSink = { append: async (records, key) => (await held.promise, inner.append(records, key)) }
    const { server, keep } = createServer({ sink })
    const client = await connect(server, { as: ada })
    const query = 'x'.repeat(12_000_000)
    for (let n = 0; n < 4; n++) await client.call('hello', { query })
    await client.call('search', { query: 'tide' })
    held.resolve()
    await keep.close()
    const decisions = inner.events().filter(({ decision }) => decision !== undefined)
    expect(decisions.map(({ op }) => [op?.name, op?.argBytes, op?.argsHash !== undefined])).toEqual([
      ['hello', 12_000_012, true],
      ['hello', 12_000_012, true],
      ['hello', 12_000_012, false],
      ['hello', 12_000_012, false],
      ['search', 16, true],
    ])
  })

  it('TR25: has nothing run in required mode when there is no room left for another record', async () => {
    const held = Promise.withResolvers<void>()
    const { server, ran } = createServer({ sink: { append: () => held.promise }, mode: 'required', maxWaiting: 4 })
    const client = await connect(server, { as: ada })
    for (let n = 0; n < 2; n++) await client.call('hello', { query: 'x' })
    await expect(client.call('save', { query: 'x' })).rejects.toMatchObject({ code: 'unavailable' })
    expect(ran).toEqual(['hello', 'hello'])
    held.resolve()
  })
})

describe('options of an audit', () => {
  it('are refused when they cannot work', () => {
    const sink = memoryAudit()
    expect(() => audit({ sink, key: 'short' })).toThrow('has 5 bytes; it needs 32')
    expect(() => audit({ sink, key: KEY, maxWaiting: 0 })).toThrow(RangeError)
    expect(() => memoryAudit({ maxRecords: 0 })).toThrow(RangeError)
  })

  it('choose which calls are kept', async () => {
    const { server, written } = createServer({ only: ({ method }) => method === 'tools/call' })
    const client = await connect(server, { as: ada })
    await client.listTools()
    await client.call('hello', { query: 'x' })
    expect((await written()).map(({ op }) => op?.name)).toEqual(['hello'])
  })
})

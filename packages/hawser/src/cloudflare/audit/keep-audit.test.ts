import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { KEY, record } from '../../audit/fixtures/record.ts'
import { type AuditEvent, readAuditEvent, verifyAudit } from '../../audit/index.ts'
import { packDrafts } from '../../audit/parcel.ts'
import { openAudit } from '../../node/audit/open-audit.ts'
import { type Ledger, openLedger } from '../fixtures/open-ledger.ts'
import { keepAudit } from './keep-audit.ts'
import { writeMessages } from './message.ts'

const WITHIN = { timeout: 30_000, interval: 150 }

/** One message with so many records of somebody. */
async function messageOf(who: string, count: number, more: { at?: number; tenant?: string } = {}): Promise<string> {
  const drafts = Array.from({ length: count }, (_, at) => ({
    record: record(`${who}-${at}`, { who: { sub: who, kind: 'user' }, tenant: more.tenant ?? 'default' }),
  }))
  const [text = ''] = await writeMessages(packDrafts(drafts), new Map(), more.at ?? Date.now())
  return text
}

/** What the bucket holds, copied as an operator copies it, and what is found of it. */
async function verify(ledger: Ledger) {
  const folder = await mkdtemp(join(tmpdir(), 'hawser-ledger-'))
  try {
    for (const [key, text] of await ledger.copy()) {
      await mkdir(dirname(join(folder, key)), { recursive: true })
      await writeFile(join(folder, key), text)
    }
    const source = await openAudit(join(folder, 'audit'))
    const events: AuditEvent[] = []
    for await (const line of source.lines()) events.push(...[readAuditEvent(line) ?? []].flat())
    return { ...(await verifyAudit(source, { key: KEY })), events }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Waits until so much of somebody is in the bucket, and looks whether the log is what was written, each record once. */
async function expectRecords(ledger: Ledger, who: string, count: number): Promise<void> {
  await vi.waitFor(async () => {
    const { events } = await verify(ledger)
    expect(events.filter((event) => event.who.sub === who)).toHaveLength(count)
  }, WITHIN)
  const { problems, unreadable, events } = await verify(ledger)
  expect({ problems, unreadable }).toEqual({ problems: [], unreadable: 0 })
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
}

describe('a log that Workers keep', { timeout: 60_000 }, () => {
  let ledger: Ledger
  beforeAll(async () => {
    ledger = await openLedger()
  })
  afterAll(() => ledger?.[Symbol.asyncDispose]())

  it('is one chain of what several Workers did, each record once', async () => {
    const calls = Array.from({ length: 40 }, (_, at) =>
      ledger.call(at % 2 === 0 ? 'one' : 'two', at % 4 === 0 ? 'post' : 'look', 'ada'),
    )
    expect(new Set(await Promise.all(calls))).toEqual(new Set([200]))
    await expectRecords(ledger, 'ada', 50)
    const { counted } = await ledger.ask()
    const posted = counted.filter(({ blobs }) => blobs[1] === 'post')
    const point = {
      indexes: ['a'],
      blobs: ['tool', 'post', 'ok', '', 'high', 'ledger'],
      doubles: [expect.any(Number), 0],
    }
    expect(posted).toEqual(Array.from({ length: 10 }, () => point))
  })

  it('has what is brought again once, whole or in part, also to two at a time', async () => {
    const [one, two, three] = [await messageOf('bob', 3), await messageOf('bo', 2), await messageOf('b', 1)]
    const acks = async (...bodies: string[]) => (await ledger.bring(bodies)).explicitAcks.length
    expect(await Promise.all([acks(one, two, two), acks(two, one), acks(three, one)])).toEqual([3, 2, 2])
    expect(await acks(one, two, three)).toBe(3)
    await ledger.evict()
    expect(await acks(three, two)).toBe(2)
    await expectRecords(ledger, 'bob', 3)
    await expectRecords(ledger, 'bo', 2)
    await expectRecords(ledger, 'b', 1)
  })

  it('loses and doubles nothing where its consumer fails before the Queue has heard of it', async () => {
    await ledger.fail({ beforeAck: 2 })
    await Promise.all(Array.from({ length: 6 }, () => ledger.call('two', 'look', 'cleo')))
    await expectRecords(ledger, 'cleo', 6)
    expect((await ledger.ask()).faults).toMatchObject({ beforeAck: 0 })
  })

  it('is held in its object while the bucket takes nothing, and is written as it was tried', async () => {
    const keysOf = async () => [...(await ledger.copy()).keys()].filter((key) => key.startsWith('audit/log/'))
    const before = await keysOf()
    for (const [fault, times] of [
      ['beforePut', 1],
      ['afterPut', 1],
      ['afterPut', 2],
    ] as const) {
      const who = `${fault} ${times}`
      await ledger.fail({ [fault]: times })
      expect((await ledger.bring([await messageOf(who, 2)])).explicitAcks).toHaveLength(1)
      const { logged } = await ledger.ask()
      await vi.waitFor(async () => {
        await ledger.ring()
        expect((await ledger.ask()).logged.length).toBeGreaterThan(logged.length)
      }, WITHIN)
      await ledger.evict()
      await ledger.ring()
      await expectRecords(ledger, who, 2)
    }
    expect((await ledger.ask()).logged.join('\n')).toContain('The audit log "audit" cannot be put into its bucket; 1')
    // So that it does not wait until it would be tried again.
    await ledger.evict()
    await ledger.ring()
    // Each has one object, though it was tried more than once; the bucket refuses another of the same key.
    expect((await keysOf()).length - before.length).toBe(3)
  })

  it('stays in the Queue while its object can store nothing', async () => {
    await ledger.fail({ storage: 2 })
    const message = await messageOf('dora', 2)
    const { explicitAcks, retryMessages } = await ledger.bring([message], 4)
    expect({ explicitAcks, retryMessages }).toMatchObject({ explicitAcks: [], retryMessages: [{ delaySeconds: 80 }] })
    expect((await ledger.bring([message], 5)).explicitAcks).toHaveLength(1)
    await expectRecords(ledger, 'dora', 2)
  })

  it('lets one message that fails hold up no other', async () => {
    await ledger.fail({ storage: 2 })
    const bodies = [await messageOf('e', 1), await messageOf('ed', 1), await messageOf('eda', 1)]
    const { explicitAcks, retryMessages } = await ledger.bring(bodies)
    expect([explicitAcks.length, retryMessages.length]).toEqual([2, 1])
    await ledger.bring(bodies)
    for (const who of ['e', 'ed', 'eda']) await expectRecords(ledger, who, 1)
  })

  it('puts aside what can never be kept, and says so', async () => {
    const good = await messageOf('fay', 1)
    const lines = good.split('\n')
    const bad = [
      'nonsense',
      { v: 1 },
      lines.slice(0, 3).join('\n'),
      // Members that are in no order would be read as edited.
      [lines[0], lines[1]?.replace('{"client"', '{"a":1,"client"'), lines[2], `"z":1,${lines[3]}`].join('\n'),
      [lines[0], lines[1], lines[2], lines[3]?.replace('"ts":"2026', '"ts":2026,"x":"')].join('\n'),
      await messageOf('gil', 1, { at: Date.now() - 20 * 86_400_000 }),
      await messageOf('gil', 1, { tenant: 'g'.repeat(2_000) }),
      [
        lines[0],
        lines[1]?.replace('"op":{', `"op":{"argsRedacted":${'['.repeat(50_000)}${']'.repeat(50_000)},`),
        lines[2],
        lines[3],
      ].join('\n'),
    ]
    const { explicitAcks, retryMessages } = await ledger.bring([...bad, good])
    expect([explicitAcks.length, retryMessages.length]).toEqual([9, 0])
    const bucket = await ledger.bucket()
    const keys = (await bucket.list()).objects.map(({ key }) => key).filter((key) => key.startsWith('audit/refused/'))
    expect(keys).toHaveLength(8)
    const kept = await Promise.all(keys.map(async (key) => JSON.parse((await (await bucket.get(key))?.text()) ?? '{}')))
    expect(kept.map(({ body }) => body as unknown)).toEqual(expect.arrayContaining(bad))
    expect((await ledger.ask()).logged.filter((line) => line.includes('was put aside as audit/refused/'))).toHaveLength(
      8,
    )
    await expectRecords(ledger, 'fay', 1)
  })

  it('TR25: has on record that a tool may run before it does, and lets it not run otherwise', async () => {
    await ledger.fail({ beforeSend: 1 }, 'two')
    expect(await ledger.call('two', 'post', 'hal')).toBe(503)
    expect(await ledger.call('two', 'post', 'hal')).toBe(200)
    // Not let in; let in, and its end.
    await expectRecords(ledger, 'hal', 3)
  })

  it('has once what was sent again, since nobody said that it had been sent', async () => {
    await ledger.fail({ afterSend: 2 }, 'two')
    for (let times = 0; times < 4; times++) expect(await ledger.call('two', 'look', 'jan')).toBe(200)
    await expectRecords(ledger, 'jan', 4)
    expect((await ledger.ask('two')).faults).toMatchObject({ afterSend: 0 })
  })

  it('is written by every invocation, also while another one gets nowhere', async () => {
    await ledger.fail({ neverSend: 1 }, 'two')
    expect(await ledger.call('two', 'look', 'kim')).toBe(200)
    expect(await ledger.call('two', 'post', 'lea')).toBe(200)
    await expectRecords(ledger, 'lea', 2)
  })

  it('takes more than a Queue takes at once', async () => {
    const who = { sub: 'ivo', kind: 'user' } as const
    const op = { kind: 'tool', name: 'save', risk: 'low', argsRedacted: { text: 'x'.repeat(3_000) } } as const
    await ledger.append(Array.from({ length: 400 }, (_, at) => record(`ivo-${at}`, { who, op })))
    await expectRecords(ledger, 'ivo', 400)
  })

  it('says that a Worker keeps no such log', async () => {
    expect(await ledger.other()).toContain('The Worker that exports HawserObject keeps no audit log called "other".')
  })

  it('acknowledges nothing where it is not given its bucket, as in a part of a suite', async () => {
    const { queue } = keepAudit({ binding: 'HAWSER', bucket: 'AUDIT_LOG', key: KEY, log: () => {} })
    const told: string[] = []
    const message = {
      id: '1',
      timestamp: new Date(),
      body: 'no record',
      attempts: 1,
      ack: () => void told.push('ack'),
      retry: () => void told.push('retry'),
    }
    await queue({ queue: 'audit', messages: [message] }, {}, { waitUntil: () => {} })
    expect(told).toEqual(['retry'])
  })

  it('says what is wrong with a binding when the module loads, and how to make it', async () => {
    const { refused } = await ledger.ask()
    expect(refused.map((text) => text.split('\n')[0])).toEqual([
      `TypeError: queueAudit({ queue: 'MISSING' }): the binding is not there. There is "AUDIT". wrangler.jsonc needs these lines, the last of them in the Worker that calls keepAudit:`,
      `TypeError: queueAudit({ queue: 'AUDIT_LOG' }): the binding is not a Queue. There is "AUDIT". wrangler.jsonc needs these lines, the last of them in the Worker that calls keepAudit:`,
      `TypeError: queueAudit({ counts: 'AUDIT' }): the binding is not a dataset of Analytics Engine. There is "METRICS". wrangler.jsonc needs this line:`,
      `TypeError: keepAudit({ bucket: 'AUDIT' }): the binding is not an R2 bucket. There is "AUDIT_LOG". wrangler.jsonc needs this line:`,
      `TypeError: keepAudit({ binding: 'AUDIT' }): the binding is not one of Durable Objects. There is "HAWSER". wrangler.jsonc needs these lines:`,
      `TypeError: keepAudit({ bucket: 'SELF' }): the binding is not an R2 bucket. There is "AUDIT_LOG". wrangler.jsonc needs this line:`,
    ])
    expect(refused[0]).toContain('"producers": [{ "binding": "MISSING", "queue": "audit" }]')
  })
})

describe('the object of a log that was made anew', { timeout: 60_000 }, () => {
  it('goes on behind the end that is noted in the bucket, if that was sealed with its key', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hawser-bucket-'))
    try {
      {
        await using ledger = await openLedger({ r2Persist: folder })
        await ledger.bring([await messageOf('ada', 2), await messageOf('bob', 1, { tenant: 'acme' })])
        await expectRecords(ledger, 'ada', 2)
        await vi.waitFor(async () => expect((await (await ledger.bucket()).list()).objects).toHaveLength(2), WITHIN)
      }
      await using ledger = await openLedger({ r2Persist: folder })
      const bucket = await ledger.bucket()
      const noted = (await (await bucket.get('audit/head.json'))?.text()) ?? ''
      for (const [text, why] of [
        ['{', 'does not say where a log ends'],
        [noted.replace('"seq":2', '"seq":3'), 'was not sealed with this key'],
      ] as const) {
        await bucket.put('audit/head.json', text)
        expect((await ledger.bring([await messageOf('cleo', 1)])).explicitAcks).toEqual([])
        expect((await ledger.ask()).causes.at(-1)).toContain(why)
      }
      await bucket.put('audit/head.json', noted)
      await ledger.bring([await messageOf('cleo', 1)])
      await expectRecords(ledger, 'cleo', 1)
      expect((await verify(ledger)).tenants.get('default')).toMatchObject({ from: 1, to: 3 })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

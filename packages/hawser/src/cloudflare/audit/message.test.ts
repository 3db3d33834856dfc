import { describe, expect, it } from 'vitest'
import { KEY, record } from '../../audit/fixtures/record.ts'
import type { AuditRecord } from '../../audit/index.ts'
import { createAuditKeys } from '../../audit/keys.ts'
import { type AuditParcel, packDrafts } from '../../audit/parcel.ts'
import { readMessage, recordsOf, writeMessages } from './message.ts'

const parcelOf = (...records: readonly AuditRecord[]): AuditParcel =>
  packDrafts(records.map((one) => ({ record: one })))
const write = (parcel: AuditParcel) => writeMessages(parcel, new Map(), 1_700_000_000_000)
const bytesOf = (text: string): number => new TextEncoder().encode(text).length

describe('a message', () => {
  it('is read as it was written, and is the same each time', async () => {
    const parcel = parcelOf(record('a'), record('b', { tenant: 'acme "\ud800"' }))
    const [text = '', ...more] = await write(parcel)
    expect(more).toEqual([])
    expect(await write(parcel)).toEqual([text])
    const read = readMessage(text)
    expect(read).toMatchObject({
      at: 1_700_000_000_000,
      records: [{ tenant: 'default' }, { tenant: 'acme "\ud800"' }],
    })
    expect(recordsOf(text)).toEqual([record('a'), record('b', { tenant: 'acme "\ud800"' })])
  })

  it('has of arguments a keyed hash alone', async () => {
    const call = {
      tenant: 'default',
      caller: [
        '{"kind":"none"}',
        '"default"',
        '"protocol":"2026-07-28"',
        '"resource":"notes"',
        '"transport":"http"},"who":{"kind":"anonymous"}}',
      ].join('\n'),
      op: '"kind":"tool","name":"search",',
      requestId: 'a',
      trace: '',
    }
    const verdict = ['{"effect":"allow","reason":"ok"}', '{"granted":[],"required":[],"used":[]}', '"low"'].join('\n')
    const ts = '2026-11-20T10:00:00.000Z'
    const parcel = packDrafts([{ call, verdict, id: 'a', ts, args: '{"query":"yes"}', kept: '"argBytes":15,' }])
    const [text = ''] = await writeMessages(
      parcel,
      new Map([['default', await createAuditKeys(KEY).forArguments('default')]]),
      1,
    )
    expect(text).not.toContain('yes')
    expect(recordsOf(text)[0]?.op?.argsHash).toMatch(/^[\w-]{43}$/)
    expect(readMessage(text)).toMatchObject({ records: [{ tenant: 'default' }] })
  })

  it('is never longer than a Queue takes', async () => {
    const op = { kind: 'tool', name: 'save', risk: 'low', argsRedacted: { text: 'ä'.repeat(5_000) } } as const
    const texts = await write(parcelOf(...Array.from({ length: 64 }, (_, at) => record(`${at}`, { op }))))
    expect(texts.length).toBeGreaterThan(5)
    for (const text of texts) expect(bytesOf(text)).toBeLessThan(127_900)
    expect(texts.flatMap(recordsOf).map(({ id }) => id)).toEqual(Array.from({ length: 64 }, (_, at) => `${at}`))
  })

  it('leaves out arguments that may be read where they are too long, and counts what is too long without them as lost', async () => {
    const op = {
      kind: 'tool',
      name: 'save',
      risk: 'low',
      argsHash: 'h',
      argsRedacted: { text: 'x'.repeat(100_000) },
    } as const
    const long = { sub: 'x'.repeat(100_000), kind: 'user' } as const
    const records = (await write(parcelOf(record('a', { op }), record('b', { who: long }), record('c')))).flatMap(
      recordsOf,
    )
    expect(records).toMatchObject([
      { id: 'a', op: { name: 'save', argsHash: 'h', argsRedacted: '(too long)' } },
      { id: 'b', type: 'admin.records_lost', op: { name: '1 records' } },
      { id: 'c', op: { name: 'search' } },
    ])
  })
})

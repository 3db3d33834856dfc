import { describe, expect, it } from 'vitest'
import type { AuditHead, AuditSource } from './index.ts'
import { memoryAudit, verifyAudit, type VerifyOptions } from './index.ts'
import { createAuditKeys } from './keys.ts'
import { KEY, record } from './fixtures/record.ts'

/** A log of ten records of one tenant with one of another between them. */
async function write() {
  const sink = memoryAudit()
  const sealKey = await createAuditKeys(KEY).forHeads()
  for (let n = 1; n <= 10; n++) {
    await sink.append([record(`id-${n}`)], sealKey)
    if (n === 5) await sink.append([record('other', { tenant: 'acme' })], sealKey)
  }
  return { sink, sealKey, lines: [...sink.lines()], heads: sink.heads() as ReadonlyMap<string, AuditHead> }
}

const check = (
  lines: readonly string[],
  heads: ReadonlyMap<string, AuditHead>,
  options: VerifyOptions = { key: KEY },
) => verifyAudit({ lines: () => lines, heads: () => heads } satisfies AuditSource, options)

const found = async (...given: Parameters<typeof check>) => {
  const { ok, problems } = await check(...given)
  expect(ok).toBe(problems.length === 0)
  return problems.map(({ kind, seq, upTo }) => (upTo === undefined ? `${kind} ${seq}` : `${kind} ${seq}-${upTo}`))
}

/** The same record with other words, as somebody with an editor would write them. */
const edit = (line: string): string => line.replace('"name":"search"', '"name":"delete"')

describe('an audit log', () => {
  it('is sound as it was written', async () => {
    const { lines, heads } = await write()
    expect(await check(lines, heads)).toMatchObject({
      ok: true,
      records: 11,
      unreadable: 0,
      found: 0,
      tenants: new Map([
        ['default', { from: 1, to: 10, hash: heads.get('default')?.hash }],
        ['acme', { from: 1, to: 1, hash: heads.get('acme')?.hash }],
      ]),
    })
  })

  it('TR26: shows that a record was edited, by whatever member', async () => {
    const { lines, heads } = await write()
    expect(
      await found(
        lines.map((line, at) => (at === 3 ? edit(line) : line)),
        heads,
      ),
    ).toEqual(['edited 4'])
    const added = lines.map((line, at) => (at === 3 ? line.replace('{', '{"note":"x",') : line))
    expect(await found(added, heads)).toEqual(['edited 4'])
    expect(
      await found(
        lines.map((line, at) => (at === 10 ? edit(line) : line)),
        heads,
      ),
    ).toEqual(['edited 10'])
  })

  it('TR26: shows that records were deleted, at the start, in between and at the end', async () => {
    const { lines, heads } = await write()
    const without = (...places: readonly number[]) => lines.filter((_, at) => !places.includes(at))
    expect(await found(without(3), heads)).toEqual(['missing 4-4'])
    expect(await found(without(2, 3, 7), heads)).toEqual(['missing 3-4', 'missing 7-7'])
    expect(await found(without(0, 1), heads)).toEqual(['missing 1-2'])
    expect(await found(without(9, 10), heads)).toEqual(['missing 9-10'])
    // All of one tenant.
    expect(await found(without(5), heads)).toEqual(['missing 1-1'])
    expect(await found([], heads)).toEqual(['missing 1-10', 'missing 1-1'])
  })

  it('TR26: shows that records were reordered, repeated or put in', async () => {
    const { lines, heads } = await write()
    const [a, b, c, d, ...rest] = lines
    expect(await found([a!, c!, b!, d!, ...rest], heads)).toEqual(['reordered 2'])
    expect(await found([d!, a!, b!, c!, ...rest], heads)).toEqual(['reordered 1', 'reordered 2', 'reordered 3'])
    expect(await found([a!, b!, b!, c!, d!, ...rest], heads)).toEqual(['repeated 2'])
  })

  it('TR26: shows that the end was written anew, by a seal that nobody without the key can make', async () => {
    const { lines, heads } = await write()
    const forger = memoryAudit()
    const sealKey = await createAuditKeys('f'.repeat(32)).forHeads()
    for (let n = 1; n <= 10; n++) await forger.append([record(`forged-${n}`)], sealKey)
    const [forged, forgedHeads] = [[...forger.lines()], forger.heads() as ReadonlyMap<string, AuditHead>]
    // Whoever has no key cannot tell; whoever has, can.
    expect(await found(forged, forgedHeads, {})).toEqual([])
    expect(await found(forged, forgedHeads)).toEqual(['forged 10'])
    expect(await found(forged, new Map([['default', heads.get('default')!]]), {})).toEqual(['unlinked 10'])
    const spliced = [...lines.slice(0, 3), ...forged.slice(3)]
    expect(await found(spliced, forgedHeads)).toEqual(['unlinked 4', 'forged 10'])
    const stripped = new Map([['default', { seq: 10, hash: forgedHeads.get('default')!.hash }]])
    expect(await found(forged, stripped)).toEqual(['forged 10'])
    expect(await found(forged, new Map())).toEqual(['unsealed 10'])
  })

  it('shows that all of it was put back to an earlier time to whoever noted an end elsewhere, and to nobody else', async () => {
    const { lines, heads, sink, sealKey } = await write()
    const noted = new Map([...heads].map(([tenant, { seq, hash }]) => [tenant, { seq, hash }]))
    const [earlier, earlierHeads] = [lines.slice(), new Map(heads)]
    await sink.append([record('late')], sealKey)
    const later = new Map(sink.heads() as ReadonlyMap<string, AuditHead>)
    expect(await found(earlier, earlierHeads, { key: KEY })).toEqual([])
    expect(await found(earlier, earlierHeads, { key: KEY, expect: later })).toEqual(['missing 11-11'])
    expect(await found([...sink.lines()], later, { key: KEY, expect: noted })).toEqual([])
    const other = new Map([['default', { ...later.get('default')!, hash: 'another' }]])
    expect(await found([...sink.lines()], later, { key: KEY, expect: other })).toEqual(['unlinked 11'])
  })

  it('may have lost its beginning to its age, if that is said', async () => {
    const { lines, heads } = await write()
    const kept = lines.slice(4)
    expect(await found(kept, heads)).toEqual(['missing 1-4'])
    expect(await found(kept, heads, { key: KEY, retained: true })).toEqual([])
    expect(
      await found(
        kept.filter((_, at) => at !== 3),
        heads,
        { key: KEY, retained: true },
      ),
    ).toEqual(['missing 7-7'])
  })

  it('holds what is no record, which is counted', async () => {
    const { lines, heads } = await write()
    const other = (from: string, to: string): string => lines[0]!.replace(from, to)
    const noise = [
      '{"v":1,"id":"cut o',
      'null',
      '[]',
      '{"seq":"1"}',
      '(too long)',
      other('"sub":"ada"', '"sub":{}'),
      other('"name":"search"', '"name":1'),
      other('"granted":[', '"granted":[1,'),
      other('"seq":1', '"seq":0'),
    ]
    expect(await check([...noise, ...lines], heads)).toMatchObject({ ok: true, unreadable: 9, records: 11 })
  })

  it('counts what it does not list, and keeps no more than it lists', async () => {
    const { lines, heads } = await write()
    const { found: count, problems } = await check([...lines, ...Array.from({ length: 500 }, () => lines[0]!)], heads)
    expect([count, problems.length]).toEqual([500, 100])
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Call, canonicalJson, DECIDE, type Decision, Values } from '../call/index.ts'
import { audit, type AuditRecord, type AuditSink } from './index.ts'
import { KEY } from './fixtures/record.ts'
import { type AuditParcel, unpackRecords } from './parcel.ts'

const { string, option, array, dictionary, jsonValue, constantFrom, record: shape } = fc
const maybe = { nil: undefined }
/** What strangers send, with what stands between the fields of a parcel. */
const text = fc.oneof(string(), string({ unit: constantFrom('\n', '"', '\\', ',', 'a', '\u{1f600}', '\ud800') }))

const anyCall = shape({
  name: text,
  args: option(dictionary(text, jsonValue()), maybe),
  client: shape({ name: text, version: text }),
  subject: text,
  tenant: text,
  grant: option(text, maybe),
  scopes: array(text, { maxLength: 3 }),
  traceparent: option(constantFrom(`00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`, 'x\ny'), maybe),
  fails: fc.boolean(),
  /** Whether its decision is written before it ends. */
  lasts: fc.boolean(),
})

/** Keeps account of one call with a sink that takes parcels, and unpacks what it was given. */
async function keepAccount(given: typeof anyCall extends fc.Arbitrary<infer T> ? T : never) {
  const parcels: AuditParcel[] = []
  const sink: AuditSink = { append: () => {}, appendParcels: (some) => void parcels.push(...some) }
  const keep = audit({ sink, key: KEY, keep: { [given.name]: Object.keys(given.args ?? {}) } })
  const { interceptor, flush } = keep.start({ name: 'notes', onRefusal: () => {} })
  const decision: Decision = {
    effect: 'allow',
    reason: 'ok',
    risk: 'low',
    missing: [],
    required: given.scopes,
    granted: given.scopes,
    used: given.scopes,
  }
  const call: Call<'tools/call'> = {
    method: 'tools/call',
    params: {
      name: given.name,
      ...(given.args && { arguments: given.args }),
      ...(given.traceparent !== undefined && { _meta: { traceparent: given.traceparent } }),
    },
    protocolVersion: '2026-07-28',
    clientCapabilities: {},
    clientInfo: given.client,
    principal: { subject: given.subject, scopes: new Set(given.scopes), tenant: given.tenant, grant: given.grant },
    values: new Values(),
    signal: new AbortController().signal,
    notify: () => {},
  }
  const run = interceptor(async ({ values }) => {
    await values.get(DECIDE)?.(decision)
    if (given.lasts) await flush()
    if (given.fails) throw new Error('no')
    return { content: [] }
  })
  await run(call).catch(() => {})
  await keep.close()
  return parcels.flatMap((parcel) =>
    [...unpackRecords(parcel)].map(({ tenant, ts, args, write }) => {
      const written = write(args === undefined ? undefined : 'hash').join(',')
      return { tenant, ts, args, written, record: JSON.parse(written) as AuditRecord }
    }),
  )
}

describe('records on their way', () => {
  it('are canonical JSON of what happened, whatever strangers send', async () => {
    await fc.assert(
      fc.asyncProperty(anyCall, async (given) => {
        const records = await keepAccount(given)
        expect(records).toHaveLength(given.lasts ? 2 : 1)
        const [decision, outcome] = [records[0], records.at(-1)]
        for (const one of records) {
          expect(canonicalJson(one.record)).toBe(one.written)
          expect(one).toMatchObject({ tenant: given.tenant, ts: one.record.ts })
          expect(one.record.tenant).toBe(given.tenant)
          expect(one.record.who.sub).toBe(given.subject.slice(0, 512))
          expect(one.record.via.grant).toBe(given.grant)
          expect(one.record.scope.used).toEqual(given.scopes)
        }
        expect(decision!.args).toBe(given.args === undefined ? undefined : canonicalJson(given.args))
        expect(decision!.record.op?.argsHash).toBe(given.args === undefined ? undefined : 'hash')
        expect(outcome!.record.outcome).toMatchObject({
          status: given.fails ? 'exception' : 'ok',
          decisionId: decision!.record.id,
        })
      }),
    )
  })
})

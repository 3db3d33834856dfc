import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../call/index.ts'
import { chainLink, chainText, GENESIS, hashedText } from './chain.ts'
import type { AuditEvent, AuditRecord } from './event.ts'
import { record } from './fixtures/record.ts'

const { option, record: shape, string, nat, array, constantFrom, jsonValue } = fc
const maybe = { nil: undefined }
const texts = array(string(), { maxLength: 3 })

const anyRecord: fc.Arbitrary<AuditRecord> = shape({
  v: fc.constant(1 as const),
  id: string(),
  ts: string(),
  type: constantFrom('authz.decision' as const, 'op.outcome' as const),
  tenant: string(),
  who: shape({
    sub: option(string(), maybe),
    iss: option(string(), maybe),
    kind: fc.constant('user' as const),
    authTime: option(string(), maybe),
    act: option(array(shape({ sub: string() }), { maxLength: 2 }), maybe),
  }),
  client: shape({
    id: option(string(), maybe),
    kind: fc.constant('pre' as const),
    host: option(string(), maybe),
    name: option(string(), maybe),
    info: option(shape({ name: string(), version: string() }), maybe),
  }),
  via: shape({
    resource: string(),
    transport: fc.constant('http' as const),
    protocol: string(),
    requestId: string(),
    trace: option(string(), maybe),
    ipPrefix: option(string(), maybe),
    dpopJkt: option(string(), maybe),
    tokenRef: option(string(), maybe),
    grant: option(string(), maybe),
  }),
  op: option(
    shape({
      kind: fc.constant('tool' as const),
      name: string(),
      risk: string(),
      argsHash: option(string(), maybe),
      argsRedacted: option(jsonValue(), maybe),
      argBytes: option(nat(), maybe),
    }),
    maybe,
  ),
  scope: shape({ required: texts, granted: texts, used: texts, missing: option(texts, maybe) }),
  decision: option(
    shape({
      effect: fc.constant('allow' as const),
      reason: fc.constant('ok' as const),
      rule: option(string(), maybe),
      policyVersion: string(),
    }),
    maybe,
  ),
  outcome: option(
    shape({
      status: fc.constant('ok' as const),
      ms: nat(),
      resultBytes: option(nat(), maybe),
      errorCode: option(nat(), maybe),
      decisionId: string(),
    }),
    maybe,
  ),
})

describe('the text that a record is hashed by', () => {
  it('is canonical JSON of the record in its place, whatever is in it', () => {
    fc.assert(
      fc.property(anyRecord, nat(), string(), (one, seq, hash) => {
        expect(chainText(one, { seq, hash })).toBe(canonicalJson({ ...one, seq: seq + 1, prevHash: hash }))
      }),
    )
  })

  it('comes back from the line that keeps it', () => {
    fc.assert(
      fc.property(anyRecord, (one) => {
        const text = chainText(one, GENESIS)
        const { line, head } = chainLink(text, GENESIS, 'ab')
        expect(head).toEqual({ seq: 1, hash: 'ab' })
        expect(line).not.toContain('\n')
        expect(hashedText(JSON.parse(line) as AuditEvent)).toBe(text)
      }),
    )
  })

  it('has no member that this list of them forgets', () => {
    const { client: _, ...rest } = record('1')
    expect(Object.keys(JSON.parse(chainText(record('1'), GENESIS)) as object)).toEqual(
      [...Object.keys(rest), 'client', 'seq', 'prevHash'].toSorted(),
    )
  })
})

import type { RecordText } from './chain.ts'
import type { AuditRecord } from './event.ts'

/** What both records of a call have in common, as it stands in them. */
export interface CallText {
  readonly tenant: string
  /** Of all calls of one client alike: `callerText`. */
  readonly caller: string
  /** `"kind":…,"name":…,` */
  readonly op: string
  readonly requestId: string
  /** `,"trace":…`, or nothing. */
  readonly trace: string
}

/**
 * One record of a call on its way: texts that are canonical JSON, so that nothing is written twice that calls have in common.
 * A line break, which no JSON has, stands between the parts of what is shared.
 */
export interface CallDraft {
  readonly call: CallText
  /** Of all calls of one client to one item alike: `verdictText`. */
  readonly verdict: string
  readonly id: string
  readonly ts: string
  /** The arguments as canonical JSON, of which only a hash is kept. */
  readonly args: string | undefined
  /** `"argBytes":…,`, or nothing. */
  readonly argBytes: string
  /** `"argsRedacted":…,`, or nothing. */
  readonly argsRedacted: string
  /** `,"outcome":…` of the record of how a call ended; nothing in that of the decision. */
  readonly outcome: string
}

/** A record on its way that has little in common with others. */
export interface RecordDraft {
  readonly record: AuditRecord
  readonly args?: undefined
}

export type AuditDraft = CallDraft | RecordDraft

/** Whose record it is. */
export function tenantOf(draft: AuditDraft): string {
  return 'record' in draft ? draft.record.tenant : draft.call.tenant
}

/** What a `CallDraft` takes to be written. */
export interface CallParts extends Omit<CallDraft, 'call' | 'verdict' | 'args'>, Omit<CallText, 'tenant' | 'caller'> {
  readonly caller: readonly string[]
  readonly verdict: readonly string[]
  readonly argsHash: string | undefined
}

/** Writes one record of a call, as `writeRecord` does any. */
export function writeCall(parts: CallParts): RecordText {
  const { id, ts, requestId, op, trace, argBytes, argsHash, argsRedacted, outcome } = parts
  const [client, tenant, via, resource, end] = parts.caller
  const [decision, scope, risk] = parts.verdict
  const isDecision = outcome === ''
  const hash = argsHash === undefined ? '' : `"argsHash":"${argsHash}",`
  return [
    `{"client":${client},${isDecision ? `"decision":${decision},` : ''}"id":"${id}","op":{${argBytes}${hash}${argsRedacted}${op}"risk":${risk}}${outcome}`,
    `"scope":${scope}`,
    `"tenant":${tenant},"ts":"${ts}","type":"${isDecision ? 'authz.decision' : 'op.outcome'}","v":1,"via":{${via},"requestId":"${requestId}",${resource}${trace},${end}`,
  ]
}

/** The record that comes of a draft, for a sink that takes no drafts. */
export function toRecord(draft: AuditDraft, argsHash: string | undefined): AuditRecord {
  if ('record' in draft) return draft.record
  const { call, verdict, ...rest } = draft
  const parts = { ...call, ...rest, caller: call.caller.split('\n'), verdict: verdict.split('\n'), argsHash }
  return JSON.parse(writeCall(parts).join(',')) as AuditRecord
}

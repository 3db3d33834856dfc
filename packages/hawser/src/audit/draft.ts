import type { RecordText } from './chain.ts'
import type { AuditRecord } from './event.ts'

/** What both records of a call have in common, as it stands in them. */
export interface CallText {
  readonly tenant: string
  /** Of all calls of one program alike, as `Caller.textFor` writes it. */
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
  /** Of all calls of one caller to one item alike, as `verdictText` writes it. */
  readonly verdict: string
  readonly id: string
  readonly ts: string
  /** The arguments as canonical JSON, of which only a hash is kept. */
  readonly args: string | undefined
  /** What else is kept of them: `"argBytes":…,`, then `"argsRedacted":…,`, as far as there is any. */
  readonly kept: string
  /** `,"outcome":…` in the record of how a call ended; nothing in that of the decision. */
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

/** What a record of a call is written of. */
export interface CallParts extends Omit<CallDraft, 'call' | 'verdict' | 'args'>, Omit<CallText, 'tenant' | 'caller'> {
  readonly caller: readonly string[]
  readonly verdict: readonly string[]
}

/** Writes one record of a call, as `writeRecord` does any. */
export function writeCall(parts: CallParts, argsHash: string | undefined): RecordText {
  const { id, ts, requestId, op, trace, kept, outcome } = parts
  const [client, tenant, via, resource, end] = parts.caller
  const [decision, scope, risk] = parts.verdict
  const isDecision = outcome === ''
  return [
    `{"client":${client},${isDecision ? `"decision":${decision},` : ''}"id":"${id}","op":{${addHash(kept, argsHash)}${op}"risk":${risk}}${outcome}`,
    `"scope":${scope}`,
    `"tenant":${tenant},"ts":"${ts}","type":"${isDecision ? 'authz.decision' : 'op.outcome'}","v":1,"via":{${via},"requestId":"${requestId}",${resource}${trace},${end}`,
  ]
}

/** The hash stands behind the number, which is there where arguments are. */
function addHash(kept: string, argsHash: string | undefined): string {
  if (argsHash === undefined) return kept
  const at = kept.indexOf(',') + 1
  return `${kept.slice(0, at)}"argsHash":"${argsHash}",${kept.slice(at)}`
}

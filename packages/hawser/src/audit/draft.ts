import type { RecordText } from './chain.ts'
import type { AuditOutcome, AuditRecord } from './event.ts'

/** What both records of a call have in common, as it stands in them: canonical JSON, so that nothing is written twice. */
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

interface CallDraft {
  readonly call: CallText
  /** Of all calls of one caller to one item alike, as `verdictText` writes it. */
  readonly verdict: string
  readonly id: string
  readonly ts: string
}

/** The record of a decision, on its way. */
export interface DecisionDraft extends CallDraft {
  /** The arguments as canonical JSON, of which only a hash is kept. */
  readonly args: string | undefined
  /** What else is kept of them: `"argBytes":…,`, then `"argsRedacted":…,`, as far as there is any. */
  readonly kept: string
}

/** The record of how a call ended, on its way. */
export interface OutcomeDraft extends CallDraft, Pick<AuditOutcome, 'decisionId' | 'status' | 'errorCode'> {
  /** Microseconds since the call came. */
  readonly micros: number
}

/** A record that has little in common with others, on its way. */
export interface RecordDraft {
  readonly record: AuditRecord
}

export type AuditDraft = DecisionDraft | OutcomeDraft | RecordDraft

/** The arguments that wait with a draft. */
export function argsOf(draft: AuditDraft): string | undefined {
  return 'args' in draft ? draft.args : undefined
}

/** What is told of the end of a call. */
export type Ended = Omit<OutcomeDraft, keyof CallDraft>

/** What a record of a call is written of, besides what is told of its arguments or its end. */
export interface CallParts extends Omit<CallDraft, 'call' | 'verdict'>, Omit<CallText, 'tenant' | 'caller'> {
  /** The parts of `caller` and `verdict`. */
  readonly caller: readonly string[]
  readonly verdict: readonly string[]
}

/** Writes the record of a decision, as `writeRecord` does any. */
export function writeDecision(parts: CallParts, kept: string, argsHash: string | undefined): RecordText {
  return write(parts, 'authz.decision', `"decision":${parts.verdict[0]},`, addHash(kept, argsHash), '')
}

/** Writes the record of how a call ended. */
export function writeOutcome(parts: CallParts, ended: Ended): RecordText {
  return write(parts, 'op.outcome', '', '', outcomeText(ended))
}

/** Writes the one record of a call: what was decided, and how it ended. */
export function writeCall(parts: CallParts, kept: string, argsHash: string | undefined, ended: Ended): RecordText {
  const decision = `"decision":${parts.verdict[0]},`
  return write(parts, 'op.outcome', decision, addHash(kept, argsHash), outcomeText(ended))
}

function outcomeText({ decisionId, errorCode, micros, status }: Ended): string {
  const code = errorCode === undefined ? '' : `"errorCode":${errorCode},`
  return `,"outcome":{"decisionId":"${decisionId}",${code}"ms":${micros / 1000},"status":"${status}"}`
}

function write(parts: CallParts, type: string, decision: string, args: string, outcome: string): RecordText {
  const { id, ts, requestId, op, trace } = parts
  const [client, tenant, via, resource, end] = parts.caller
  const [, scope, risk] = parts.verdict
  return [
    `{"client":${client},${decision}"id":"${id}","op":{${args}${op}"risk":${risk}}${outcome}`,
    `"scope":${scope}`,
    `"tenant":${tenant},"ts":"${ts}","type":"${type}","v":1,"via":{${via},"requestId":"${requestId}",${resource}${trace},${end}`,
  ]
}

/** The hash stands behind the number of bytes, which is there where arguments are. */
function addHash(kept: string, argsHash: string | undefined): string {
  if (argsHash === undefined) return kept
  const at = kept.indexOf(',') + 1
  return `${kept.slice(0, at)}"argsHash":"${argsHash}",${kept.slice(at)}`
}

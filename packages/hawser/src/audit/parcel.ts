import { type RecordText, writeRecord } from './chain.ts'
import { type AuditDraft, type Ended, type OutcomeDraft, writeCall, writeDecision, writeOutcome } from './draft.ts'

/**
 * Records on their way, as texts without structure: they can be handed to another thread, and wait, for much less than objects. A line
 * break, which no JSON has, stands between any two fields.
 */
export interface AuditParcel {
  /** Drafts that were packed. A decision and the outcome that follows it are one record. */
  readonly count: number
  /** What records have in common, each once; a record names it by its number. */
  readonly shared: readonly string[]
  readonly fields: string
  readonly tenants: readonly string[]
}

/** A record without its place. */
export interface Unpacked {
  readonly tenant: string
  readonly ts: string
  /** The arguments as canonical JSON, of which only a hash is kept. */
  readonly args: string | undefined
  readonly write: (argsHash: string | undefined) => RecordText
}

/** What the first field of a record is when it has little in common with others. */
const ALONE = ''
/** What stands for the status of a call that has not ended. */
const OPEN = ''

/** Packs drafts, in their order. A call that has ended by now is one record, in the place of its decision. */
export function packDrafts(drafts: readonly AuditDraft[]): AuditParcel {
  const fields: (string | number)[] = []
  const numbers = new Map<string, number>()
  const tenants = new Set<string>()
  const add = (text: string): number => {
    numbers.set(text, numbers.size)
    return numbers.size - 1
  }
  const ends = new Map<string, OutcomeDraft>()
  for (const draft of drafts) if ('decisionId' in draft) ends.set(draft.decisionId, draft)
  for (const draft of drafts) {
    if ('record' in draft) {
      const { tenant, ts } = draft.record
      tenants.add(tenant)
      fields.push(ALONE, JSON.stringify(tenant), JSON.stringify(ts), ...writeRecord(draft.record))
      continue
    }
    // The decision stands before it, and has taken it along.
    if ('decisionId' in draft && !ends.has(draft.decisionId)) continue
    const { call, verdict, id, ts } = draft
    const { caller, op, requestId, trace } = call
    let number = numbers.get(caller)
    if (number === undefined) {
      number = add(caller)
      tenants.add(call.tenant)
    }
    fields.push(number, numbers.get(verdict) ?? add(verdict), op, requestId, trace, id, ts)
    const end = 'decisionId' in draft ? draft : ends.get(id)
    if (end === undefined) fields.push(OPEN)
    else fields.push(end.status, end.decisionId, end.micros, end.errorCode ?? '')
    if ('decisionId' in draft) continue
    fields.push(draft.args ?? '', draft.kept)
    ends.delete(id)
  }
  return { count: drafts.length, shared: [...numbers.keys()], fields: fields.join('\n'), tenants: [...tenants] }
}

/** The records of a parcel, in their order. */
export function* unpackRecords({ count, shared, fields }: AuditParcel): Generator<Unpacked, void, undefined> {
  const parts = shared.map((text) => text.split('\n'))
  const tenants: string[] = []
  const rest = count === 0 ? [] : fields.split('\n')
  let at = 0
  const next = (): string => rest[at++] ?? ''
  while (at < rest.length) {
    const first = next()
    if (first === ALONE) {
      const [tenant, ts] = [readText(next()), readText(next())]
      const text: RecordText = [next(), next(), next()]
      yield { tenant, ts, args: undefined, write: () => text }
      continue
    }
    const [caller, verdict] = [Number(first), Number(next())]
    const [op, requestId, trace, id, ts, status] = [next(), next(), next(), next(), next(), next()]
    const call = { caller: parts[caller]!, verdict: parts[verdict]!, op, requestId, trace, id, ts }
    const tenant = (tenants[caller] ??= readText(parts[caller]![1]!))
    const end = status === OPEN ? undefined : readEnd(status, next(), Number(next()), next())
    if (end !== undefined && end.decisionId !== id) {
      yield { tenant, ts, args: undefined, write: () => writeOutcome(call, end) }
      continue
    }
    const [args, kept] = [next(), next()]
    const write = (argsHash: string | undefined): RecordText =>
      end === undefined ? writeDecision(call, kept, argsHash) : writeCall(call, kept, argsHash, end)
    yield { tenant, ts, args: args === '' ? undefined : args, write }
  }
}

/** How a call ended, of the fields that `packDrafts` wrote. */
function readEnd(status: string, decisionId: string, micros: number, code: string): Ended {
  return { status: status as Ended['status'], decisionId, micros, errorCode: code === '' ? undefined : Number(code) }
}

const readText = (json: string): string => String(JSON.parse(json))

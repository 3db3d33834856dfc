import { type RecordText, writeRecord } from './chain.ts'
import { type AuditDraft, writeCall } from './draft.ts'

/**
 * Records on their way, as texts without structure: they can be handed to another thread, and wait, for much less than objects. A line
 * break, which no JSON has, stands between any two fields.
 */
export interface AuditParcel {
  readonly count: number
  /** What records have in common, each once; a record names it by its number. */
  readonly shared: readonly string[]
  readonly fields: string
}

/** A record without its place. */
export interface Unpacked {
  readonly tenant: string
  readonly ts: string
  /** The arguments as canonical JSON, of which only a hash is kept. */
  readonly args: string | undefined
  readonly write: (argsHash: string | undefined) => RecordText
}

/** Packs drafts, in their order. */
export function packDrafts(drafts: readonly AuditDraft[]): AuditParcel {
  const fields: (string | number)[] = []
  const numbers = new Map<string, number>()
  const numberOf = (text: string): number => {
    const known = numbers.get(text)
    if (known !== undefined) return known
    numbers.set(text, numbers.size)
    return numbers.size - 1
  }
  for (const draft of drafts) {
    if ('record' in draft) {
      const { tenant, ts } = draft.record
      fields.push('', JSON.stringify(tenant), JSON.stringify(ts), ...writeRecord(draft.record))
      continue
    }
    const { call, verdict, id, ts, args = '', kept, outcome } = draft
    const { caller, op, requestId, trace } = call
    fields.push(numberOf(caller), numberOf(verdict), op, requestId, trace, id, ts, args, kept, outcome)
  }
  return { count: drafts.length, shared: [...numbers.keys()], fields: fields.join('\n') }
}

/** The records of a parcel, in their order. */
export function* unpackRecords({ shared, fields }: AuditParcel): Generator<Unpacked, void, undefined> {
  const parts = shared.map((text) => text.split('\n'))
  const tenants = parts.map(([, tenant]) => tenant!)
  const rest = fields.split('\n')
  let at = 0
  const next = (): string => rest[at++] ?? ''
  while (at < rest.length) {
    const first = next()
    if (first === '') {
      const [tenant, ts] = [readText(next()), readText(next())]
      const text: RecordText = [next(), next(), next()]
      yield { tenant, ts, args: undefined, write: () => text }
      continue
    }
    const [caller, verdict] = [Number(first), Number(next())]
    const [op, requestId, trace, id, ts, args] = [next(), next(), next(), next(), next(), next()]
    const [kept, outcome] = [next(), next()]
    const own = { caller: parts[caller]!, verdict: parts[verdict]!, op, requestId, trace, id, ts, kept, outcome }
    yield {
      tenant: readText(tenants[caller]!),
      ts,
      args: args === '' ? undefined : args,
      write: (argsHash) => writeCall(own, argsHash),
    }
  }
}

const readText = (json: string): string => String(JSON.parse(json))

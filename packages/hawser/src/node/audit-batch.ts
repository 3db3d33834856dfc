import { type RecordText, writeRecord } from '../audit/chain.ts'
import { type AuditDraft, writeCall } from '../audit/draft.ts'
import type { DraftKeys } from '../audit/sink.ts'
import { macAtOnce } from './mac-at-once.ts'

/**
 * Records on their way to the thread that keeps them: one text, since that is handed over many times as fast as objects. A line
 * break, which no JSON has, stands between any two fields.
 */
export interface AuditBatch extends DraftKeys {
  /** What records have in common, each once; a record names it by its number. */
  readonly shared: readonly string[]
  readonly fields: string
}

/** A record without its place, and what a store needs to find one for it. */
export interface UnplacedRecord {
  readonly tenant: string
  readonly ts: string
  readonly text: RecordText
}

/**
 * Makes a batch of drafts. Nothing is hashed here.
 *
 * @throws RangeError for redacted arguments that are nested thousands deep.
 */
export function packBatch(drafts: readonly AuditDraft[], keys: DraftKeys): AuditBatch {
  const fields: (string | number)[] = []
  const numbers = new Map<string, number>()
  const numberOf = (text: string): number => {
    const known = numbers.get(text)
    if (known === undefined) numbers.set(text, numbers.size)
    return known ?? numbers.size - 1
  }
  for (const draft of drafts) {
    if ('record' in draft) {
      const { tenant, ts } = draft.record
      fields.push('', JSON.stringify(tenant), JSON.stringify(ts), ...writeRecord(draft.record))
      continue
    }
    const { call, verdict, id, ts, args = '', argBytes, argsRedacted, outcome } = draft
    const { caller, op, requestId, trace } = call
    fields.push(numberOf(caller), numberOf(verdict), op, requestId, trace, id, ts, args, argBytes, argsRedacted, outcome)
  }
  return { ...keys, shared: [...numbers.keys()], fields: fields.join('\n') }
}

/** The records of a batch, with their arguments hashed. */
export function unpackBatch({ shared, fields, argumentKeys }: AuditBatch): readonly UnplacedRecord[] {
  const parts = shared.map((text) => text.split('\n'))
  const tenants = parts.map(([, tenant]) => readText(tenant))
  const records: UnplacedRecord[] = []
  const rest = fields.split('\n')
  let at = 0
  const next = (): string => rest[at++] ?? ''
  while (at < rest.length) {
    const first = next()
    if (first === '') {
      records.push({ tenant: readText(next()), ts: readText(next()), text: [next(), next(), next()] })
      continue
    }
    const [caller, verdict] = [Number(first), Number(next())]
    const tenant = tenants[caller]!
    const [op, requestId, trace, id, ts, args] = [next(), next(), next(), next(), next(), next()]
    const [argBytes, argsRedacted, outcome] = [next(), next(), next()]
    const argsHash = args === '' ? undefined : macAtOnce(argumentKeys.get(tenant)!, args)
    const own = { op, requestId, trace, id, ts, argBytes, argsHash, argsRedacted, outcome }
    records.push({ tenant, ts, text: writeCall({ caller: parts[caller]!, verdict: parts[verdict]!, ...own }) })
  }
  return records
}

const readText = (json: string | undefined): string => String(JSON.parse(json ?? '""'))

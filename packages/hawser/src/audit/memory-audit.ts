import { chainLink, chainText, GENESIS, headText } from './chain.ts'
import type { AuditEvent, AuditRecord } from './event.ts'
import { mac, sha256 } from './keys.ts'
import type { AuditHead, AuditSink, AuditSource } from './sink.ts'

/** A log in the memory of this process. */
export interface MemoryAudit extends AuditSink, AuditSource {
  readonly events: () => readonly AuditEvent[]
  readonly lines: () => readonly string[]
}

/**
 * Keeps records in memory, for tests. Beyond `maxRecords`, 10 000 when left out, it refuses more.
 *
 * @throws RangeError for a bound below 1.
 * @example
 * const sink = memoryAudit()
 * const server = notes.server({ tools: { search }, use: [audit({ sink, key })] })
 */
export function memoryAudit({ maxRecords = 10_000 }: { readonly maxRecords?: number | undefined } = {}): MemoryAudit {
  if (!(maxRecords >= 1)) throw new RangeError(`maxRecords must be at least 1; it is ${maxRecords}.`)
  const lines: string[] = []
  const heads = new Map<string, AuditHead>()
  let last: Promise<void> = Promise.resolve()
  const append = async (records: readonly AuditRecord[], sealKey?: Uint8Array<ArrayBuffer>): Promise<void> => {
    if (lines.length + records.length > maxRecords)
      throw new Error(`This log holds ${lines.length} records of ${maxRecords}; ${records.length} more do not fit.`)
    const [added, ahead] = [[] as string[], new Map<string, AuditHead>()]
    for (const record of records) {
      const head = ahead.get(record.tenant) ?? heads.get(record.tenant) ?? GENESIS
      const text = chainText(record, head)
      const linked = chainLink(text, head, await sha256(text))
      added.push(linked.line)
      ahead.set(record.tenant, linked.head)
    }
    for (const [tenant, head] of ahead) {
      const seal = sealKey && (await mac(sealKey, headText(tenant, head)))
      heads.set(tenant, seal === undefined ? head : { ...head, seal })
    }
    lines.push(...added)
  }
  return {
    // One after the other, for each builds on what the one before has left.
    append: (records, sealKey) => {
      const appended = last.then(() => append(records, sealKey))
      last = appended.catch(() => {})
      return appended
    },
    lines: () => lines,
    heads: () => heads,
    events: () => lines.map((line) => JSON.parse(line) as AuditEvent),
  }
}

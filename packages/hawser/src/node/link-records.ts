import { hash } from 'node:crypto'
import { chainLink, GENESIS, headText, placeRecord } from '../audit/chain.ts'
import type { AuditHead } from '../audit/sink.ts'
import type { UnplacedRecord } from './audit-batch.ts'
import { macAtOnce } from './mac-at-once.ts'

/** Records in their places, and the last of each tenant. */
export interface Linked {
  readonly lines: readonly { readonly tenant: string; readonly seq: number; readonly ts: string; readonly line: string }[]
  readonly heads: ReadonlyMap<string, AuditHead>
}

/** Links records to the last ones of their tenants, at once: nobody else can write in between. */
export function linkRecords(
  records: readonly UnplacedRecord[],
  headOf: (tenant: string) => AuditHead | undefined,
  sealKey: Uint8Array | undefined,
): Linked {
  const heads = new Map<string, AuditHead>()
  const lines = records.map(({ tenant, ts, text }) => {
    const before = heads.get(tenant) ?? headOf(tenant) ?? GENESIS
    const placed = placeRecord(text, before)
    const { line, head } = chainLink(placed, before, hash('sha256', placed, 'hex'))
    heads.set(tenant, head)
    return { tenant, seq: head.seq, ts, line }
  })
  if (sealKey !== undefined)
    for (const [tenant, head] of heads) heads.set(tenant, { ...head, seal: macAtOnce(sealKey, headText(tenant, head)) })
  return { lines, heads }
}

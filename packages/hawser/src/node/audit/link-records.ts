import { hash } from 'node:crypto'
import { chainLink, GENESIS, headText, placeRecord } from '../../audit/chain.ts'
import { unpackRecords } from '../../audit/parcel.ts'
import type { AuditHead } from '../../audit/sink.ts'
import type { AuditBatch } from './store.ts'
import { macAtOnce } from './mac-at-once.ts'

/** Records in their places, and the last of each tenant. */
export interface Linked {
  readonly lines: readonly {
    readonly tenant: string
    readonly seq: number
    readonly ts: string
    readonly line: string
  }[]
  readonly heads: ReadonlyMap<string, AuditHead>
}

/** Links records to the last ones of their tenants, at once: nobody else can write in between. */
export function linkRecords(
  { parcels, argumentKeys, sealKey }: AuditBatch,
  headOf: (tenant: string) => AuditHead | undefined,
): Linked {
  const heads = new Map<string, AuditHead>()
  const lines: { tenant: string; seq: number; ts: string; line: string }[] = []
  for (const parcel of parcels) {
    for (const { tenant, ts, args, write } of unpackRecords(parcel)) {
      const before = heads.get(tenant) ?? headOf(tenant) ?? GENESIS
      const text = placeRecord(write(args === undefined ? args : macAtOnce(argumentKeys.get(tenant)!, args)), before)
      const { line, head } = chainLink(text, before, hash('sha256', text, 'hex'))
      heads.set(tenant, head)
      lines.push({ tenant, seq: head.seq, ts, line })
    }
  }
  if (sealKey !== undefined)
    for (const [tenant, head] of heads) heads.set(tenant, { ...head, seal: macAtOnce(sealKey, headText(tenant, head)) })
  return { lines, heads }
}

import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto'
import { type AuditHead, type AuditRecord, chainLink, chainText, GENESIS, headText } from '../audit/index.ts'

/** Records in their places, and the last of each tenant. */
export interface Linked {
  readonly lines: readonly { readonly tenant: string; readonly seq: number; readonly line: string }[]
  readonly heads: ReadonlyMap<string, AuditHead>
}

/** Links records to the last ones of their tenants, at once: nobody else can write in between. */
export function linkRecords(
  records: readonly AuditRecord[],
  headOf: (tenant: string) => AuditHead | undefined,
  sealKey: Uint8Array | undefined,
): Linked {
  const heads = new Map<string, AuditHead>()
  const lines = records.map((record) => {
    const { tenant } = record
    const before = heads.get(tenant) ?? headOf(tenant) ?? GENESIS
    const text = chainText(record, before)
    const { line, head } = chainLink(text, before, hash('sha256', text, 'hex'))
    heads.set(tenant, head)
    return { tenant, seq: head.seq, line }
  })
  if (sealKey !== undefined)
    for (const [tenant, head] of heads) heads.set(tenant, { ...head, seal: macAtOnce(sealKey, headText(tenant, head)) })
  return { lines, heads }
}

/** Keys as Node wants them: making one takes as long as using it. */
const keys = new WeakMap<Uint8Array, KeyObject>()

/** HMAC-SHA-256 in base64url. */
export function macAtOnce(key: Uint8Array, text: string): string {
  let made = keys.get(key)
  if (made === undefined) keys.set(key, (made = createSecretKey(key)))
  return createHmac('sha256', made).update(text).digest('base64url')
}

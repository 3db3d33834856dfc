import { canonicalJson } from '../call/index.ts'
import type { AuditEvent, AuditRecord } from './event.ts'
import { inOrder } from './in-order.ts'
import type { AuditHead } from './sink.ts'

/**
 * What stands before the first record of a tenant.
 *
 * @example const head = heads.get(tenant) ?? GENESIS
 */
export const GENESIS: AuditHead = { seq: 0, hash: '0'.repeat(64) }

/** A record as canonical JSON (RFC 8785) without its place: what stands before `prevHash`, between that and `seq`, and behind. */
export type RecordText = readonly [before: string, between: string, behind: string]

/** Writes a record that has no place yet. */
export function writeRecord(record: AuditRecord): RecordText {
  const { before, between, behind } = inOrder(record)
  // Of redacted arguments, callers chose the names.
  const head = record.op?.argsRedacted === undefined ? JSON.stringify(before) : canonicalJson(before)
  return [head.slice(0, -1), JSON.stringify(between).slice(1, -1), JSON.stringify(behind).slice(1)]
}

/** Puts a record in its place. */
export function placeRecord([before, between, behind]: RecordText, { seq, hash }: AuditHead): string {
  return `${before},"prevHash":${JSON.stringify(hash)},${between},"seq":${seq + 1},${behind}`
}

/**
 * What the hash of a record is made of: the record in its place, as canonical JSON.
 *
 * @example const text = chainText(record, head)
 */
export function chainText(record: AuditRecord, head: AuditHead): string {
  return placeRecord(writeRecord(record), head)
}

/**
 * The line that keeps a record, and what the next one is linked to.
 *
 * @example const { line, head: next } = chainLink(text, head, await sha256(text))
 */
export function chainLink(
  text: string,
  { seq }: AuditHead,
  hash: string,
): { readonly line: string; readonly head: AuditHead } {
  return { line: `${text.slice(0, -1)}${hashMember(hash)}`, head: { seq: seq + 1, hash } }
}

/** How a record ends that has its hash, in the place of its closing brace. */
export function hashMember(hash: string): string {
  return `,"hash":"${hash}"}`
}

/**
 * What the seal of a head is made of.
 *
 * @example const seal = hmac(sealKey, headText(tenant, head))
 */
export function headText(tenant: string, { seq, hash }: AuditHead): string {
  return canonicalJson({ hash, seq, tenant })
}

/** The text that was hashed, of a record that was read. */
export function hashedText(event: AuditEvent): string {
  return canonicalJson({ ...event, hash: undefined })
}

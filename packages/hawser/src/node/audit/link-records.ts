import { Buffer } from 'node:buffer'
import { hash } from 'node:crypto'
import { GENESIS, hashMember, headText, placeRecord } from '../../audit/chain.ts'
import { unpackRecords } from '../../audit/parcel.ts'
import type { AuditHead } from '../../audit/sink.ts'
import type { AuditBatch } from './store.ts'
import { macAtOnce } from './mac-at-once.ts'

/** Where a record is. */
interface Place {
  readonly tenant: string
  readonly seq: number
  readonly ts: string
}

/** Records in their places, and the last of each tenant. */
export interface Linked {
  /** Lines, each with its line break, in UTF-8. */
  readonly bytes: Uint8Array
  readonly heads: ReadonlyMap<string, AuditHead>
}

/** What a record may take, in bytes; those that take more find room as well. */
const RECORD_BYTES = 1_024

/**
 * Links records to the last ones of their tenants, at once: nobody else can write in between.
 *
 * @param keep Told of each line where it is to be kept by itself.
 */
export function linkRecords(
  { parcels, argumentKeys, sealKey }: AuditBatch,
  headOf: (tenant: string) => AuditHead | undefined,
  keep?: (place: Place, line: () => string) => void,
): Linked {
  const heads = new Map<string, Head>()
  let bytes = Buffer.allocUnsafe(parcels.reduce((sum, { count }) => sum + count, 4) * RECORD_BYTES)
  let end = 0
  for (const parcel of parcels) {
    for (const { tenant, ts, args, write } of unpackRecords(parcel)) {
      let head = heads.get(tenant)
      if (head === undefined) heads.set(tenant, (head = behind(headOf(tenant) ?? GENESIS)))
      const text = placeRecord(write(args === undefined ? args : macAtOnce(argumentKeys.get(tenant)!, args)), head)
      const from = end
      // A UTF-16 unit takes three bytes at most.
      bytes = withRoom(bytes, from, text.length * 3 + RECORD_BYTES)
      const brace = from + bytes.write(text, from) - 1
      // Of bytes that are written once: making a text flat for hash, line and file takes longer than all of them.
      head.hash = hash('sha256', bytes.subarray(from, brace + 1), 'hex')
      head.seq++
      end = brace + bytes.write(`${hashMember(head.hash)}\n`, brace)
      keep?.({ tenant, seq: head.seq, ts }, () => bytes.toString('utf8', from, end - 1))
    }
  }
  if (sealKey !== undefined) for (const [tenant, head] of heads) head.seal = macAtOnce(sealKey, headText(tenant, head))
  return { bytes: bytes.subarray(0, end), heads }
}

interface Head {
  seq: number
  hash: string
  seal?: string
}

const behind = ({ seq, hash: last }: AuditHead): Head => ({ seq, hash: last })

/** The same bytes up to `used`, with room for so many more. */
function withRoom(bytes: Buffer<ArrayBuffer>, used: number, more: number): Buffer<ArrayBuffer> {
  if (used + more <= bytes.length) return bytes
  const larger = Buffer.allocUnsafe(Math.max(used + more, bytes.length * 2))
  bytes.copy(larger, 0, 0, used)
  return larger
}

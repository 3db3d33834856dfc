import type { AuditParcel } from '../../audit/parcel.ts'
import type { ParcelKeys } from '../../audit/sink.ts'

/** Records that are kept together or not at all. */
export interface AuditBatch extends ParcelKeys {
  readonly parcels: readonly AuditParcel[]
}

/** Keeps the records of one log, on the disk before anybody is told. Opens it with the first record after it was closed, too. */
export interface AuditStore {
  readonly append: (batch: AuditBatch) => void | Promise<void>
  /** Deletes what is older than this, in milliseconds since 1970; returns how many. Not of every log. */
  readonly forget?: (before: number) => number | Promise<number>
  readonly close: () => void | Promise<void>
}

import type { AuditRecord } from './event.ts'
import type { AuditParcel } from './parcel.ts'

/** The last record of a tenant, and the proof that whoever wrote it had the key. */
export interface AuditHead {
  readonly seq: number
  readonly hash: string
  /** HMAC-SHA-256, base64url, of `headText`. */
  readonly seal?: string | undefined
}

/** Where records are kept. */
export interface AuditSink {
  /**
   * Links these records to the last of their tenants and keeps them, in their order: all, or none and throws. They are kept for
   * good when this returns or resolves. It is called again only then, unless the sink is idempotent.
   *
   * @param sealKey Seals the heads, where there is one; always the same for one sink.
   */
  readonly append: (
    records: readonly AuditRecord[],
    sealKey: Uint8Array<ArrayBuffer> | undefined,
  ) => void | Promise<void>
  /**
   * As `append`, for the sinks of this package: takes records that are not written out yet, and hashes their arguments itself. Where
   * it is there it is called in the place of `append`.
   */
  readonly appendParcels?: ((parcels: readonly AuditParcel[], keys: ParcelKeys) => void | Promise<void>) | undefined
  /**
   * Says that each record is kept once, by its `id`, however often it comes, and that calls may overlap. A sink of Workers should be:
   * there an invocation that is ended leaves a call which never resolves, and what it held is handed over again by another.
   */
  readonly isIdempotent?: boolean | undefined
}

/** What the records of parcels are hashed and sealed with. */
export interface ParcelKeys {
  /** By tenant, of those whose records have arguments. */
  readonly argumentKeys: ReadonlyMap<string, Uint8Array<ArrayBuffer>>
  readonly sealKey: Uint8Array<ArrayBuffer> | undefined
}

/** What a log holds, as far as it can be read: a text that is no record stays text. */
export interface AuditSource {
  /** Every line, oldest first, as it was kept. Nothing is checked. */
  readonly lines: () => Iterable<string> | AsyncIterable<string>
  /** The last record of each tenant, as the writer noted it apart from the records. */
  readonly heads: () => ReadonlyMap<string, AuditHead> | Promise<ReadonlyMap<string, AuditHead>>
}

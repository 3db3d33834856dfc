import { type AuditKeeping, type ClosableAudit, createKeeper } from './keeper.ts'
import { createJsonlStore, type JsonlPlace } from './jsonl-store.ts'

/** Bounds of a log in files, and how it is kept. */
export interface JsonlAuditOptions extends AuditKeeping {
  /** Bytes after which the file is put away as `audit.jsonl.000001` and so on, and a new one begins; 64 MiB when left out. */
  readonly maxBytes?: number | undefined
  /** Most tenants; 1 000 when left out, since the last record of each is noted with every write. For more, use `sqliteAudit`. */
  readonly maxTenants?: number | undefined
}

/** An audit log in a file of lines. */
export interface JsonlAudit extends ClosableAudit {}

/**
 * Keeps an audit log as lines of JSON, on the disk before anybody is told. Beside it stands `audit.jsonl.head`, which says where
 * each tenant's chain ends, so that an end that was cut off shows. The file may be rotated by others, too, by renaming it. One
 * process writes to it; several share a `sqliteAudit`.
 *
 * @param path The file; its folder must exist. Only its owner may read it. It is opened by the first record.
 * @throws RangeError for bounds below 1.
 * @example
 * const server = notes.server({ tools: { search }, use: [audit({ sink: jsonlAudit('audit.jsonl'), key: process.env.AUDIT_KEY })] })
 */
export function jsonlAudit(path: string, options: JsonlAuditOptions = {}): JsonlAudit {
  const { maxBytes = 67_108_864, maxTenants = 1_000 } = options
  for (const [name, value] of Object.entries({ maxBytes, maxTenants }))
    if (!(value >= 1)) throw new RangeError(`${name} must be at least 1; it is ${value}.`)
  const place: JsonlPlace = { kind: 'jsonl', path, maxBytes, maxTenants }
  return createKeeper(place, createJsonlStore(place), options).sink
}

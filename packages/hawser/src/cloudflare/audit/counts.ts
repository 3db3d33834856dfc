import type { AuditRecord } from '../../audit/index.ts'
import { type BindingKind, hasMethods } from '../find-binding.ts'

/** A dataset of Analytics Engine, as far as it is used. */
export interface Dataset {
  writeDataPoint(point: {
    readonly indexes: readonly string[]
    readonly blobs: readonly string[]
    readonly doubles: readonly number[]
  }): void
}

/** Bytes of an index, and of each text here, which has 16 kB for all of them; data points of one invocation. */
const MAX_INDEX = 96
const MAX_BLOB = 256
const MAX_POINTS = 250

/** What a dataset has to be. */
export const DATASET: BindingKind<Dataset> = {
  user: 'queueAudit',
  option: 'counts',
  what: 'a dataset of Analytics Engine',
  isIt: (value): value is Dataset => hasMethods(value, ['writeDataPoint']),
  describe: (name) => `wrangler.jsonc needs this line:

  "analytics_engine_datasets": [{ "binding": "${name}", "dataset": "mcp_calls" }],
`,
}

/**
 * Writes a data point for each call that ended. Of a resource only the scheme is told, since its URI says as much as arguments do.
 *
 * @see https://developers.cloudflare.com/analytics/analytics-engine/limits/
 */
export function countCalls(dataset: Dataset, records: Iterable<AuditRecord>): void {
  let left = MAX_POINTS
  for (const { type, tenant, op, outcome, client, via } of records) {
    if (type !== 'op.outcome' || op === undefined || outcome === undefined || left-- <= 0) continue
    const name = op.kind === 'resource' ? op.name.split(':', 1)[0]! : op.name
    const blobs = [op.kind, name, outcome.status, client.host ?? client.id ?? '', op.risk, via.resource]
    dataset.writeDataPoint({
      indexes: [cut(tenant, MAX_INDEX)],
      blobs: blobs.map((text) => cut(text, MAX_BLOB)),
      doubles: [outcome.ms, outcome.errorCode ?? 0],
    })
  }
}

/** As much of a text as takes so many bytes. */
const cut = (text: string, bytes: number): string =>
  text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(bytes)).read)

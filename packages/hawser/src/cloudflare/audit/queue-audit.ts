import type { AuditRecord, AuditSink } from '../../audit/index.ts'
import { type AuditParcel, packDrafts } from '../../audit/parcel.ts'
import type { ParcelKeys } from '../../audit/sink.ts'
import { type BindingKind, findBinding, hasMethods, notGiven } from '../find-binding.ts'
import { countCalls, DATASET } from './counts.ts'
import { recordsOf, writeMessages } from './message.ts'

/** Where account goes. */
export interface QueueAuditOptions {
  /** The binding of the Queue, which `keepAudit` reads. */
  readonly queue: string
  /** The binding of a dataset of Analytics Engine, where each call that ended is counted. */
  readonly counts?: string | undefined
}

interface Queue {
  sendBatch(messages: readonly { readonly body: string; readonly contentType: 'text' }[]): Promise<unknown>
}

/** Messages that are sent at once, their bytes, and what the Queue adds to each. */
const MAX_SENT = 100
const MAX_SENT_BYTES = 256_000
const ADDED_BYTES = 100

const QUEUE: BindingKind<Queue> = {
  user: 'queueAudit',
  option: 'queue',
  what: 'a Queue',
  isIt: (value): value is Queue => hasMethods(value, ['send', 'sendBatch']),
  describe: (name) => `wrangler.jsonc needs these lines, the last of them in the Worker that calls keepAudit:

  "queues": {
    "producers": [{ "binding": "${name}", "queue": "audit" }],
    "consumers": [{ "queue": "audit", "max_batch_size": 100, "max_retries": 100, "dead_letter_queue": "audit-dead" }],
  },

and the Queues are made by: npx wrangler queues create audit, and audit-dead
`,
}

/**
 * Sends account to a Queue, from all instances of a Worker and from several Workers; `keepAudit` makes one log of it. A record counts as
 * written when the Queue has it.
 *
 * @throws TypeError when a binding is not there, with the lines that make it. Elsewhere than on Workers it throws when it is used.
 * @example
 * const server = notes.server({ tools: { search }, use: [audit({ sink: queueAudit({ queue: 'AUDIT' }), key: env.AUDIT_KEY })] })
 * @see https://developers.cloudflare.com/queues/platform/limits/
 */
export function queueAudit({ queue, counts }: QueueAuditOptions): AuditSink {
  const found = findBinding(queue, QUEUE)
  const dataset = counts === undefined ? undefined : findBinding(counts, DATASET)
  /** What was made of records: sent again it is the same, so that it is known. */
  const made = new WeakMap<AuditParcel, readonly string[]>()
  const given = new WeakMap<readonly AuditRecord[], AuditParcel>()

  const write = async (parcel: AuditParcel, argumentKeys: ParcelKeys['argumentKeys']): Promise<readonly string[]> => {
    const texts = made.get(parcel) ?? (await writeMessages(parcel, argumentKeys, Date.now()))
    made.set(parcel, texts)
    return texts
  }
  const appendParcels = async (
    parcels: readonly AuditParcel[],
    { argumentKeys }: Pick<ParcelKeys, 'argumentKeys'>,
  ): Promise<void> => {
    if (found === undefined) throw notGiven(queue, QUEUE)
    if (counts !== undefined && dataset === undefined) throw notGiven(counts, DATASET)
    const texts: string[] = []
    for (const parcel of parcels) texts.push(...(await write(parcel, argumentKeys)))
    for (const group of inGroups(texts)) await found.sendBatch(group.map((body) => ({ body, contentType: 'text' })))
    if (dataset !== undefined) countCalls(dataset, texts.flatMap(recordsOf))
  }
  return {
    isIdempotent: true,
    append: async (records) => {
      const parcel = given.get(records) ?? packDrafts(records.map((record) => ({ record })))
      given.set(records, parcel)
      await appendParcels([parcel], { argumentKeys: new Map() })
    },
    appendParcels,
  }
}

/** As many messages as are sent at once. */
function* inGroups(texts: readonly string[]): Generator<readonly string[], void, undefined> {
  let [group, bytes] = [[] as string[], 0]
  for (const text of texts) {
    const size = new TextEncoder().encode(text).length + ADDED_BYTES
    if (group.length === MAX_SENT || (bytes + size > MAX_SENT_BYTES && group.length > 0)) {
      yield group
      ;[group, bytes] = [[], 0]
    }
    group.push(text)
    bytes += size
  }
  if (group.length > 0) yield group
}

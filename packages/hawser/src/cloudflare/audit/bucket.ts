import { headText } from '../../audit/chain.ts'
import type { AuditHead } from '../../audit/index.ts'
import { isSame, mac } from '../../audit/keys.ts'
import type { Log } from '../../call/index.ts'
import type { Bucket } from '../runtime.ts'

/** What an object that keeps a log works with. */
export interface Keeper {
  readonly name: string
  readonly bucket: Bucket
  /** The binding of the bucket. */
  readonly bucketName: string
  readonly sealKey: () => Promise<Uint8Array<ArrayBuffer>>
  /** Milliseconds that records wait in the object for others. */
  readonly lingerMs: number
  readonly log: Log
}

type Heads = ReadonlyMap<string, AuditHead>

/** Where it stands in a bucket what the ends of the chains are. */
const headKey = (name: string): string => `${name}/head.json`

/**
 * What an object of a log is called: keys sort as the records were linked. No character is one that a file system refuses.
 *
 * @param at Milliseconds since 1970, never less than that of the object before.
 * @param number Counts the objects of a log.
 */
export function objectKey(name: string, at: number, number: number): string {
  const [day = '', time = ''] = new Date(at).toISOString().slice(0, -1).split('T')
  return `${name}/log/${day}/${time.replaceAll(':', '-')}-${String(number).padStart(10, '0')}.jsonl`
}

/** Notes where the chains of a bucket end, sealed, in the place of what was noted before. */
export async function putHeads({ name, bucket, sealKey }: Keeper, heads: Heads): Promise<void> {
  const key = await sealKey()
  const sealed: [string, AuditHead][] = []
  for (const [tenant, { seq, hash }] of heads)
    sealed.push([tenant, { seq, hash, seal: await mac(key, headText(tenant, { seq, hash })) }])
  const text = JSON.stringify({ v: 1, bytes: 0, heads: Object.fromEntries(sealed) })
  await bucket.put(headKey(name), `${text}\n`, { httpMetadata: { contentType: 'application/json' } })
}

/**
 * Where the chains of a bucket end, for an object that knows nothing of them, as after it was made anew: it goes on behind them.
 *
 * @throws Error when what is there is no such note, or was sealed with another key.
 */
export async function getHeads({ name, bucket, bucketName, sealKey }: Keeper): Promise<Heads> {
  const found = await bucket.get(headKey(name))
  if (found === null) return new Map()
  const where = `${headKey(name)} of the bucket ${bucketName}`
  const heads = readHeads(await found.text())
  if (heads === undefined)
    throw new Error(`${where} does not say where a log ends. Put back what was there, or delete it.`)
  const key = await sealKey()
  for (const [tenant, head] of heads) {
    if (isSame(head.seal ?? '', await mac(key, headText(tenant, head)))) continue
    throw new Error(
      `${where} was not sealed with this key. Use the one that it was kept with, or another keepAudit({ name }).`,
    )
  }
  return heads
}

function readHeads(text: string): Heads | undefined {
  try {
    const { heads } = JSON.parse(text) as { readonly heads: Readonly<Record<string, AuditHead>> }
    return new Map(Object.entries(heads).map(([tenant, { seq, hash, seal }]) => [tenant, { seq, hash, seal }]))
  } catch {
    return undefined
  }
}

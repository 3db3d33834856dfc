import { workers } from '#workers'
import type { Log } from '../../call/index.ts'
import type { Bucket } from '../runtime.ts'

/** What the object of a log works with. */
export interface Keeper {
  readonly bucket: Bucket
  /** The binding of the bucket. */
  readonly bucketName: string
  readonly sealKey: () => Promise<Uint8Array<ArrayBuffer>>
  /** Milliseconds that records wait in the object for others. */
  readonly lingerMs: number
  readonly log: Log
}

/** The logs that this Worker keeps: the object of one is of the same module, and finds here what it works with. */
const keepers = new Map<string, Keeper>()

/** @throws TypeError when there are two logs of that name, since one object keeps both. */
export function registerKeeper(name: string, keeper: Keeper): void {
  if (workers.env === undefined) return
  if (keepers.has(name))
    throw new TypeError(`Two audit logs are called "${name}". Give each a name of its own: keepAudit({ name }).`)
  keepers.set(name, keeper)
}

/** @throws Error when the Worker that has the objects keeps no such log. */
export function findKeeper(name: string): Keeper {
  const keeper = keepers.get(name)
  if (keeper !== undefined) return keeper
  const message = `The Worker that exports HawserObject keeps no audit log called "${name}".`
  throw new Error(`${message} Call keepAudit there, too, as its module loads.`)
}

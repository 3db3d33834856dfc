import type { AuditRecord, AuditSink } from '../audit/index.ts'
import { type AuditParcel, packDrafts } from '../audit/parcel.ts'
import type { ParcelKeys } from '../audit/sink.ts'
import { guardLog, type Log, logToStderr } from '../call/index.ts'
import type { AuditStore } from './audit-store.ts'
import { type AuditPlace, startThread } from './start-thread.ts'

/** How a log is kept. */
export interface AuditKeeping {
  /** Whether a thread of its own writes, hashes and waits for the disk, so that calls do not; true when left out. */
  readonly thread?: boolean | undefined
  /** Where to say that no thread can be started; stderr when left out. */
  readonly log?: Log | undefined
}

/** A sink that is closed, such as one before a file. */
export interface ClosableAudit extends AuditSink, AsyncDisposable {
  readonly append: (records: readonly AuditRecord[], sealKey: Uint8Array<ArrayBuffer> | undefined) => Promise<void>
  readonly close: () => Promise<void>
}

interface Keeper {
  readonly sink: ClosableAudit
  readonly forget: (before: Date) => Promise<number>
}

/** What runs in the thread; a program that was bundled lacks it. */
const findThread = (): URL => new URL(import.meta.resolve('#audit-thread'))

/**
 * Makes a sink before a store, which a thread keeps from the first record on.
 *
 * @param open Opens the same store in this thread, for when no other can be started.
 */
export function createKeeper(
  place: AuditPlace,
  open: () => AuditStore,
  options: AuditKeeping,
  find: () => URL = findThread,
): Keeper {
  const log = guardLog(options.log ?? logToStderr)
  let here: AuditStore | undefined = options.thread === false ? open() : undefined
  let apart: Promise<AuditStore> | undefined

  const start = async (): Promise<AuditStore> => {
    try {
      return await startThread(find(), place, () => (apart = undefined))
    } catch (cause) {
      const message = `${place.path} is written by the thread that serves calls, since no other could be started.`
      log({ level: 'warn', message, cause })
      return (here ??= open())
    }
  }
  const store = async (): Promise<AuditStore> => here ?? (apart ??= start())

  const appendParcels = async (parcels: readonly AuditParcel[], keys: ParcelKeys): Promise<void> => {
    await (await store()).append({ ...keys, parcels })
  }
  const close = async (): Promise<void> => {
    const closing = here ?? (await apart)
    await closing?.close()
  }
  const append: ClosableAudit['append'] = async (records, sealKey) =>
    appendParcels([packDrafts(records.map((record) => ({ record })))], { argumentKeys: new Map(), sealKey })
  return {
    sink: { append, appendParcels, close, [Symbol.asyncDispose]: close },
    forget: async (before) => (await (await store()).forget?.(before.getTime())) ?? 0,
  }
}

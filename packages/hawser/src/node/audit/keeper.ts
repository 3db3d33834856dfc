import type { AuditRecord, AuditSink } from '../../audit/index.ts'
import { type AuditParcel, packDrafts } from '../../audit/parcel.ts'
import type { ParcelKeys } from '../../audit/sink.ts'
import { guardLog, type Log, logToStderr } from '../../call/index.ts'
import type { AuditStore } from './store.ts'
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
 * Makes a sink before a store. A thread keeps it as soon as there is one; what comes before, or while there is none, is written here, so
 * that nothing waits for a thread to start.
 *
 * @param here The same store in this thread.
 */
export function createKeeper(
  place: AuditPlace,
  here: AuditStore,
  options: AuditKeeping,
  find: () => URL = findThread,
): Keeper {
  const log = guardLog(options.log ?? logToStderr)
  let isWanted = options.thread !== false
  let apart: AuditStore | undefined
  let starting: Promise<AuditStore> | undefined
  let isOpenHere = false
  let last: Promise<unknown> = Promise.resolve()

  const start = async (): Promise<void> => {
    let store: AuditStore | undefined
    const onEnd = (): void => {
      // Another may have taken its place.
      if (apart === store) apart = undefined
    }
    const thread = (starting = startThread(place, find, onEnd))
    try {
      store = await thread
      // Closed meanwhile: nobody waits for it any more.
      if (starting !== thread) return await store.close()
      apart = store
    } catch (cause) {
      isWanted = false
      const message = `${place.path} is written by the thread that serves calls, since no other could be started.`
      log({ level: 'warn', message, cause })
    }
    if (starting === thread) starting = undefined
  }

  /** One after the other, so that the store changes hands between two. */
  const use = <T>(work: (store: AuditStore) => T | Promise<T>): Promise<T> => {
    const done = last.then(async () => {
      const store = apart
      if (store === undefined) {
        isOpenHere = true
        if (isWanted && starting === undefined) void start()
        return work(here)
      }
      if (isOpenHere) await here.close()
      isOpenHere = false
      return work(store)
    })
    last = done.catch(() => {})
    return done
  }

  const appendParcels = (parcels: readonly AuditParcel[], keys: ParcelKeys): Promise<void> =>
    use((store) => store.append({ ...keys, parcels }))
  const append: ClosableAudit['append'] = async (records, sealKey) =>
    appendParcels([packDrafts(records.map((record) => ({ record })))], { argumentKeys: new Map(), sealKey })
  const end = async (): Promise<void> => {
    starting = undefined
    await here.close()
    await apart?.close()
  }
  const close = (): Promise<void> => {
    const done = last.then(end)
    last = done.catch(() => {})
    return done
  }
  return {
    sink: { append, appendParcels, close, [Symbol.asyncDispose]: close },
    forget: (before) => use(async (store) => (await store.forget?.(before.getTime())) ?? 0),
  }
}

import type { Log } from '../call/index.ts'
import { type AuditDraft, argsOf } from './draft.ts'
import type { AuditRecord } from './event.ts'
import { type AuditKeys, mac } from './keys.ts'
import { type AuditParcel, packDrafts, unpackRecords } from './parcel.ts'
import type { AuditSink, ParcelKeys } from './sink.ts'

/** Records that wait to be written. */
export interface Writer {
  /** Takes a record, to be written soon. False when there is no room for it. */
  readonly add: (draft: AuditDraft) => boolean
  /** Takes a record, and resolves when it is written; rejects when it is not. */
  readonly write: (draft: AuditDraft) => Promise<void>
  /** Writes what waits now; resolves when that is written, or cannot be. Nothing that others are writing is waited for where the sink lets it. */
  readonly flush: () => Promise<void>
  /** Resolves when nothing waits any more, or what waits cannot be written now. */
  readonly close: () => Promise<void>
}

export interface WriterOptions {
  readonly sink: AuditSink
  readonly keys: AuditKeys
  /** Most records that wait, and the UTF-16 units that they take. */
  readonly maxWaiting: number
  readonly maxChars: number
  /** The record that says how many had no room. */
  readonly describeGap: (lost: number) => AuditRecord
  readonly log: Log
}

/** Milliseconds that a record may wait for others to be written with it, and between attempts after a failure. */
const LINGER = 20
const PAUSE = 1_000
/** Records that are packed together: objects that wait are moved by the garbage collector, again and again. */
const PARCEL = 64
/** Records that are written at once: waking a thread takes as long as many records. */
const BATCH = 2_048
/** What a record takes besides the arguments. */
const RECORD_CHARS = 1_000
/** Milliseconds after which records that were handed over, and of which nothing was heard, are handed over again. Longer than a Worker is given after its answer. */
const UNHEARD = 60_000
/** Milliseconds after which a timer that has not rung belongs to an invocation that has ended. */
const OVERDUE = 1_000

/** Records that are written with each other or not at all. */
interface Waiting {
  readonly parcel: AuditParcel
  readonly chars: number
  readonly written?: { readonly resolve: () => void; readonly reject: (error: unknown) => void }
}

/** Records that a sink was given and has not answered for. */
interface Flight {
  readonly batch: readonly Waiting[]
  /** Milliseconds since 1970. */
  readonly since: number
}

/**
 * Hands records to a sink, and keeps what cannot be written for later: in their order and one batch after the other, unless the sink is
 * idempotent. Then whoever flushes hands over what waits at that moment and waits for nobody else. For in a Worker whatever an invocation
 * has begun ends with it without a word: its promises never settle, and its timers never ring.
 */
export function createWriter(options: WriterOptions): Writer {
  const { sink, keys, maxWaiting, maxChars, describeGap, log } = options
  const isFree = sink.isIdempotent === true
  let waiting: Waiting[] = []
  let loose: AuditDraft[] = []
  const flights = new Map<Flight, Promise<boolean>>()
  let count = 0
  let chars = 0
  let lost = 0
  /** Says how many were lost. It stays the same record until it is written, since it may have been already. */
  let gap: { readonly parcel: AuditParcel; readonly lost: number } | undefined
  let isFailing = false
  let isClosing = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let ringsAt = 0
  let writing: Promise<void> | undefined

  /** Whether there is room for a record; then it is taken. */
  const reserve = (draft: AuditDraft): boolean => {
    const size = sizeOf(draft)
    if (count >= maxWaiting || chars + size > maxChars) return false
    count++
    chars += size
    return true
  }
  const put = (draft: AuditDraft): boolean => {
    if (!reserve(draft)) return false
    loose.push(draft)
    if (loose.length >= PARCEL) packLoose()
    return true
  }
  const packLoose = (): void => {
    if (loose.length > 0) waiting.push(pack(loose))
    loose = []
  }
  const drop = (written: readonly Waiting[]): void => {
    for (const { parcel, chars: size } of written) {
      count -= parcel.count
      chars -= size
    }
  }
  const schedule = (): void => {
    const now = Date.now()
    if (timer !== undefined && now < ringsAt + OVERDUE) return
    const pause = isFailing ? PAUSE : LINGER
    ringsAt = now + pause
    timer = setTimeout(() => {
      timer = undefined
      void flush()
    }, pause)
    // A sink that is gone for good is no reason for a process to stay.
    if (isFailing) letGo(timer)
  }

  const append = async (batch: readonly Waiting[]): Promise<void> => {
    // What had no room came after all that waits.
    if (gap === undefined && lost > 0 && waiting.length === 0) {
      gap = { parcel: packDrafts([{ record: describeGap(lost) }]), lost }
      lost = 0
    }
    const told = gap
    const parcels = batch.map(({ parcel }) => parcel)
    if (told !== undefined) parcels.push(told.parcel)
    const argumentKeys = new Map<string, Uint8Array<ArrayBuffer>>()
    for (const { tenants } of parcels)
      for (const tenant of tenants)
        if (!argumentKeys.has(tenant)) argumentKeys.set(tenant, await keys.forArguments(tenant))
    const made: ParcelKeys = { argumentKeys, sealKey: await keys.forHeads() }
    if (sink.appendParcels === undefined) await sink.append(await writeOut(parcels, made), made.sealKey)
    else await sink.appendParcels(parcels, made)
    if (gap === told) gap = undefined
    if (isFailing)
      log({ level: 'warn', message: `The audit log is written again; ${told?.lost ?? 0} records were lost.` })
    isFailing = false
  }

  /** Hands the next batch over; resolves to whether it was written. */
  const hand = (): Promise<boolean> => {
    packLoose()
    const flight: Flight = { batch: firstOf(waiting), since: Date.now() }
    waiting = waiting.slice(flight.batch.length)
    const done = land(flight)
    flights.set(flight, done)
    return done
  }
  const land = async (flight: Flight): Promise<boolean> => {
    try {
      await append(flight.batch)
    } catch (error) {
      // Taken back meanwhile: it is somebody else's to answer for.
      if (flights.delete(flight)) fail(flight.batch, error)
      return false
    }
    if (!flights.delete(flight)) return true
    drop(flight.batch)
    for (const { written } of flight.batch) written?.resolve()
    return true
  }
  const fail = (batch: readonly Waiting[], error: unknown): void => {
    const message = `The audit log cannot be written; ${count} records wait.`
    if (!isFailing) log({ level: 'error', message, cause: error })
    isFailing = true
    // Whoever waits for a record is told now; it must not be written after its operation was refused.
    const refused = batch.filter(({ written }) => written !== undefined)
    for (const { written } of refused) written?.reject(error)
    drop(refused)
    waiting = [...batch.filter(({ written }) => written === undefined), ...waiting]
  }

  const isWaiting = (): boolean => waiting.length > 0 || loose.length > 0
  const isWaitedFor = (): boolean => waiting.some(({ written }) => written !== undefined)
  /** Whether what waits is not to wait for more. */
  const isUrgent = (): boolean => isWaiting() && (isClosing || count >= BATCH || isWaitedFor())

  const drain = async (): Promise<void> => {
    do {
      if (!(await hand()) && !isWaitedFor()) break
    } while (isUrgent())
    // In the same turn as the last look at what waits, so that nothing is left between two runs.
    writing = undefined
    if (isWaiting()) schedule()
  }

  /** Hands over what waits now, and again what was handed over so long ago that nobody can be waiting for it any more. */
  const handOver = async (): Promise<void> => {
    const unheard = [...flights.keys()].filter(({ since }) => since <= Date.now() - UNHEARD)
    for (const flight of unheard) flights.delete(flight)
    waiting = [...unheard.flatMap(({ batch }) => batch), ...waiting]
    packLoose()
    let left = waiting.length
    while (left > 0 && waiting.length > 0) {
      left -= firstOf(waiting).length
      if (!(await hand())) break
    }
    if (isWaiting()) schedule()
  }

  const flush = (): Promise<void> => {
    if (count === 0) return Promise.resolve()
    return isFree ? handOver() : (writing ??= drain())
  }
  const flushNow = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    isClosing = true
    await flush()
    isClosing = false
  }

  return {
    add: (draft) => {
      // Large arguments must not take the room of what others did: without them it is still on record that they came.
      const hasRoom = put(draft) || ('args' in draft && put({ ...draft, args: undefined }))
      if (!hasRoom) lost++
      schedule()
      return hasRoom
    },
    write: (draft) =>
      new Promise((resolve, reject) => {
        if (!reserve(draft)) {
          reject(new Error(`${count} records wait to be written; there is no room for another.`))
          return
        }
        packLoose()
        waiting.push({ ...pack([draft]), written: { resolve, reject } })
        void flush()
      }),
    flush: flushNow,
    close: async () => {
      await flushNow()
      await Promise.all(flights.values())
    },
  }
}

const sizeOf = (draft: AuditDraft): number => RECORD_CHARS + (argsOf(draft)?.length ?? 0)

function pack(drafts: readonly AuditDraft[]): Waiting {
  return { parcel: packDrafts(drafts), chars: drafts.reduce((sum, draft) => sum + sizeOf(draft), 0) }
}

/** As much as is written at once. */
function firstOf(waiting: readonly Waiting[]): readonly Waiting[] {
  let count = 0
  const end = waiting.findIndex(({ parcel }) => (count += parcel.count) > BATCH)
  return end < 0 ? waiting.slice() : waiting.slice(0, Math.max(end, 1))
}

async function writeOut(
  parcels: readonly AuditParcel[],
  { argumentKeys }: ParcelKeys,
): Promise<readonly AuditRecord[]> {
  const records: AuditRecord[] = []
  for (const parcel of parcels)
    for (const { tenant, args, write } of unpackRecords(parcel)) {
      const argsHash = args === undefined ? undefined : await mac(argumentKeys.get(tenant)!, args)
      records.push(JSON.parse(write(argsHash).join(',')) as AuditRecord)
    }
  return records
}

/** Has a timer keep no process alive, where there are processes. */
function letGo(timer: unknown): void {
  if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function')
    timer.unref()
}

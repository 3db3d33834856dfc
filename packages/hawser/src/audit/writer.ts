import type { Log } from '../call/index.ts'
import { BATCH, createBacklog, type Waiting } from './backlog.ts'
import type { AuditDraft } from './draft.ts'
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
  /** Writes what waits now; resolves when that is written, or cannot be. */
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
/** Milliseconds by which a timer is late that will never ring. */
const OVERDUE = 1_000
/** Milliseconds after which records are handed over again of which nothing was heard: longer than a Worker is given after its answer. */
const UNHEARD = 60_000

/** Records that a sink was given and has not answered for. */
interface Flight {
  readonly batch: readonly Waiting[]
  /** Milliseconds since 1970. */
  readonly since: number
  readonly landed: Promise<void>
}

/**
 * Hands records to a sink, and keeps what cannot be written for later: in their order and one batch after the other, unless the sink is
 * idempotent. Then whoever flushes hands over what waits at that moment, and waits for nobody else: in a Worker, what an invocation has
 * begun ends with it without a word, so that its promises never settle and its timers never ring.
 */
export function createWriter(options: WriterOptions): Writer {
  const { sink, keys, maxWaiting, maxChars, describeGap, log } = options
  const isIdempotent = sink.isIdempotent === true
  const backlog = createBacklog(maxWaiting, maxChars)
  const flights = new Set<Flight>()
  let lost = 0
  /** Says how many were lost. It stays the same record until it is written, since it may have been already. */
  let gap: { readonly parcel: AuditParcel; readonly lost: number } | undefined
  let isFailing = false
  let isClosing = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let ringsAt = 0
  let draining: Promise<void> | undefined

  const schedule = (): void => {
    if (timer !== undefined && !(isIdempotent && Date.now() >= ringsAt + OVERDUE)) return
    const pause = isFailing ? PAUSE : LINGER
    ringsAt = Date.now() + pause
    timer = setTimeout(() => {
      timer = undefined
      void flush()
    }, pause)
    // A sink that is gone for good is no reason for a process to stay.
    if (isFailing) letGo(timer)
  }

  const append = async (batch: readonly Waiting[]): Promise<void> => {
    // What had no room came after all that waits.
    if (gap === undefined && lost > 0 && backlog.waits() === 0) {
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
  const hand = async (): Promise<boolean> => {
    const { promise: landed, resolve: land } = Promise.withResolvers<void>()
    const flight: Flight = { batch: backlog.take(), since: Date.now(), landed }
    flights.add(flight)
    try {
      await append(flight.batch)
      // Otherwise it was put back meanwhile, and is somebody else's to answer for.
      if (flights.delete(flight)) {
        backlog.drop(flight.batch)
        for (const { written } of flight.batch) written?.resolve()
      }
      return true
    } catch (error) {
      if (flights.delete(flight)) fail(flight.batch, error)
      return false
    } finally {
      land()
    }
  }
  const fail = (batch: readonly Waiting[], error: unknown): void => {
    const message = `The audit log cannot be written; ${backlog.size()} records wait.`
    if (!isFailing) log({ level: 'error', message, cause: error })
    isFailing = true
    // Whoever waits for a record is told now; it must not be written after its operation was refused.
    const refused = batch.filter(({ written }) => written !== undefined)
    for (const { written } of refused) written?.reject(error)
    backlog.drop(refused)
    backlog.putBack(batch.filter(({ written }) => written === undefined))
  }

  /** Whether what waits is not to wait for more. */
  const isUrgent = (): boolean => backlog.waits() > 0 && (isClosing || backlog.size() >= BATCH || backlog.isAwaited())

  const drain = async (): Promise<void> => {
    do {
      if (!(await hand()) && !backlog.isAwaited()) break
    } while (isUrgent())
    // In the same turn as the last look at what waits, so that nothing is left between two runs.
    draining = undefined
    if (backlog.waits() > 0) schedule()
  }

  /** Hands over what waits now, and what nobody can be waiting for any more. */
  const handOver = async (): Promise<void> => {
    for (const flight of flights)
      if (flight.since <= Date.now() - UNHEARD) {
        flights.delete(flight)
        backlog.putBack(flight.batch)
      }
    for (let left = backlog.batches(); left > 0 && backlog.waits() > 0; left--) if (!(await hand())) break
    if (backlog.waits() > 0) schedule()
  }

  const flush = (): Promise<void> => {
    if (backlog.size() === 0) return Promise.resolve()
    return isIdempotent ? handOver() : (draining ??= drain())
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
      const hasRoom = backlog.add(draft) || ('args' in draft && backlog.add({ ...draft, args: undefined }))
      if (!hasRoom) lost++
      schedule()
      return hasRoom
    },
    write: (draft) =>
      new Promise((resolve, reject) => {
        if (backlog.addAwaited(draft, { resolve, reject })) return void flush()
        reject(new Error(`${backlog.size()} records wait to be written; there is no room for another.`))
      }),
    flush: flushNow,
    close: async () => {
      await flushNow()
      await Promise.all([...flights].map(({ landed }) => landed))
    },
  }
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

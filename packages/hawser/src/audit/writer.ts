import type { Log } from '../call/index.ts'
import type { AuditRecord } from './event.ts'
import { type AuditDraft, tenantOf, toRecord } from './draft.ts'
import { type AuditKeys, mac } from './keys.ts'
import type { AuditSink } from './sink.ts'

/** Records that wait to be written. */
export interface Writer {
  /** Takes a record, to be written soon. False when there is no room for it. */
  readonly add: (draft: AuditDraft) => boolean
  /** Takes a record, and resolves when it is written; rejects when it is not. */
  readonly write: (draft: AuditDraft) => Promise<void>
  /** Resolves when nothing waits any more, or what waits cannot be written now. */
  readonly flush: () => Promise<void>
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
/** Records that are many enough to be written without waiting for more: what waits long is moved by the garbage collector. */
const SOON = 128
/** Records that are written at once. */
const BATCH = 1_024
/** What a record takes besides the arguments. */
const RECORD_CHARS = 1_000

type Waiting = AuditDraft & {
  readonly written?: { readonly resolve: () => void; readonly reject: (error: unknown) => void }
}

/** Hands records to a sink in their order, one batch after the other, and keeps what cannot be written for later. */
export function createWriter(options: WriterOptions): Writer {
  const { sink, keys, maxWaiting, maxChars, describeGap, log } = options
  let waiting: Waiting[] = []
  let chars = 0
  let lost = 0
  let isFailing = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let writing: Promise<void> | undefined

  const sizeOf = ({ args = '' }: AuditDraft): number => RECORD_CHARS + args.length
  const put = (draft: Waiting): boolean => {
    const size = sizeOf(draft)
    if (waiting.length >= maxWaiting || chars + size > maxChars) return false
    waiting.push(draft)
    chars += size
    return true
  }
  const schedule = (): void => {
    if (timer !== undefined) return
    timer = setTimeout(
      () => {
        timer = undefined
        void flush()
      },
      isFailing ? PAUSE : LINGER,
    )
    // A sink that is gone for good is no reason for a process to stay.
    if (isFailing) letGo(timer)
  }

  const append = async (batch: readonly AuditDraft[]): Promise<void> => {
    // What had no room came after all that waits.
    const gap = batch.length === waiting.length ? lost : 0
    const drafts = gap > 0 ? [...batch, { record: describeGap(gap) }] : batch
    const argumentKeys = new Map<string, Uint8Array<ArrayBuffer>>()
    for (const draft of drafts) {
      const tenant = tenantOf(draft)
      if (draft.args !== undefined && !argumentKeys.has(tenant))
        argumentKeys.set(tenant, await keys.forArguments(tenant))
    }
    const sealKey = await keys.forHeads()
    if (sink.appendDrafts === undefined) await sink.append(await writeOut(drafts, argumentKeys), sealKey)
    else await sink.appendDrafts(drafts, { argumentKeys, sealKey })
    lost -= gap
    if (isFailing) log({ level: 'warn', message: `The audit log is written again; ${gap} records were lost.` })
    isFailing = false
  }

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH)
      try {
        await append(batch)
      } catch (error) {
        const message = `The audit log cannot be written; ${waiting.length} records wait.`
        if (!isFailing) log({ level: 'error', message, cause: error })
        isFailing = true
        // Whoever waits for a record is told now; it must not be written after its operation was refused.
        for (const { written } of batch) written?.reject(error)
        waiting = waiting.filter(({ written }, at) => at >= batch.length || written === undefined)
        chars = waiting.reduce((sum, draft) => sum + sizeOf(draft), 0)
        if (waiting.some(({ written }) => written !== undefined)) continue
        break
      }
      waiting.splice(0, batch.length)
      for (const draft of batch) {
        chars -= sizeOf(draft)
        draft.written?.resolve()
      }
    }
    // In the same turn as the last look at what waits, so that nothing is left between two runs.
    writing = undefined
    if (waiting.length > 0) schedule()
  }

  const flush = (): Promise<void> => (waiting.length === 0 ? Promise.resolve() : (writing ??= drain()))

  return {
    add: (draft) => {
      // Large arguments must not take the room of what others did: without them it is still on record that they came.
      const hasRoom = put(draft) || (draft.args !== undefined && put({ ...draft, args: undefined }))
      if (!hasRoom) lost++
      if (waiting.length === SOON && !isFailing && writing === undefined) void flush()
      else schedule()
      return hasRoom
    },
    write: (draft) =>
      new Promise((resolve, reject) => {
        if (!put({ ...draft, written: { resolve, reject } }))
          reject(new Error(`${waiting.length} records wait to be written; there is no room for another.`))
        else void flush()
      }),
    flush: async () => {
      clearTimeout(timer)
      timer = undefined
      await flush()
    },
  }
}

async function writeOut(
  drafts: readonly AuditDraft[],
  argumentKeys: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
): Promise<readonly AuditRecord[]> {
  const records: AuditRecord[] = []
  for (const draft of drafts) {
    const key = draft.args === undefined ? undefined : argumentKeys.get(tenantOf(draft))
    records.push(toRecord(draft, key && (await mac(key, draft.args!))))
  }
  return records
}

/** Has a timer keep no process alive, where there are processes. */
function letGo(timer: unknown): void {
  if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function')
    timer.unref()
}

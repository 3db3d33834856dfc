import type { Log } from '../call/index.ts'
import type { AuditRecord } from './event.ts'
import { type AuditKeys, mac } from './keys.ts'
import type { AuditSink } from './sink.ts'

/** A record on its way, with the arguments that only their hash is kept of. */
export interface Draft {
  readonly record: AuditRecord
  readonly args?: string | undefined
}

/** Records that wait to be written. */
export interface Writer {
  /** Takes a record, to be written soon. False when there is no room for it. */
  readonly add: (draft: Draft) => boolean
  /** Takes a record, and resolves when it is written; rejects when it is not. */
  readonly write: (draft: Draft) => Promise<void>
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
/** Records that are written at once. */
const BATCH = 256
/** What a record takes besides the arguments. */
const RECORD_CHARS = 1_000

interface Waiting extends Draft {
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

  const sizeOf = ({ args = '' }: Draft): number => RECORD_CHARS + args.length
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

  const append = async (batch: readonly Draft[]): Promise<void> => {
    const records: AuditRecord[] = []
    for (const { record, args } of batch) {
      const key = args === undefined ? undefined : await keys.forArguments(record.tenant)
      const argsHash = key && (sink.mac?.(key, args!) ?? (await mac(key, args!)))
      records.push(argsHash === undefined ? record : withHash(record, argsHash))
    }
    // What had no room came after all that waits.
    const gap = batch.length === waiting.length ? lost : 0
    if (gap > 0) records.push(describeGap(gap))
    await sink.append(records, await keys.forHeads())
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
      const hasRoom = put(draft) || (draft.args !== undefined && put({ record: draft.record }))
      if (!hasRoom) lost++
      schedule()
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

function withHash({ op, ...record }: AuditRecord, argsHash: string): AuditRecord {
  return { ...record, op: op && { ...op, argsHash } }
}

/** Has a timer keep no process alive, where there are processes. */
function letGo(timer: unknown): void {
  if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function')
    timer.unref()
}

import { type AuditDraft, argsOf } from './draft.ts'
import { type AuditParcel, packDrafts } from './parcel.ts'

/** Records that are written with each other or not at all. */
export interface Waiting {
  readonly parcel: AuditParcel
  readonly chars: number
  readonly written?: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined
}

/** Records that wait to be written or are being written, up to a bound. */
export interface Backlog {
  /** Takes a record, to be packed with others. False when there is no room for it. */
  readonly add: (draft: AuditDraft) => boolean
  /** Takes a record that somebody waits for. False when there is no room for it. */
  readonly addAwaited: (draft: AuditDraft, written: Waiting['written']) => boolean
  /** What is to be written next; it keeps its room until it is dropped. */
  readonly take: () => readonly Waiting[]
  /** Puts in front of all others what was taken and not written. */
  readonly putBack: (batch: readonly Waiting[]) => void
  /** Gives back the room of what was taken. */
  readonly drop: (batch: readonly Waiting[]) => void
  /** Records that have room. */
  readonly size: () => number
  /** Those of them that nobody has taken. */
  readonly waits: () => number
  /** How often `take` takes something until all of these are taken. */
  readonly batches: () => number
  /** Whether somebody waits for one of these. */
  readonly isAwaited: () => boolean
}

/** Records that are packed together: objects that wait are moved by the garbage collector, again and again. */
const PARCEL = 64
/** Records that are taken at once: waking a thread takes as long as many records. */
export const BATCH = 2_048
/** What a record takes besides the arguments. */
const RECORD_CHARS = 1_000

/**
 * @param maxRecords Most records.
 * @param maxChars Most UTF-16 units that they take.
 */
export function createBacklog(maxRecords: number, maxChars: number): Backlog {
  let waiting: Waiting[] = []
  let loose: AuditDraft[] = []
  let [size, chars, taken] = [0, 0, 0]

  const reserve = (draft: AuditDraft): boolean => {
    const needed = charsOf(draft)
    if (size >= maxRecords || chars + needed > maxChars) return false
    size++
    chars += needed
    return true
  }
  const packLoose = (): void => {
    if (loose.length > 0) waiting.push(pack(loose))
    loose = []
  }
  return {
    add: (draft) => {
      if (!reserve(draft)) return false
      loose.push(draft)
      if (loose.length >= PARCEL) packLoose()
      return true
    },
    addAwaited: (draft, written) => {
      if (!reserve(draft)) return false
      packLoose()
      waiting.push({ ...pack([draft]), written })
      return true
    },
    take: () => {
      packLoose()
      const batch = waiting.splice(0, lengthOfBatch(waiting))
      taken += countOf(batch)
      return batch
    },
    putBack: (batch) => {
      waiting = [...batch, ...waiting]
      taken -= countOf(batch)
    },
    drop: (batch) => {
      taken -= countOf(batch)
      size -= countOf(batch)
      for (const one of batch) chars -= one.chars
    },
    size: () => size,
    waits: () => size - taken,
    batches: () => Math.ceil((size - taken) / (BATCH - PARCEL)),
    isAwaited: () => waiting.some(({ written }) => written !== undefined),
  }
}

const charsOf = (draft: AuditDraft): number => RECORD_CHARS + (argsOf(draft)?.length ?? 0)

function pack(drafts: readonly AuditDraft[]): Waiting {
  return { parcel: packDrafts(drafts), chars: drafts.reduce((sum, draft) => sum + charsOf(draft), 0) }
}

const countOf = (batch: readonly Waiting[]): number => batch.reduce((sum, { parcel }) => sum + parcel.count, 0)

/** As much as is taken at once: one at least. */
function lengthOfBatch(waiting: readonly Waiting[]): number {
  let count = 0
  const end = waiting.findIndex(({ parcel }) => (count += parcel.count) > BATCH)
  return end < 0 ? waiting.length : Math.max(end, 1)
}

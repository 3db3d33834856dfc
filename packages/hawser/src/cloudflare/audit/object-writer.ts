import { type Keeper, objectKey, putHeads } from './bucket.ts'
import type { HeldRecords } from './held-records.ts'

/** Puts what is held into objects of a bucket. */
export interface ObjectWriter {
  /** Puts what is due into one object; what fails is said and tried again. */
  readonly put: () => Promise<void>
  /** Before this time, in milliseconds since 1970, a bucket that took nothing is not tried again. */
  readonly retryAt: () => number
}

/** Milliseconds after which a bucket that took nothing is tried again: at first, and at most. */
const FIRST_PAUSE = 5_000
const LAST_PAUSE = 900_000

/** What goes into an object is settled in storage before it is tried, so that it is the same however often that is. */
export function createObjectWriter(keeper: Keeper, held: HeldRecords): ObjectWriter {
  const { name, bucket, log } = keeper
  let putting: Promise<void> | undefined
  let [retryAt, pause] = [0, FIRST_PAUSE]

  /** One object at a time: the note of the ends is a single key, which takes one write a second. */
  const putNext = async (): Promise<void> => {
    const tried = held.readDraft()
    const draft = tried ?? held.beginDraft(Date.now())
    if (draft === undefined) return
    const parts = held.readParts(draft)
    const key = objectKey(name, draft.at, draft.number)
    // What was tried may be there: a bucket that is locked does not take it again.
    if (tried === undefined || (await bucket.head(key)) === null)
      await bucket.put(key, parts.map(({ lines }) => lines).join(''), {
        httpMetadata: { contentType: 'application/x-ndjson' },
      })
    const heads = new Map(parts.flatMap((part) => [...part.heads]))
    await putHeads(keeper, new Map([...held.headsInBucket(), ...heads]))
    held.endDraft(draft, heads)
  }
  const put = async (): Promise<void> => {
    try {
      await putNext()
      if (retryAt > 0) log({ level: 'warn', message: `The audit log "${name}" is put into its bucket again.` })
      ;[retryAt, pause] = [0, FIRST_PAUSE]
    } catch (cause) {
      retryAt = Date.now() + pause
      const message = `The audit log "${name}" cannot be put into its bucket; ${held.bytes()} bytes wait in its object.`
      log({ level: 'error', message, cause })
      pause = Math.min(pause * 2, LAST_PAUSE)
    }
  }
  return {
    put: () => (putting ??= put().finally(() => (putting = undefined))),
    retryAt: () => retryAt,
  }
}

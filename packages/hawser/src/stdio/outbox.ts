import { encodeLine } from '../wire/lines.ts'

/** Characters that are handed on at once, so that one turn cannot build a string of unlimited length. */
const batchLength = 1024 * 1024

/** Characters that may wait for a full pipe before what can be missed is dropped. */
const congestion = 1024 * 1024

export interface OutboxOptions {
  /** Receives one or more whole lines. A promise means that the pipe is full: nothing more is written until it settles. */
  readonly write: (text: string) => void | Promise<void>
  /** Runs the flush after whatever else this turn still has to say. */
  readonly defer?: (flush: () => void) => void
  /** Tells that nothing more is to come, so that waiting gains nothing. */
  readonly isLull?: () => boolean
}

/** Messages on their way out. */
export interface Outbox {
  readonly send: (json: string) => void
  /** For what the peer can do without: dropped while the pipe is full and much waits already. */
  readonly offer: (json: string) => void
  /** For news that holds whenever it is read: not queued again while the same news still waits for a full pipe. */
  readonly announce: (json: string) => void
  /** Keeps what is said while a chunk of input is read. */
  readonly cork: () => void
  /** The chunk has been read. */
  readonly uncork: () => void
  /** Resolves when everything has been handed on. */
  readonly drain: () => Promise<void>
}

/** Collects the messages of one turn and writes them together, one line each. */
export function createOutbox({ write, defer = queueMicrotask, isLull }: OutboxOptions): Outbox {
  let text = ''
  let scheduled = false
  let corked = false
  let blocked: Promise<void> | undefined
  const announced = new Set<string>()

  const flush = (): void => {
    if (blocked !== undefined || text === '') return
    const batch = text
    text = ''
    announced.clear()
    const full = write(batch)
    if (full !== undefined) blocked = full.then(release, release)
  }

  const turnOver = (): void => {
    scheduled = false
    flush()
  }

  const release = (): void => {
    blocked = undefined
    flush()
  }

  /** At once where nothing more is to come, else together with whatever this turn still has to say. */
  const flushSoon = (): void => {
    if (blocked !== undefined) return
    if (isLull?.() === true) return flush()
    if (scheduled) return
    scheduled = true
    defer(turnOver)
  }

  const send = (json: string): void => {
    text += encodeLine(json)
    if (text.length >= batchLength) flush()
    else if (!corked) flushSoon()
  }

  const cork = (): void => {
    corked = true
  }

  const uncork = (): void => {
    corked = false
    if (text !== '') flushSoon()
  }

  const offer = (json: string): void => {
    if (blocked === undefined || text.length < congestion) send(json)
  }

  const announce = (json: string): void => {
    if (blocked === undefined) return send(json)
    if (announced.has(json)) return
    announced.add(json)
    send(json)
  }

  const drain = async (): Promise<void> => {
    flush()
    if (blocked === undefined) return
    await blocked
    await drain()
  }

  return { send, offer, announce, cork, uncork, drain }
}

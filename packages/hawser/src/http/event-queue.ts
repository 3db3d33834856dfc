import { ConnectionError } from '../call/index.ts'
import { keepAlive } from '../wire/events.ts'

/** The events of one stream between the call that sends them and the connection that carries them. */
export interface EventQueue {
  /**
   * Adds an event. When the reader is behind, a waiting event with the same `key` gives way to it, since only the newest
   * progress is news. Does nothing once the stream has ended.
   */
  readonly push: (event: string, key?: string | number) => void
  /** Adds the last event. */
  readonly end: (event: string) => void
  /** Ends the stream at once and drops what waits: the reader is gone. */
  readonly cancel: () => void
  /**
   * Everything that waits, as one text, as soon as there is something; `undefined` after the last event. One caller at a time.
   *
   * @throws ConnectionError `disconnected` when the stream broke off.
   */
  readonly next: () => Promise<string | undefined>
  /**
   * The same without waiting: empty when there is nothing yet.
   *
   * @throws ConnectionError `disconnected` when the stream broke off.
   */
  readonly take: () => string | undefined
  /** Calls back whenever there may be something to take, for a transport that does not call `next`. */
  readonly onNews: (callback: () => void) => void
  /** Calls back when the stream breaks off: whoever writes it, and whoever reads it, may want to know. */
  readonly onBreak: (callback: () => void) => void
}

export interface EventQueueOptions {
  /** Most events that may wait for the reader; 1024 by default. */
  readonly maxEvents?: number | undefined
  /** Most UTF-16 units that may wait for the reader, one event excepted; 1 Mi by default. */
  readonly maxLength?: number | undefined
  /** Milliseconds of silence after which a comment shows that the stream lives; 15 000 by default, 0 for none. */
  readonly keepAliveMs?: number | undefined
  /**
   * Milliseconds for which a reader may leave events untaken before it counts as gone, found out when the next sign of life is due. For
   * runtimes that do not tell who has left; never by default.
   */
  readonly stallMs?: number | undefined
}

/** Waiting events from which on the reader counts as behind; one that keeps up gets every event. */
const CROWDED = 32

interface Waiting {
  readonly event: string
  readonly key: string | number | undefined
}

/**
 * Makes a queue that never grows without bound and never changes the order of events. A reader so slow that a bound is
 * reached is given up: the stream breaks off.
 *
 * @example
 * const queue = createEventQueue()
 * queue.push(encodeEvent(notification))
 * queue.end(encodeEvent(result))
 * for (let text = await queue.next(); text !== undefined; text = await queue.next()) socket.write(text)
 */
export function createEventQueue({
  maxEvents = 1024,
  maxLength = 1024 * 1024,
  keepAliveMs = 15_000,
  stallMs = Infinity,
}: EventQueueOptions = {}): EventQueue {
  let state: 'open' | 'ended' | 'broken' = 'open'
  let waiting: (Waiting | undefined)[] = []
  let count = 0
  let length = 0
  /** Where the newest event with a key waits; older keys are forgotten, as a call has one progress token. */
  let keyed = -1
  let wake: (() => void) | undefined
  let whenBroken: (() => void) | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let lastEvent = Date.now()
  /** When the oldest event came that waits. */
  let waitingSince = lastEvent

  const add = (event: string, key: string | number | undefined): void => {
    lastEvent = Date.now()
    if (count === 0) waitingSince = lastEvent
    count++
    length += event.length
    waiting.push({ event, key })
    wake?.()
  }

  const giveWay = (key: string | number): void => {
    const older = waiting[keyed]
    if (count < CROWDED || older === undefined || older.key !== key) return
    count--
    length -= older.event.length
    if (keyed === waiting.length - 1) waiting.pop()
    else waiting[keyed] = undefined
  }

  const stop = (next: 'ended' | 'broken'): void => {
    state = next
    clearTimeout(timer)
  }

  const breakOff = (): void => {
    if (state === 'broken') return
    stop('broken')
    waiting = []
    wake?.()
    whenBroken?.()
  }

  const push = (event: string, key?: string | number): void => {
    if (state !== 'open') return
    if (key !== undefined) {
      giveWay(key)
      keyed = waiting.length
    }
    if (count >= maxEvents || (count > 0 && length + event.length > maxLength)) breakOff()
    else add(event, key)
  }

  const end = (event: string): void => {
    if (state !== 'open') return
    stop('ended')
    add(event, undefined)
  }

  const take = (): string | undefined => {
    if (state === 'broken') throw new ConnectionError('disconnected', 'The reader of this stream is gone or too slow.')
    const nothing = state === 'open' ? '' : undefined
    if (count === 0) return nothing
    const text = waiting.length === 1 ? waiting[0]!.event : waiting.map((entry) => entry?.event ?? '').join('')
    waiting = []
    count = length = 0
    keyed = -1
    // The end may come without an event.
    return text === '' ? nothing : text
  }

  const next = async (): Promise<string | undefined> => {
    if (state === 'open' && count === 0) {
      await new Promise<void>((resolve) => (wake = resolve))
      wake = undefined
    }
    return take()
  }

  const onNews = (callback: () => void): void => {
    wake = callback
    if (count > 0 || state !== 'open') callback()
  }

  const keepOpen = (): void => {
    const rest = keepAliveMs - (Date.now() - lastEvent)
    if (count > 0 && Date.now() - waitingSince >= stallMs) return breakOff()
    // A reader that has not taken the last event needs no sign of life.
    if (rest <= 0 && count === 0) add(keepAlive, undefined)
    timer = setTimeout(keepOpen, rest > 0 ? rest : keepAliveMs)
  }
  if (keepAliveMs > 0) timer = setTimeout(keepOpen, keepAliveMs)

  const onBreak = (callback: () => void): void => {
    if (state === 'broken') return callback()
    const before = whenBroken
    whenBroken = () => {
      before?.()
      callback()
    }
  }

  return { push, end, cancel: breakOff, next, take, onNews, onBreak }
}

import { badReply } from '../call/index.ts'
import { type ByteStream, readChunks } from './chunks.ts'

/** A comment event; proxies see traffic, receivers see nothing. (streamable-http#receiving-messages) */
export const keepAlive = ':\n\n'

const defaultMaxEventBytes = 4_194_304

export interface EventLimits {
  /** Most UTF-8 bytes in the data of one event; 4 MiB when absent. */
  readonly maxEventBytes?: number
}

/**
 * Frames one message as a server-sent event. JSON text comes back equal; other text comes back with every line break as LF.
 *
 * @example encodeEvent('{"id":1}') // 'data: {"id":1}\n\n'
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function encodeEvent(data: string): string {
  const oneLine = !data.includes('\n') && !data.includes('\r')
  return `data: ${oneLine ? data : data.replace(/\r\n?|\n/g, '\ndata: ')}\n\n`
}

/** One event of a stream. */
export interface ServerEvent {
  /** Empty or `message` for a message. */
  readonly type: string
  /** Absent when the event only says where in the stream it stands, or how long to wait. */
  readonly data?: string | undefined
  /** Where in the stream the event stands, for a server that can go on from there. */
  readonly id?: string | undefined
  /** How long to wait before connecting again, in milliseconds. */
  readonly retry?: number | undefined
}

/**
 * Yields the data of each `message` event of a response body. Comments, other event types and events without data are
 * skipped; an event cut off by the end of the stream is dropped. Leaving the loop cancels the stream; to leave while it
 * waits for bytes, abort the request that made the stream.
 *
 * @example for await (const data of readEvents(response.body)) receive(JSON.parse(data))
 * @throws ConnectionError `bad_reply` when an event is too large or not UTF-8, `disconnected` when the stream fails
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export async function* readEvents(stream: ByteStream, limits?: EventLimits): AsyncGenerator<string, void, undefined> {
  for await (const { type, data } of readWholeEvents(stream, limits)) if (data && isMessage(type)) yield data
}

/** Whether an event of this type is a message. */
export const isMessage = (type: string): boolean => type === '' || type === 'message'

/** Yields each event with all its fields, also what is no message; otherwise like `readEvents`. */
export async function* readWholeEvents(
  stream: ByteStream,
  { maxEventBytes = defaultMaxEventBytes }: EventLimits = {},
): AsyncGenerator<ServerEvent, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const parse = createParser(maxEventBytes)
  for await (const chunk of readChunks(stream)) {
    for (const event of parse(decode(decoder, chunk))) yield event
  }
}

const NOTHING: ServerEvent = { type: '' }

/** Takes text as it comes, without its byte order mark, and yields each event that it completes. */
function createParser(maxBytes: number): (text: string) => Generator<ServerEvent, void> {
  /** A line that has begun. */
  let line = ''
  let event = NOTHING
  /** Pieces that were joined since the text was last made flat. */
  let pieces = 0
  /** The text so far ends with a CR, so that an LF would belong to the same line end. */
  let endsWithCr = false

  const checkSize = (isTooLarge: boolean): void => {
    if (isTooLarge) throw badReply(`Expected events of at most ${maxBytes} bytes, got a larger one.`)
  }

  return function* (text) {
    if (text === '') return
    const lines = (endsWithCr && text.startsWith('\n') ? text.slice(1) : text).split(/\r\n?|\n/)
    endsWithCr = text.endsWith('\r')
    lines[0] = line + lines[0]!
    line = lines.pop()!
    for (const whole of lines) {
      if (whole === '') {
        checkSize(exceedsBytes(event.data ?? '', maxBytes))
        if (event !== NOTHING) yield event
        event = NOTHING
      } else event = addField(event, whole)
    }
    pieces += lines.length + 1
    if (pieces > MAX_PIECES + (line.length + (event.data?.length ?? 0)) / PIECE_LENGTH) {
      pieces = 0
      flatten(line)
      flatten(event.data)
    }
    // A UTF-16 unit is at least a byte of UTF-8, so this only keeps what does not end out of memory.
    checkSize(Math.max(line.length - 'data: '.length, event.data?.length ?? 0) > maxBytes)
  }
}

function addField(event: ServerEvent, line: string): ServerEvent {
  // A comment is a field without a name.
  const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!
  if (field === 'data') return { ...event, data: event.data === undefined ? value : `${event.data}\n${value}` }
  if (field === 'event') return { ...event, type: value }
  if (field === 'id' && !value.includes('\0')) return { ...event, id: value }
  if (field === 'retry' && /^\d+$/.test(value)) return { ...event, retry: Number(value) }
  return event
}

/** Joined text that is shorter on average for each of its pieces is made flat, once it has so many of them. */
const PIECE_LENGTH = 32
const MAX_PIECES = 1024

/**
 * Engines keep joined text as a tree, which takes tens of times its size when the pieces are as small as a server likes.
 * Looking at a character makes it flat.
 */
const flatten = (text = ''): number => text.charCodeAt(0)

function decode(decoder: TextDecoder, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes, { stream: true })
  } catch (cause) {
    throw badReply('Expected events in UTF-8, got other bytes.', cause)
  }
}

/** Counts bytes only when the length in UTF-16 units, of one to three bytes each, leaves it open. */
function exceedsBytes(text: string, max: number): boolean {
  return text.length > max || (text.length * 3 > max && new TextEncoder().encode(text).length > max)
}

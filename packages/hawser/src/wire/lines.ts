const LF = 10
const CR = 13

/** Bytes that an idle reader may keep for the next unfinished line. */
const idleBytes = 64 * 1024

export interface LineReaderOptions {
  /** Most bytes of one line, counted without its LF. */
  readonly maxBytes: number
  /** Receives each line that is not empty, without LF or CRLF. Must not throw: the rest of the chunk would be lost. */
  readonly onLine: (line: string) => void
  /** Called once per line above `maxBytes`, as soon as that is known; the line is dropped up to its LF. */
  readonly onTooLong: () => void
  /** Called once per line that is not UTF-8; the line is dropped. */
  readonly onInvalidUtf8: () => void
}

export interface LineReader {
  readonly push: (chunk: Uint8Array) => void
  /** Delivers a last line that has no LF. Call it at the end of input, or not at all to drop such a line. */
  readonly end: () => void
}

/**
 * Frames one message as a line. Line breaks between JSON tokens become spaces, because a message must not contain any.
 *
 * @example encodeLine('{"id":1}') // '{"id":1}\n'
 * @see basic/transports/stdio
 */
export function encodeLine(json: string): string {
  return `${json.includes('\n') || json.includes('\r') ? json.replace(/[\r\n]/g, ' ') : json}\n`
}

/**
 * Cuts chunks of bytes, split anywhere, into lines of text. Holds at most about twice `maxBytes`, whatever arrives.
 *
 * @example
 * const reader = createLineReader({ maxBytes: 4 * 1024 * 1024, onLine: receive, onTooLong: refuse, onInvalidUtf8: refuse })
 * process.stdin.on('data', reader.push).on('end', reader.end)
 * @see basic/transports/stdio
 */
export function createLineReader({ maxBytes, onLine, onTooLong, onInvalidUtf8 }: LineReaderOptions): LineReader {
  // A byte order mark is text like any other, so that the cut into chunks never shows.
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let held = new Uint8Array(0)
  let heldLength = 0
  let discarding = false

  const decode = (bytes: Uint8Array): string | undefined => {
    try {
      return decoder.decode(bytes)
    } catch {
      return undefined
    }
  }

  const emit = (line: string): void => {
    const text = line.charCodeAt(line.length - 1) === CR ? line.slice(0, -1) : line
    if (text !== '') onLine(text)
  }

  const readOne = (bytes: Uint8Array): void => {
    if (bytes.length > maxBytes) return onTooLong()
    const line = decode(bytes)
    if (line === undefined) onInvalidUtf8()
    else emit(line)
  }

  /** Complete lines are decoded together; only when one of them is bad, one by one, so that the others are not lost. */
  const readMany = (bytes: Uint8Array): void => {
    const text = bytes.length <= maxBytes ? decode(bytes) : undefined
    if (text !== undefined) {
      for (const line of text.split('\n')) emit(line)
      return
    }
    let start = 0
    for (let end = bytes.indexOf(LF); end !== -1; end = bytes.indexOf(LF, start)) {
      readOne(bytes.subarray(start, end))
      start = end + 1
    }
    readOne(bytes.subarray(start))
  }

  const hold = (bytes: Uint8Array): void => {
    if (discarding) return
    const length = heldLength + bytes.length
    if (length > maxBytes) {
      discarding = true
      release()
      return onTooLong()
    }
    if (length > held.length) {
      const larger = new Uint8Array(Math.max(length, Math.min(2 * held.length, maxBytes)))
      larger.set(held.subarray(0, heldLength))
      held = larger
    }
    held.set(bytes, heldLength)
    heldLength = length
  }

  const release = (): void => {
    heldLength = 0
    if (held.length > idleBytes) held = new Uint8Array(0)
  }

  const finishHeld = (): void => {
    // Nothing is held of a line that is discarded, and an empty line is skipped.
    readOne(held.subarray(0, heldLength))
    discarding = false
    release()
  }

  const push = (chunk: Uint8Array): void => {
    let rest = chunk
    if (discarding || heldLength > 0) {
      const end = chunk.indexOf(LF)
      if (end === -1) return hold(chunk)
      hold(chunk.subarray(0, end))
      finishHeld()
      rest = chunk.subarray(end + 1)
    }
    const last = rest.lastIndexOf(LF)
    if (last !== -1) readMany(rest.subarray(0, last))
    if (last + 1 < rest.length) hold(rest.subarray(last + 1))
  }

  return { push, end: finishHeld }
}

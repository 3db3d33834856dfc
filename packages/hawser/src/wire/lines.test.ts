import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLineReader, encodeLine } from './lines.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

const tooLong = '! too long'
const invalidUtf8 = '! invalid UTF-8'

/** What a reader reports for these chunks, in order. */
function read(chunks: readonly Uint8Array[], maxBytes = 1000, end = true): string[] {
  const got: string[] = []
  const reader = createLineReader({
    maxBytes,
    onLine: (line) => got.push(line),
    onTooLong: () => got.push(tooLong),
    onInvalidUtf8: () => got.push(invalidUtf8),
  })
  for (const chunk of chunks) {
    const own = Uint8Array.from(chunk)
    reader.push(own)
    // Streams may reuse the memory of a chunk.
    own.fill(0)
  }
  if (end) reader.end()
  return got
}

/** The same by the definition: cut at each LF, judge each line by itself. */
function expectedOf(bytes: Uint8Array, maxBytes: number): string[] {
  const lines: number[][] = [[]]
  for (const byte of bytes) {
    if (byte === 10) lines.push([])
    else lines.at(-1)?.push(byte)
  }
  return lines.flatMap((line) => {
    if (line.length > maxBytes) return tooLong
    const own = line.at(-1) === 13 ? line.slice(0, -1) : line
    if (own.length === 0) return []
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(own))
    } catch {
      return invalidUtf8
    }
  })
}

const splitAt = (bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] => {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end))
}

describe('encodeLine', () => {
  // spec: stdio-one-line
  it('ends a message with one newline', () => {
    expect(encodeLine('{"id":1}')).toBe('{"id":1}\n')
  })

  // basic/transports/stdio: messages MUST NOT contain embedded newlines.
  // spec: stdio-one-line
  it('keeps the value of JSON that is laid out on many lines, on one line', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('\t', '\n', '\r', '\r\n'), (value, space) => {
        const line = encodeLine(JSON.stringify(value, null, space))
        expect(line.slice(0, -1)).not.toMatch(/[\r\n]/)
        expect(JSON.stringify(JSON.parse(line))).toBe(JSON.stringify(value))
      }),
    )
  })
})

describe('createLineReader', () => {
  // spec: transport-delivers
  it('gives back every message that was framed, wherever the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.json({ stringUnit: 'binary' })), fc.array(fc.nat()), (messages, cuts) => {
        const bytes = bytesOf(messages.map(encodeLine).join(''))
        expect(read(splitAt(bytes, cuts), 1e6)).toEqual(messages)
      }),
    )
  })

  it('reports the same for any bytes, wherever they are cut', () => {
    const piece = fc.oneof(
      fc.constantFrom('\n', '\r\n', '\r', '\ufeff', 'é', '世', '🚢').map(bytesOf),
      fc.uint8Array({ maxLength: 3 }),
      fc.string({ maxLength: 12 }).map(bytesOf),
    )
    const bytes = fc.array(piece, { maxLength: 40 }).map((pieces) => Uint8Array.from(pieces.flatMap((p) => [...p])))
    fc.assert(
      fc.property(
        bytes,
        fc.array(fc.nat(), { maxLength: 8 }),
        fc.integer({ min: 1, max: 30 }),
        (all, cuts, maxBytes) => {
          expect(read(splitAt(all, cuts), maxBytes)).toEqual(expectedOf(all, maxBytes))
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('reads lines cut at every byte', () => {
    const bytes = bytesOf('{"a":"é世🚢"}\r\n\n\r\n[2]\n')
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(read([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(['{"a":"é世🚢"}', '[2]'])
    }
    expect(read(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(['{"a":"é世🚢"}', '[2]'])
  })

  // spec: utf8
  it('loses only the line that is not UTF-8', () => {
    const bytes = Uint8Array.of(...bytesOf('one\n'), 0xff, 10, ...bytesOf('three\n'))
    expect(read([bytes])).toEqual(['one', invalidUtf8, 'three'])
  })

  it('loses only the line that is too long, and says so once and at once', () => {
    const long = Array.from({ length: 5 }, () => bytesOf('x'.repeat(10)))
    const got = read([bytesOf('one\n'), ...long, bytesOf('yy\nthree\nfo'), bytesOf('ur\n')], 20, false)
    expect(got).toEqual(['one', tooLong, 'three', 'four'])
    expect(read(long, 20, false)).toEqual([tooLong])
  })

  it('takes a line of exactly the most bytes', () => {
    expect(read([bytesOf('abcd\nabcde\nabcd')], 4)).toEqual(['abcd', tooLong, 'abcd'])
  })

  it('reads a long line that arrives in many chunks, and the next one', () => {
    const long = 'é'.repeat(100_000)
    const chunks = splitAt(
      bytesOf(`${long}\nnext\n`),
      Array.from({ length: 400 }, (_, i) => i * 501),
    )
    expect(read(chunks, 1e6)).toEqual([long, 'next'])
  })

  it('delivers a last line without a newline only when the input is said to have ended', () => {
    expect(read([bytesOf('one\ntwo')], 100, false)).toEqual(['one'])
    expect(read([bytesOf('one\ntwo')], 100, true)).toEqual(['one', 'two'])
  })
})

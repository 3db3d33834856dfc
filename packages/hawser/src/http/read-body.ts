import { ConnectionError } from '../call/index.ts'
import type { ByteReader, ByteStream } from '../wire/chunks.ts'

type BodyProblem = 'too_large' | 'not_utf8'

/** A body as text, or what is wrong with it. */
export type Body =
  | { readonly text: string; readonly problem?: undefined }
  | { readonly text?: undefined; readonly problem: BodyProblem }

/** Strict: a message with replaced characters is not the message that was sent. */
const createDecoder = (): TextDecoder => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const decoder = /* @__PURE__ */ createDecoder()

/** Decodes a body that is there as a whole. */
export function decodeBody(bytes: ArrayBuffer | Uint8Array): Body {
  try {
    return { text: decoder.decode(bytes) }
  } catch {
    return { problem: 'not_utf8' }
  }
}

/**
 * Reads a body of at most `maxBytes` bytes, which are counted as they come. A body that comes in one piece, as most do,
 * costs one decoding and no copy.
 *
 * @example const body = await readBody(response.body, 4 * 1024 * 1024)
 * @throws ConnectionError `disconnected` when the stream fails.
 */
export async function readBody(stream: ByteStream | null, maxBytes: number): Promise<Body> {
  const reader = stream?.getReader()
  if (reader === undefined) return { text: '' }
  const first = await readNext(reader)
  if (first === undefined) return { text: '' }
  const second = first.byteLength > maxBytes ? first : await readNext(reader)
  if (second === undefined) return decodeBody(first)
  return readRest(reader, [first, second], maxBytes)
}

async function readNext(reader: ByteReader): Promise<Uint8Array | undefined> {
  try {
    return (await reader.read()).value
  } catch (cause) {
    throw new ConnectionError('disconnected', 'The connection broke off.', { cause })
  }
}

/**
 * Copies each piece at once: kept as they are, or joined as text, many small ones would take tens of times their size.
 * What is too large or broken off is not read on.
 */
async function readRest(reader: ByteReader, start: readonly Uint8Array[], maxBytes: number): Promise<Body> {
  const chunks = [...start]
  let bytes = new Uint8Array(0)
  let length = 0
  for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift() ?? (await readNext(reader))) {
    const end = length + chunk.byteLength
    if (end > maxBytes) {
      // An errored stream refuses even to be cancelled.
      reader.cancel().catch(() => {})
      return { problem: 'too_large' }
    }
    if (end > bytes.length) bytes = enlarge(bytes, length, Math.min(Math.max(end, 2 * bytes.length), maxBytes))
    bytes.set(chunk, length)
    length = end
  }
  return decodeBody(bytes.subarray(0, length))
}

function enlarge(bytes: Uint8Array, length: number, size: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(size)
  larger.set(bytes.subarray(0, length))
  return larger
}

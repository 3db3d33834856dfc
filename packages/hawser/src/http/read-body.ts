import { ConnectionError } from '../call/index.ts'

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
export async function readBody(stream: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Body> {
  const reader = stream?.getReader()
  if (reader === undefined) return { text: '' }
  const first = await readNext(reader)
  if (first === undefined) return { text: '' }
  const second = first.byteLength > maxBytes ? first : await readNext(reader)
  if (second === undefined) return decodeBody(first)
  return readRest(reader, [first, second], maxBytes)
}

type Reader = ReadableStreamDefaultReader<Uint8Array>

async function readNext(reader: Reader): Promise<Uint8Array | undefined> {
  try {
    return (await reader.read()).value
  } catch (cause) {
    throw new ConnectionError('disconnected', 'The connection broke off.', { cause })
  }
}

/** Decodes piece by piece, so that many small ones do not wait in memory. */
async function readRest(reader: Reader, start: readonly Uint8Array[], maxBytes: number): Promise<Body> {
  const streaming = createDecoder()
  const chunks = [...start]
  let text = ''
  let length = 0
  let problem: BodyProblem | undefined
  for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift() ?? (await readNext(reader))) {
    length += chunk.byteLength
    if (length > maxBytes) problem = 'too_large'
    else {
      try {
        text += streaming.decode(chunk, { stream: true })
        continue
      } catch {
        problem = 'not_utf8'
      }
    }
    // What else comes is not wanted; an errored stream refuses even that.
    reader.cancel().catch(() => {})
    return { problem }
  }
  try {
    return { text: text + streaming.decode() }
  } catch {
    return { problem: 'not_utf8' }
  }
}

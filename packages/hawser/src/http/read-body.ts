import { ConnectionError } from '../call/index.ts'
import { readChunks } from '../wire/chunks.ts'

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
 * Reads a body of at most `maxBytes` bytes, which are counted as they come.
 *
 * @example const body = await readBody(response.body, 4 * 1024 * 1024)
 * @throws ConnectionError `disconnected` when the stream fails.
 */
export async function readBody(stream: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Body> {
  const streaming = createDecoder()
  let text = ''
  let length = 0
  try {
    for await (const chunk of readChunks(stream)) {
      length += chunk.byteLength
      if (length > maxBytes) return { problem: 'too_large' }
      text += streaming.decode(chunk, { stream: true })
    }
    return { text: text + streaming.decode() }
  } catch (error) {
    if (error instanceof ConnectionError) throw error
    return { problem: 'not_utf8' }
  }
}

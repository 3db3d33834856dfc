type BodyProblem = 'too_large' | 'not_utf8'

/** A body as text, or what is wrong with it. */
export type Body = { readonly text: string; readonly problem?: undefined } | { readonly problem: BodyProblem }

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Decodes strictly: a message with replaced characters is not the message that was sent. */
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
 * @throws whatever the stream fails with.
 */
export async function readBody(stream: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Body> {
  if (stream === null) return { text: '' }
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.byteLength
    if (length > maxBytes) {
      reader.cancel().catch(() => {})
      return { problem: 'too_large' }
    }
    chunks.push(value)
  }
  return decodeBody(chunks.length === 1 ? chunks[0]! : join(chunks, length))
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let end = 0
  for (const chunk of chunks) {
    bytes.set(chunk, end)
    end += chunk.byteLength
  }
  return bytes
}

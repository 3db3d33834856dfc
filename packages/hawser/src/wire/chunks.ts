import { ConnectionError } from '../call/index.ts'

/**
 * Reads a body as it comes; without a body there is nothing to read. Leaving the loop cancels the stream.
 *
 * @example for await (const chunk of readChunks(response.body)) length += chunk.byteLength
 * @throws ConnectionError `disconnected` when the stream fails.
 */
export async function* readChunks(stream: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array, void> {
  const reader = stream?.getReader()
  if (reader === undefined) return
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } catch (cause) {
    throw new ConnectionError('disconnected', 'The connection broke off.', { cause })
  } finally {
    // An errored stream refuses to be cancelled, and its error is already on its way to the caller.
    reader.cancel().catch(() => {})
  }
}

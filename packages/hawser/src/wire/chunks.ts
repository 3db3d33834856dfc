import { ConnectionError } from '../call/index.ts'

/** Bytes as they come, for one reader; a `ReadableStream` is one. */
export interface ByteStream {
  readonly locked: boolean
  getReader(): ByteReader
  cancel(): Promise<void>
}

/** Reads one piece after the other. Cancelling ends the reading and what sends. */
export interface ByteReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>
  cancel(): Promise<void>
}

/**
 * Reads a body as it comes; without a body there is nothing to read. Leaving the loop cancels the stream.
 *
 * @example for await (const chunk of readChunks(response.body)) length += chunk.byteLength
 * @throws ConnectionError `disconnected` when the stream fails.
 */
export async function* readChunks(stream: ByteStream | null): AsyncGenerator<Uint8Array, void> {
  const reader = stream?.getReader()
  if (reader === undefined) return
  try {
    for (;;) {
      const { value } = await reader.read()
      if (value === undefined) return
      yield value
    }
  } catch (cause) {
    throw new ConnectionError('disconnected', 'The connection broke off.', { cause })
  } finally {
    // An errored stream refuses to be cancelled, and its error is already on its way to the caller.
    reader.cancel().catch(() => {})
  }
}

import { createReadStream } from 'node:fs'
import { createLineReader } from '../../wire/lines.ts'

/** No record is as long, so what is longer is none. */
const MAX_BYTES = 16_777_216

/** Reads the lines of a file, from a byte on; what is no text or too long is a line that is no JSON. */
export async function* readLines(path: string, start = 0): AsyncGenerator<string, void, undefined> {
  let lines: string[] = []
  const reader = createLineReader({
    maxBytes: MAX_BYTES,
    onLine: (line) => void lines.push(line),
    onTooLong: () => void lines.push('(too long)'),
    onInvalidUtf8: () => void lines.push('(not UTF-8)'),
  })
  for await (const chunk of createReadStream(path, { start })) {
    reader.push(chunk as Uint8Array)
    const read = lines
    lines = []
    yield* read
  }
  reader.end()
  yield* lines
}

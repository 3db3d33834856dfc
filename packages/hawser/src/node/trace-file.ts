import { Buffer } from 'node:buffer'
import { closeSync, fchmodSync, openSync, readSync, writeSync } from 'node:fs'

/** A file that takes lines. */
export interface TraceFile {
  /** Appends one line. It is with the operating system when this returns, so that a crash of the process loses none. */
  readonly write: (line: string) => void
  readonly close: () => void
}

const BEGINNING = '{"hawser":"trace"'

/**
 * Opens a file for `createRecording` of `hawser/testing`, readable by its owner alone. An older trace of that name is
 * overwritten; anything else is left as it is.
 *
 * @throws Error when the file exists and is no trace, or cannot be written.
 * @example
 * const file = openTrace('bug.jsonl')
 * const recording = createRecording(file.write)
 */
export function openTrace(path: string): TraceFile {
  if (!isFree(path)) throw new Error(`${path} exists and is no trace. Choose another name, or move it away.`)
  const file = openSync(path, 'w', 0o600)
  try {
    // One that was there keeps its mode, and that of somebody else cannot be changed.
    fchmodSync(file, 0o600)
  } catch (error) {
    closeSync(file)
    throw error
  }
  let isOpen = true
  return {
    write: (line) => {
      if (isOpen) writeSync(file, line)
    },
    close: () => {
      if (isOpen) closeSync(file)
      isOpen = false
    },
  }
}

/** Whether a trace may be written there: nothing is there, or nothing but a trace. */
function isFree(path: string): boolean {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return true
    throw error
  }
  try {
    const start = Buffer.alloc(BEGINNING.length)
    const length = readSync(file, start, 0, start.length, 0)
    return length === 0 || start.subarray(0, length).toString() === BEGINNING
  } finally {
    closeSync(file)
  }
}

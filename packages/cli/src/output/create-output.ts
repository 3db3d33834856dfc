import { createPaint, hasColors, type Paint } from './paint.ts'
import { toJson } from './sanitize.ts'

/** Where a command writes: results to standard output, all else to standard error. */
export interface Output {
  /** Results are JSON, for programs. */
  readonly json: boolean
  /** Standard output is looked at by a person. */
  readonly isTerminal: boolean
  /** Columns of the terminal. */
  readonly width: number
  readonly paint: Paint
  /** Writes a line of the result. The text is clean, or made here. */
  readonly print: (text: string) => void
  readonly printJson: (value: unknown) => void
  /** Writes as it is; not for terminals. */
  readonly printRaw: (bytes: string | Uint8Array) => void
  /** Writes a line to standard error. */
  readonly note: (text: string) => void
  /** Colours for standard error. */
  readonly notePaint: Paint
}

export interface OutputOptions {
  /** JSON unless standard output is a terminal, when left out. */
  readonly json?: boolean | undefined
  readonly color?: boolean | undefined
}

/** Taken before anything else can replace it: a server in this process may not write among the results. */
const write = process.stdout.write.bind(process.stdout)

const DEFAULT_WIDTH = 80
/** Beyond this, lines are hard to read. */
const MOST_WIDTH = 120

export function createOutput({ json, color }: OutputOptions): Output {
  const { stdout, stderr } = process
  return {
    json: json ?? !stdout.isTTY,
    isTerminal: stdout.isTTY,
    // A terminal that does not know its size says 0.
    width: Math.min(stdout.columns || readColumns() || DEFAULT_WIDTH, MOST_WIDTH),
    paint: createPaint(hasColors(stdout, color)),
    print: (text) => void write(`${text}\n`),
    printJson: (value) => void write(`${toJson(value)}\n`),
    printRaw: (bytes) => void write(bytes),
    note: (text) => void stderr.write(`${text}\n`),
    notePaint: createPaint(hasColors(stderr, color)),
  }
}

/** Set by shells; it counts where the stream does not know. */
function readColumns(): number | undefined {
  const columns = Number(process.env['COLUMNS'])
  return Number.isInteger(columns) && columns > 0 ? columns : undefined
}

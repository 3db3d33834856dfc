/** One line of the operator's log. */
export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
  /** Joins this entry to the `Internal error (ref …)` that the caller saw. */
  readonly ref?: string
  readonly method?: string
  /** The tool, prompt or resource concerned. */
  readonly name?: string
  /** Kept here and never sent to a peer. */
  readonly cause?: unknown
}

/**
 * Where a server writes for its operator; never the protocol's channel.
 *
 * @example
 * const log: Log = ({ level, message, ref }) => logger[level]({ ref }, message)
 */
export type Log = (entry: LogEntry) => void

/**
 * Writes one JSON object per line to stderr: what a server does unless it is told otherwise.
 *
 * @example
 * const notes = mcp({ name: 'notes', version: '1.0.0', log: (entry) => { if (entry.level !== 'info') logToStderr(entry) } })
 */
export const logToStderr: Log = ({ cause, ...entry }) => {
  const line = { time: new Date().toISOString(), ...entry, ...(cause !== undefined && { cause: describeCause(cause) }) }
  console.error(JSON.stringify(line))
}

/** The stack where there is one: it is for the operator's eyes only. */
function describeCause(cause: unknown): string {
  if (cause instanceof Error) return cause.stack ?? cause.message
  return typeof cause === 'string' ? cause : `thrown ${typeof cause}`
}

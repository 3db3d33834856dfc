/** One line of the operator's log. */
export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
  /** Joins this entry to the `Internal error (ref …)` that the caller saw. */
  readonly ref?: string
  readonly method?: string
  /** The tool, prompt or resource concerned. */
  readonly name?: string
  /** More about what happened, as JSON. */
  readonly details?: { readonly [name: string]: unknown }
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
  // Both go to stderr on Node; where a runtime colours by severity, news is not shown as a fault.
  const write = entry.level === 'error' ? console.error : console.warn
  write(JSON.stringify(line))
}

/** The stack where there is one: it is for the operator's eyes only. */
function describeCause(cause: unknown): string {
  try {
    if (cause instanceof Error) return cause.stack ?? cause.message
  } catch {
    // A getter or a proxy that throws has nothing to show.
  }
  return typeof cause === 'string' ? cause : `thrown ${typeof cause}`
}

/** Makes a log that takes no request with it when it fails: what it could not write goes to stderr. */
export function guardLog(log: Log): Log {
  return (entry) => {
    const divert = (): void => logToStderr(entry)
    try {
      const written: unknown = log(entry)
      if (written instanceof Promise) written.catch(divert)
    } catch {
      divert()
    }
  }
}

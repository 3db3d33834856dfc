/** One line of the operator's log. */
export interface LogEntry {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  /** Joins this entry to the `Internal error (ref …)` that the caller saw. */
  readonly ref?: string;
  readonly method?: string;
  /** The tool, prompt or resource concerned. */
  readonly name?: string;
  /** Kept here and never sent to a peer. */
  readonly cause?: unknown;
}

/** Where a server writes for its operator; never the protocol's channel. */
export type Log = (entry: LogEntry) => void;

/** Writes one JSON object per line to stderr. */
export const logToStderr: Log = ({ cause, ...entry }) => {
  const error =
    cause instanceof Error
      ? { cause: cause.stack ?? String(cause) }
      : cause === undefined
        ? {}
        : { cause: String(cause) };
  console.error(JSON.stringify({ time: new Date().toISOString(), ...entry, ...error }));
};

/**
 * The trace file: JSON lines. The first is the header, each other line one event. Fields and events that are not known are
 * ignored, so that later versions may add some.
 */
export const TRACE_VERSION = 1

type Fields = { readonly [name: string]: unknown }

/** The first line. */
export interface TraceHeader {
  readonly hawser: 'trace'
  readonly version: number
  /** When it began: ISO 8601. */
  readonly time: string
  /** What was recorded, in the words of whoever recorded it. */
  readonly title?: string
}

/** An error, as far as it can be made again. */
export interface TracedError {
  readonly type: 'ProtocolError' | 'AuthorizationError' | 'ConnectionError' | 'ToolError' | 'Error'
  readonly code?: string
  readonly number?: number
  readonly message: string
  readonly data?: unknown
  readonly scopes?: readonly string[]
}

/** One event. `at` counts milliseconds since the header; `id` joins what belongs to one call. */
export type TraceLine =
  | {
      readonly at: number
      readonly id: number
      readonly call: {
        readonly method: string
        readonly params: Fields
        readonly protocolVersion: string
        readonly clientInfo?: unknown
        readonly clientCapabilities: unknown
      }
    }
  | { readonly at: number; readonly id: number; readonly notify: { readonly method: string; readonly params?: Fields } }
  | { readonly at: number; readonly id: number; readonly reply: Fields }
  | { readonly at: number; readonly id: number; readonly error: TracedError; readonly aborted?: true }
  /** An event that was too large to be kept, in UTF-16 units, or that JSON cannot carry. */
  | {
      readonly at: number
      readonly id: number
      readonly omitted: 'call' | 'notify' | 'reply' | 'error'
      readonly size?: number
    }
  /** A fact about the transport, such as the status and the headers of an HTTP response. */
  | { readonly at: number; readonly note: Fields }
  /** The last line: `full` when the file had reached its bound. */
  | { readonly at: number; readonly end: 'closed' | 'full' }

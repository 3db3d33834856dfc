import type { Principal } from '../../call/index.ts'

/** Where a channel brings what the server says. */
export interface Inbox {
  /**
   * Takes the text of one or more messages and says whether it holds any. `from` is the id of the request on whose stream
   * it came, where the transport has such streams.
   */
  readonly receive: (text: string, from?: number) => boolean
  /** Whether the answer to a request is still to come. */
  readonly awaits: (id: number) => boolean
  /** What the server said outside of answers may have been missed. */
  readonly miss: (error: Error) => void
  /** A message is lost that may have been the answer to anything. */
  readonly lose: (error: Error) => void
  /** Nothing comes any more. */
  readonly end: (error: Error) => void
}

/** One connection to a server that knows its client by a handshake. */
export interface Channel {
  /** The transport, as people call it. */
  readonly transport: string
  readonly nextId: () => number
  /**
   * Sends a request. Resolves to whether its answer may still come by another way; rejects when the request was not
   * accepted or its answer is lost. Aborting the signal leaves the stream of the answer. The caller is told only to servers
   * of this process.
   */
  readonly request: (id: number, json: string, signal: AbortSignal, caller?: Principal) => Promise<boolean>
  /** Sends a notification or an answer. */
  readonly send: (json: string) => Promise<void>
  /** Told of the revision that was agreed on. */
  readonly agree: (version: string) => void
  /** Opens the way for what the server says outside of answers; resolves to whether there is one. */
  readonly listen: () => Promise<boolean>
  /** Closes that way again. */
  readonly stopListening: () => void
  /** Told whether answers are waited for. */
  readonly hold: (busy: boolean) => void
  readonly close: () => Promise<void>
}

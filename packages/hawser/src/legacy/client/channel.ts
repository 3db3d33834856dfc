import { ConnectionError } from '../../call/index.ts'

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
   * accepted or its answer is lost. Aborting the signal leaves the stream of the answer.
   */
  readonly request: (id: number, json: string, signal: AbortSignal) => Promise<boolean>
  /** Sends a notification or an answer. */
  readonly send: (json: string) => Promise<void>
  /** Told of the revision that was agreed on. */
  readonly agree: (version: string) => void
  /** Opens the way for what the server says outside of answers; resolves to whether there is one. */
  readonly listen: () => Promise<boolean>
  /** Told whether answers are waited for. */
  readonly hold: (busy: boolean) => void
  readonly close: () => Promise<void>
}

/** The server has forgotten the session, and therefore has not looked at the request. The cause is what it said. */
export class SessionLost extends ConnectionError {
  constructor(cause: Error) {
    super('disconnected', 'The server has ended the session.', { cause })
  }
}

/** Statuses by which servers refuse a message that they do not understand. Others say nothing of what they speak. */
const PUZZLED: ReadonlySet<number> = new Set([400, 404, 405, 406, 410, 415, 422])

export const isPuzzled = (status: number): boolean => PUZZLED.has(status)

/** An HTTP status instead of an answer. */
export class Refused extends ConnectionError {
  readonly status: number

  constructor(status: number, type: string) {
    super('bad_reply', `Expected an answer in JSON or events, got HTTP ${status}, ${type || 'no content type'}.`)
    this.status = status
  }

  /** Whether the server may understand another kind of message. */
  get isPuzzled(): boolean {
    return isPuzzled(this.status)
  }
}

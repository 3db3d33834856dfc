/// <reference lib="esnext.disposable" preserve="true" />
import type { Handle } from './call.ts'

/** What the two ends of a connection have settled on. */
export interface Agreed {
  /** The revision of the protocol that is spoken, such as `2026-07-28`. */
  readonly protocolVersion: string
  /** How messages travel: `stdio`, `Streamable HTTP`. */
  readonly transport: string
}

/** Who reads the messages of a connection in place of its handle. */
export interface LineTaker {
  /** Takes one line and says whether it is a message. Must not throw. */
  readonly receive: (line: string) => boolean
  /** Called when a message is lost that may have been the answer to anything. */
  readonly lose: (error: Error) => void
  /** Called once, when the other end is gone; also after the messages have been given back. */
  readonly end: (error: Error) => void
}

/** A connection whose messages were taken over. */
export interface TakenLines {
  readonly send: (json: string) => void
  /** An id that nothing else on this connection has. */
  readonly nextId: () => number
  /** Whether an answer is waited for, which keeps this process alive. */
  readonly hold: (busy: boolean) => void
  /** Gives the messages back to the handle. */
  readonly giveBack: () => void
}

/** A way to reach a server that has a lifetime of its own: a child process, a socket. */
export interface Link extends AsyncDisposable {
  readonly handle: Handle
  /**
   * Takes over the messages of the connection, which is opened first when there is none, for whoever speaks over it in
   * another way than the handle does.
   *
   * @throws ConnectionError `disconnected` when there can be no connection.
   */
  readonly takeLines?: ((taker: LineTaker) => TakenLines) | undefined
  /** What was settled with the server; absent before the first call and where nobody knows. */
  readonly agreed?: (() => Agreed | undefined) | undefined
}

import { ConnectionError } from '../../call/index.ts'

/** No session could be opened, so that the call was not sent. The cause says why. */
export class GreetingFailed extends Error {}

/** The server has forgotten the session. The cause is what it said. */
export class SessionLost extends ConnectionError {
  /** Whether it has certainly not looked at the request. */
  readonly wasUnread: boolean

  constructor(cause: Error, wasUnread: boolean) {
    super('disconnected', 'The server has ended the session.', { cause })
    this.wasUnread = wasUnread
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

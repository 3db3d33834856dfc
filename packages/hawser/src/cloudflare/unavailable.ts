import { ProtocolError } from '../call/index.ts'

/** What strangers are told when an object cannot be reached; the log has the cause. */
export const unavailable = (message: string, cause: unknown): ProtocolError =>
  new ProtocolError('unavailable', message, { cause })

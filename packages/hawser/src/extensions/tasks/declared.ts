import { type Call, ProtocolError } from '../../call/index.ts'
import { isObject } from '../../protocol/index.ts'
import { TASKS } from './task.ts'

/** Whether the client of this request speaks the extension; what it said with other requests does not count. (tasks#capability-negotiation) */
export function isDeclared({ clientCapabilities: { extensions } }: Call): boolean {
  return isObject(extensions) && Object.hasOwn(extensions, TASKS) && isObject(extensions[TASKS])
}

/** @throws ProtocolError `missing_client_capability`. (tasks#protocol-errors) */
export function requireDeclared(call: Call, why: string): void {
  if (isDeclared(call)) return
  const requiredCapabilities = { extensions: { [TASKS]: {} } }
  throw new ProtocolError('missing_client_capability', `${why} The client did not declare the extension ${TASKS}.`, {
    data: { requiredCapabilities },
  })
}

import type { Call, Handle, Reply } from './call.ts'

/** Answers as a `Handle` does, but without a promise, or by throwing, where nothing is waited for. */
export type Respond = (call: Call) => Reply | Promise<Reply>

/** Kept beside the handles and not in a `Service`, where whoever puts another handle into it could forget this way around it. */
const responders = new WeakMap<Handle, Respond>()

/** Makes a handle of what may answer at once. */
export function createHandle(respond: Respond): Handle {
  const handle: Handle = async (call) => respond(call)
  responders.set(handle, respond)
  return handle
}

/** How a transport asks a service: an answer in the same turn, from a handle that can, costs it far less than a promise. */
export function respondBy(service: { readonly handle: Handle }): Respond {
  return responders.get(service.handle) ?? ((call) => Promise.resolve(service.handle(call)))
}

/** Errors that a peer said, so that a server which calls another one does not pass them off as its own. */
const received = new WeakSet<Error>()

/** Notes that a peer said this. */
export function markReceived<E extends Error>(error: E): E {
  received.add(error)
  return error
}

/** Whether a peer said this, rather than the code that runs here. */
export function isReceived(error: unknown): boolean {
  return error instanceof Error && received.has(error)
}

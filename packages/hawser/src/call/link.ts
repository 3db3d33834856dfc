/// <reference lib="esnext.disposable" preserve="true" />
import type { Handle } from './call.ts'

/** A way to reach a server that has a lifetime of its own: a child process, a socket. */
export interface Link extends AsyncDisposable {
  readonly handle: Handle
}

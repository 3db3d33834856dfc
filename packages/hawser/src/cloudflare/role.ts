import type { ObjectState, RuntimeSocket } from './runtime.ts'

type Sync<T> = T | Promise<T>

/** Methods that other instances call. What they take and return is copied as by `structuredClone`. */
export interface RoleMethods {
  readonly [method: string]: (...args: never[]) => unknown
}

/** A role as one object plays it. Without waiting in between, a method is atomic. */
export interface RunningRole {
  readonly methods?: RoleMethods | undefined
  /** Opens sockets, which is all that comes as a request. */
  readonly fetch?: ((request: Request) => Sync<Response>) | undefined
  readonly onMessage?: ((socket: RuntimeSocket, message: string) => void) | undefined
  readonly onClose?: ((socket: RuntimeSocket) => void) | undefined
  /** When there is something to do next, in milliseconds since 1970. Asked after each call, so it must be found by an index. */
  readonly nextWake?: (() => number | undefined) | undefined
  /** Does what is due, such as forgetting what has expired. It may be called too early, and twice. */
  readonly wake?: ((now: number) => Sync<void>) | undefined
}

/** What one kind of object is for. */
export interface Role {
  /**
   * SQL by version: the first makes the tables, each that follows changes what the one before has left. One that was released
   * is never edited, since there are objects that ran it.
   */
  readonly schema: readonly string[]
  /** Called when an object that plays this role is first used after it came into memory. */
  readonly start: (state: ObjectState, env: unknown) => RunningRole
}

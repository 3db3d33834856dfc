import type { ObjectState } from './runtime.ts'

/** What this room takes from the runtime. */
export interface Workers {
  /** The bindings of this Worker; `undefined` where this is no Worker. */
  readonly env: Readonly<Record<string, unknown>> | undefined
  readonly DurableObject: new (state: ObjectState, env: unknown) => object
}

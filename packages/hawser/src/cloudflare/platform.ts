import type { ExecutionContext, ObjectState } from './runtime.ts'

/** What this room takes from the runtime. */
export interface Workers {
  /** The bindings of this Worker; `undefined` where this is no Worker. */
  readonly env: Readonly<Record<string, unknown>> | undefined
  /** As that of the invocation under way. */
  readonly waitUntil: (promise: Promise<unknown>) => void
  readonly DurableObject: new (state: ObjectState, env: unknown) => object
  readonly WorkerEntrypoint: new (context: ExecutionContext, env: unknown) => object
}

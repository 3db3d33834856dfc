/** The module of the runtime, as far as it is used here. */
declare module 'cloudflare:workers' {
  import type { ExecutionContext, ObjectState } from './runtime.ts'

  export const env: Readonly<Record<string, unknown>>
  export function waitUntil(promise: Promise<unknown>): void
  export class DurableObject {
    protected readonly ctx: ObjectState
    protected readonly env: unknown
    constructor(ctx: ObjectState, env: unknown)
  }
  export class WorkerEntrypoint {
    protected readonly ctx: ExecutionContext
    protected readonly env: unknown
    constructor(ctx: ExecutionContext, env: unknown)
  }
}

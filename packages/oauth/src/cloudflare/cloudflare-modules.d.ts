/** The modules of the runtime, as far as one is used here. */
declare module 'cloudflare:*' {
  import type { ObjectState } from './runtime.ts'

  export const env: Readonly<Record<string, unknown>>
  export const DurableObject: new (state: ObjectState, env: unknown) => object
}

import * as runtime from 'cloudflare:workers'
import type { Workers } from './platform.ts'

/** The Workers runtime. */
export const workers: Workers = {
  env: runtime.env,
  waitUntil: (promise) => runtime.waitUntil(promise),
  DurableObject: runtime.DurableObject,
  WorkerEntrypoint: runtime.WorkerEntrypoint,
}

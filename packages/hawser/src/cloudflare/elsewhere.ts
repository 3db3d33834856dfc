import type { Workers } from './platform.ts'

/** Stands for the Workers runtime elsewhere, so that a server can be loaded, listed and tested on Node without it. */
export const workers: Workers = {
  env: undefined,
  waitUntil: () => {},
  DurableObject: Object,
  WorkerEntrypoint: Object,
}

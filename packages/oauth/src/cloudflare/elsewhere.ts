import type { Workers } from './platform.ts'

/** Stands for the Workers runtime elsewhere, so that a server can be loaded and listed on Node without it. */
export const workers: Workers = { env: undefined, DurableObject: Object }

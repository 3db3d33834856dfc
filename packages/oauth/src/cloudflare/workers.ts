import * as runtime from 'cloudflare:workers'
import type { Workers } from './platform.ts'

/** The Workers runtime. */
export const workers: Workers = { env: runtime.env, DurableObject: runtime.DurableObject }

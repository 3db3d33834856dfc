import { createDuplex } from './duplex.ts'
import { createSseFallback } from './http-sse.ts'
import type { OneConnection } from './one-connection.ts'

export const oneConnection: OneConnection = { createDuplex, createSseFallback }

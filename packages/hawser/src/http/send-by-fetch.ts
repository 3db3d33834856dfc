import type { Send } from './send.ts'

/** Sends with the `fetch` of the runtime. */
export const send: Send = (url, request) => fetch(url, { ...request, redirect: 'manual' })

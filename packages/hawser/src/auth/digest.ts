import type { Digest } from './token-cache.ts'

const encoder = /* @__PURE__ */ new TextEncoder()

/** As every runtime can. */
export const digest: Digest = async (text) =>
  String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text))))

import type { HttpHeaders, HttpReply } from './message.ts'

/** No cache keeps it, and none gives it to another caller. (RFC 9111 §5.2.2, RFC 9110 §12.5.5) */
const PRIVATE: HttpHeaders = { 'cache-control': 'private, no-store', vary: 'Authorization' }

/** Most replies share their headers, which are therefore put together once. */
const known = /* @__PURE__ */ new WeakMap<HttpHeaders, HttpHeaders>()

/** A reply of a server that knows its callers: what it says depends on who asks. */
export function toPrivate(reply: HttpReply): HttpReply {
  let headers = known.get(reply.headers)
  if (headers === undefined) {
    headers = { ...reply.headers, ...PRIVATE }
    known.set(reply.headers, headers)
  }
  return { ...reply, headers }
}

import type { HttpHeaders } from './message.ts'

/** Headers of a client's own, or what is asked for them when a request is sent, since credentials expire. */
export type OwnHeaders = HttpHeaders | (() => HttpHeaders | Promise<HttpHeaders>)

/**
 * The headers to send with each request. Those that never change are checked here, once.
 *
 * @throws TypeError for a header that HTTP does not allow.
 */
export function prepareHeaders(own: OwnHeaders = {}): () => HttpHeaders | Promise<HttpHeaders> {
  if (typeof own === 'function') return async () => checkHeaders(await own())
  const checked = checkHeaders(own)
  return () => checked
}

/** What says where a message ends and what becomes of its connection is not for a user to say. (RFC 9110 §7.6.1, RFC 9112 §6) */
const FRAMING = /^(?:connection|content-length|expect|keep-alive|te|trailer|transfer-encoding|upgrade)$/i

/** Brings names into lower case. What the runtime says of a bad header shows its value, which may be secret. */
function checkHeaders(own: HttpHeaders): HttpHeaders {
  const headers = new Headers()
  for (const [name, value] of Object.entries(own)) {
    try {
      if (FRAMING.test(name)) throw name
      headers.append(name, value)
    } catch {
      throw new TypeError(`Expected headers of your own, in characters that HTTP allows, got ${JSON.stringify(name)}.`)
    }
  }
  return Object.fromEntries(headers)
}

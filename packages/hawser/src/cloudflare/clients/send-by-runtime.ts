import type { Fetch } from '../../auth/client/bounded-fetch.ts'
import { SignInError } from '../../auth/client/sign-in-error.ts'
import type { ConnectHttpOptions } from '../../http/index.ts'

/**
 * Sends what goes to issuers. Where the server is behind a `fetch` of its own, such as a service binding, so is what stands beside it.
 *
 * @param isRefused Where nothing is sent, whatever the server names.
 */
export function sendByRuntime(
  server: string,
  own: ConnectHttpOptions['fetch'],
  isRefused: (url: URL) => boolean,
): Fetch {
  const { origin } = new URL(server)
  return async (url, { method, headers, body, redirect, signal }) => {
    if (isRefused(new URL(url)))
      throw new SignInError(
        'forbidden_address',
        `${new URL(url).host} is this application, and no issuer of that server.`,
      )
    const init = { method, headers, ...(body !== undefined && { body }), redirect, signal }
    const send = async (): Promise<Response> =>
      own !== undefined && new URL(url).origin === origin ? own(new Request(url, init)) : fetch(url, init)
    if (method !== undefined && method !== 'GET') return send()
    // A server that refuses a call without reading it closes its connection, on which the runtime may send the next request. (RFC 9110 §9.2.2)
    return send().catch((error: unknown) => {
      if (signal?.aborted) throw error
      return send()
    })
  }
}

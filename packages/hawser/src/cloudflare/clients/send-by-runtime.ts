import type { Fetch } from '../../auth/client/bounded-fetch.ts'
import type { ConnectHttpOptions } from '../../http/index.ts'

/**
 * Sends what goes to issuers. Where the server is behind a `fetch` of its own, such as a service binding, so is what stands beside it.
 */
export function sendByRuntime(server: string, own: ConnectHttpOptions['fetch']): Fetch {
  const { origin } = new URL(server)
  return (url, { method, headers, body, redirect, signal }) => {
    const init = { method, headers, ...(body !== undefined && { body }), redirect, signal }
    return own !== undefined && new URL(url).origin === origin ? own(new Request(url, init)) : fetch(url, init)
  }
}

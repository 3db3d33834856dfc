import { lookup as lookUp, type LookupAddress } from 'node:dns'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { Readable } from 'node:stream'
import { type Fetch, type Reach, SignInError } from '../../auth/client/index.ts'
import { mayConnect } from './public-address.ts'

/** Finds the addresses of a name, as `dns.lookup` does. */
export type LookUp = (
  name: string,
  options: { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/** Bytes of the head of an answer. */
const MAX_HEAD = 16 * 1024

/**
 * A `fetch` that looks at the addresses of a name before it connects, and connects to those and no others. When one of them is
 * nearer than allowed, nothing is sent. Redirects are not followed, and proxies are not used.
 *
 * @example signIn({ fetch: createGuardedFetch(), … })
 */
export function createGuardedFetch(lookUpName: LookUp = lookUp): Fetch {
  return async (address, { method, headers, body, signal }, reach) => {
    const url = new URL(address)
    const host = url.hostname.replace(/^\[|\]$/g, '')
    // Numbers are connected to without being looked up.
    if (isIP(host) !== 0 && !mayConnect(host, reach)) throw refusal(url)
    const request = url.protocol === 'https:' ? requestHttps : requestHttp
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const sent = request(url, {
      method,
      headers: {
        'accept-encoding': 'identity',
        'user-agent': 'hawser',
        ...headers,
        ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
      },
      lookup: guardLookup(lookUpName, reach, () => refusal(url)),
      // A connection that somebody else opened was not looked at.
      agent: false,
      maxHeaderSize: MAX_HEAD,
      signal,
    })
    sent.on('response', resolve)
    sent.on('error', reject)
    sent.end(body)
    return toResponse(await promise)
  }
}

const refusal = ({ host }: URL): SignInError =>
  new SignInError(
    'forbidden_address',
    `${host} is on this machine or its network, where servers must not send anybody.`,
  )

/** Whoever answers is one of those that were looked at: a name that leads elsewhere the next time changes nothing. */
const guardLookup =
  (lookUpName: LookUp, reach: Reach, refuse: () => Error): LookupFunction =>
  (name, { all }, callback) => {
    lookUpName(name, { all: true }, (error, addresses) => {
      const [first] = addresses ?? []
      if (error !== null || first === undefined) return callback(error ?? new Error(`No address for ${name}`), '', 4)
      if (!addresses.every(({ address }) => mayConnect(address, reach))) return callback(refuse(), '', 4)
      return all === true ? callback(null, addresses) : callback(null, first.address, first.family)
    })
  }

function toResponse(message: IncomingMessage): Response {
  const headers = new Headers()
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  const status = message.statusCode ?? 0
  const hasBody = status !== 204 && status !== 205 && status !== 304
  if (!hasBody) message.resume()
  return new Response(hasBody ? (Readable.toWeb(message) as ReadableStream<Uint8Array<ArrayBuffer>>) : null, {
    status,
    headers,
  })
}

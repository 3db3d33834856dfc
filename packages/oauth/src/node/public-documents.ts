import { lookup as systemLookup } from 'node:dns/promises'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import {
  FetchDocumentError,
  type FetchDocument,
  type FetchedDocument,
  type FetchLimits,
} from '../cimd/fetch-document.ts'
import { isPublicAddress, networks, type Networks } from './public-address.ts'

export interface PublicDocumentsOptions {
  /** Private networks that may be asked nevertheless: `['10.1.0.0/16']` for clients that live in an intranet. */
  readonly allowNetworks?: readonly string[]
  /** Certificates of authorities to trust instead of those of Node, in PEM. */
  readonly ca?: string | readonly string[]
  /** All addresses of a name; the system's resolver unless given. */
  readonly lookup?: (hostname: string) => Promise<readonly string[]>
}

const MAX_HEADER_BYTES = 8192

const systemAddresses = async (hostname: string): Promise<readonly string[]> =>
  (await systemLookup(hostname, { all: true })).map(({ address }) => address)

/** One address of the host, after all of them were found to be public: a name with a private answer is refused whole. */
const addressOf = async (
  hostname: string,
  lookup: (hostname: string) => Promise<readonly string[]>,
  allowed: Networks | undefined,
): Promise<string> => {
  const literal = hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(literal) ? [literal] : await lookup(hostname)
  const [first] = addresses
  if (first === undefined) throw new FetchDocumentError('unreachable', `${hostname} has no address`)
  const inside = addresses.find((address) => !isPublicAddress(address, allowed))
  if (inside !== undefined)
    throw new FetchDocumentError('blocked', `${hostname} leads to ${inside}, which is not public`)
  return first
}

const header = (response: IncomingMessage, name: string): string => {
  const value = response.headers[name]
  return typeof value === 'string' ? value : ''
}

const readBody = async (response: IncomingMessage, maxBytes: number): Promise<Uint8Array> => {
  const encoding = header(response, 'content-encoding')
  if (encoding !== '' && encoding !== 'identity') {
    throw new FetchDocumentError('encoded', `The document came with Content-Encoding ${encoding}; none was asked for`)
  }
  const parts: Buffer[] = []
  let size = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length
    if (size > maxBytes) throw new FetchDocumentError('too_large', `The document has more than ${maxBytes} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** The name was resolved and judged before; the connection goes to that address, whatever the name says by now. */
const pinned =
  (address: string): LookupFunction =>
  (_hostname, options, done) => {
    const family = isIP(address)
    if (options.all) done(null, [{ address, family }])
    else done(null, address, family)
  }

const exchange = (url: URL, address: string, ca: PublicDocumentsOptions['ca'], signal: AbortSignal) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(url, {
      agent: false,
      lookup: pinned(address),
      signal,
      maxHeaderSize: MAX_HEADER_BYTES,
      headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'hawser-oauth' },
      ...(ca !== undefined && { ca: typeof ca === 'string' ? ca : [...ca] }),
    })
    outgoing.once('response', resolve)
    outgoing.once('error', reject)
    outgoing.end()
  })

/**
 * A `FetchDocument` that cannot be talked into the own network: it resolves a name once, refuses it when any answer is
 * private, and connects to the address it has judged.
 *
 * @example
 * const oauth = createOAuth({ …, clientDocuments: { fetch: publicDocuments() } })
 */
export function publicDocuments(options: PublicDocumentsOptions = {}): FetchDocument {
  const lookup = options.lookup ?? systemAddresses
  const allowed = options.allowNetworks && networks(options.allowNetworks)

  const get = async (url: URL, limits: FetchLimits, signal: AbortSignal): Promise<FetchedDocument> => {
    if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') {
      throw new FetchDocumentError('blocked', `Expected an https address without user information, got ${url.protocol}`)
    }
    const address = await addressOf(url.hostname, lookup, allowed)
    signal.throwIfAborted()
    const response = await exchange(url, address, options.ca, signal)
    try {
      const peer = response.socket.remoteAddress ?? ''
      if (!isPublicAddress(peer, allowed))
        throw new FetchDocumentError('blocked', `${url.host} was answered by ${peer}`)
      return {
        status: response.statusCode ?? 0,
        contentType: header(response, 'content-type'),
        cacheControl: header(response, 'cache-control'),
        age: Number(header(response, 'age')) || 0,
        // The body of an error page is nobody's business.
        body: response.statusCode === 200 ? await readBody(response, limits.maxBytes) : new Uint8Array(),
      }
    } finally {
      response.destroy()
    }
  }

  return async (url, limits) => {
    const signal = AbortSignal.timeout(limits.timeoutMs)
    const late = Promise.withResolvers<never>()
    signal.addEventListener('abort', () => late.reject(signal.reason), { once: true })
    try {
      // A resolver cannot be stopped, only left behind.
      return await Promise.race([get(url, limits, signal), late.promise])
    } catch (error) {
      if (error instanceof FetchDocumentError) throw error
      if (signal.aborted) throw new FetchDocumentError('timeout', `${url.host} took longer than ${limits.timeoutMs} ms`)
      throw new FetchDocumentError('unreachable', `${url.host} could not be asked`, { cause: error })
    }
  }
}

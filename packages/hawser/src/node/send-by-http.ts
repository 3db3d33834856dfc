import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { pipeline, type Readable, type Transform } from 'node:stream'
import { constants, createBrotliDecompress, createGunzip } from 'node:zlib'
import type { HttpHeaders } from '../http/message.ts'
import type { Received, Send } from '../http/send.ts'
import { IncomingBytes } from './byte-stream.ts'

/**
 * Sends with `node:http`, which takes a quarter of the processor time of `fetch`. Connections are those of the global agents,
 * so that they are kept and shared, and go through the proxies that a process sets for itself. Nothing is sent twice: of
 * a call that broke off nobody knows whether it was read.
 */
export const sendByHttp: Send = (url, { method, headers, body, signal }) =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) throw signal.reason
    const { isSecure, basics, ...target } = targetOf(url)
    // Names and values in turn are sent as they are, and Node adds none of its own.
    const lines = body === undefined ? [] : ['content-length', String(Buffer.byteLength(body))]
    for (const name in headers) lines.push(name, headers[name]!)
    for (const name in basics) if (headers[name] === undefined) lines.push(name, basics[name]!)
    const sent = (isSecure ? requestHttps : requestHttp)({ ...target, method, headers: lines })
    const stop = (): void => void sent.destroy(asError(signal?.reason))
    signal?.addEventListener('abort', stop, { once: true })
    sent.on('response', (response) => resolve(receive(response)))
    // A server that changes the protocol without having been asked to.
    sent.on('upgrade', (response, socket) => {
      socket.destroy()
      resolve(receive(response))
    })
    sent.on('error', reject)
    // Signals outlive requests.
    sent.on('close', () => signal?.removeEventListener('abort', stop))
    sent.end(body)
  })

/** A URL in the pieces that a request is made of. */
interface UrlParts {
  readonly isSecure: boolean
  readonly hostname: string
  readonly port: string
  readonly path: string
  /** Headers that requests have unless they say otherwise. */
  readonly basics: HttpHeaders
}

const MAX_TARGETS = 256
const targets = new Map<string, UrlParts>()

/** Reading a URL anew for each request would take a fifth of the time that the request takes. */
function targetOf(url: string): UrlParts {
  const known = targets.get(url)
  if (known !== undefined) return known
  const { protocol, hostname, host, port, pathname, search } = new URL(url)
  const isSecure = protocol === 'https:'
  const target: UrlParts = {
    isSecure,
    // The brackets of an IPv6 address belong to the URL.
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    path: pathname + search,
    basics: { host, 'user-agent': 'hawser', 'accept-encoding': isSecure ? 'gzip, br' : 'identity' },
  }
  if (targets.size >= MAX_TARGETS) targets.clear()
  targets.set(url, target)
  return target
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)))

function receive(response: IncomingMessage): Received {
  const status = response.statusCode ?? 0
  const { headers } = response
  return {
    ok: status >= 200 && status < 300,
    status,
    headers: {
      get: (name) => {
        const value = Object.hasOwn(headers, name) ? headers[name] : undefined
        return Array.isArray(value) ? value.join(', ') : (value ?? null)
      },
    },
    body: new IncomingBytes(decompress(response), response),
  }
}

/** Whoever reads counts the bytes that come out. */
function decompress(response: IncomingMessage): Readable {
  const unpack = createUnpack(response.headers['content-encoding']?.trim().toLowerCase())
  // An error reaches whoever reads by way of the last of them.
  return unpack === undefined ? response : pipeline(response, unpack, () => {})
}

/** Events are handed on as they come, and an empty body needs no end. */
const GZIP = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH }
const BROTLI = { flush: constants.BROTLI_OPERATION_FLUSH, finishFlush: constants.BROTLI_OPERATION_FLUSH }

function createUnpack(coding: string | undefined): Transform | undefined {
  if (coding === 'br') return createBrotliDecompress(BROTLI)
  return coding === 'gzip' || coding === 'x-gzip' ? createGunzip(GZIP) : undefined
}

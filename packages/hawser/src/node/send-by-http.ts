import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { pipeline, type Readable, type Transform } from 'node:stream'
import { constants, createBrotliDecompress, createGunzip } from 'node:zlib'
import type { HttpHeaders } from '../http/message.ts'
import type { Received, Send, SentRequest } from '../http/send.ts'
import { IncomingBytes } from './byte-stream.ts'

/**
 * Sends with `node:http`, which takes a quarter of the processor time of `fetch`. Connections are those of the global agents,
 * so that they are kept and shared, and go through the proxies that a process sets for itself. Nothing is sent twice: of
 * a call that broke off nobody knows whether it was read.
 */
export const sendByHttp: Send = (url, request) =>
  new Promise((resolve, reject) => {
    const to = targetOf(url)
    const start = (): void => {
      try {
        sendNow(to, request, resolve, reject)
      } catch (error) {
        reject(error)
      }
    }
    if (hasJustFreed && !to.keepsConnections) afterPoll(start)
    else start()
  })

/** Whether a connection was given back since the process last looked for what its sockets bring. */
let hasJustFreed = false

/**
 * Servers that close a connection which they said they would keep do so with their answer; what is sent next must not take that
 * connection, so it waits until this would be known. A server that has kept one is trusted.
 */
const noteFreed = (): void => {
  if (hasJustFreed) return
  hasJustFreed = true
  afterPoll(() => {
    hasJustFreed = false
  })
}

/** Sockets are looked at between two immediates. */
const afterPoll = (then: () => void): void => void setImmediate(() => setImmediate(then))

function sendNow(
  to: Target,
  { method, headers, body, signal }: SentRequest,
  resolve: (response: Received) => void,
  reject: (error: unknown) => void,
): void {
  if (signal?.aborted) throw signal.reason
  const { hostname, port, path } = to
  // Names and values in turn are sent as they are, and Node adds none of its own.
  const lines = body === undefined ? [] : ['content-length', String(Buffer.byteLength(body))]
  for (const name in headers) lines.push(name, headers[name]!)
  for (const name in to.basics) if (headers[name] === undefined) lines.push(name, to.basics[name]!)
  const sent = to.request({ hostname, port, path, method, headers: lines })
  const stop = (): void => void sent.destroy(asError(signal?.reason))
  signal?.addEventListener('abort', stop, { once: true })
  sent.on('response', (response) => {
    if (sent.reusedSocket) to.keepsConnections = true
    resolve(receive(response))
  })
  // A server that changes the protocol without having been asked to.
  sent.on('upgrade', (response, socket) => {
    socket.destroy()
    resolve(receive(response))
  })
  sent.on('error', (error) => {
    if (sent.reusedSocket) to.keepsConnections = false
    reject(error)
  })
  sent.on('close', () => {
    noteFreed()
    // Signals outlive requests.
    signal?.removeEventListener('abort', stop)
  })
  sent.end(body)
}

/** Where a URL leads, in the pieces that a request is made of. */
interface Target {
  readonly request: typeof requestHttp
  readonly hostname: string
  readonly port: string
  readonly path: string
  /** Headers that requests have unless they say otherwise. */
  readonly basics: HttpHeaders
  /** Whether a second request has been answered over one connection. */
  keepsConnections: boolean
}

const MAX_TARGETS = 256
const targets = new Map<string, Target>()

/** Reading a URL anew for each request would take a fifth of the time that the request takes. */
function targetOf(url: string): Target {
  const known = targets.get(url)
  if (known !== undefined) return known
  const { protocol, hostname, host, port, pathname, search } = new URL(url)
  const isSecure = protocol === 'https:'
  const target: Target = {
    request: isSecure ? requestHttps : requestHttp,
    // The brackets of an IPv6 address belong to the URL.
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    path: pathname + search,
    basics: { host, 'user-agent': 'hawser', 'accept-encoding': isSecure ? 'gzip, br' : 'identity' },
    keepsConnections: false,
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
  const codings = response.headers['content-encoding']?.toLowerCase().split(',', MAX_CODINGS) ?? []
  const unpack = codings.map((coding) => createUnpack(coding.trim())).filter((each) => each !== undefined)
  // What was packed last is unpacked first. An error reaches whoever reads by way of the last of them.
  return unpack.reduceRight<Readable>((packed, next) => pipeline(packed, next, () => {}), response)
}

/** Nobody packs more often with good intentions. */
const MAX_CODINGS = 4

/** Events are handed on as they come, and an empty body needs no end. */
const GZIP = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH }
const BROTLI = { flush: constants.BROTLI_OPERATION_FLUSH, finishFlush: constants.BROTLI_OPERATION_FLUSH }

function createUnpack(coding: string | undefined): Transform | undefined {
  if (coding === 'br') return createBrotliDecompress(BROTLI)
  return coding === 'gzip' || coding === 'x-gzip' ? createGunzip(GZIP) : undefined
}

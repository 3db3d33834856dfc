import { Buffer, isUtf8 } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Principal } from '../call/index.ts'
import type { Body, HttpRequest } from '../http/index.ts'

/** A request of `node:http` seen as the exchange wants it. */
export class NodeRequest implements HttpRequest {
  readonly method: string
  readonly target: string
  principal: Principal | undefined
  readonly #incoming: IncomingMessage
  readonly #outgoing: ServerResponse
  readonly #host: string | undefined

  constructor(incoming: IncomingMessage, outgoing: ServerResponse, { host, pathAndQuery }: Target) {
    this.method = incoming.method ?? ''
    this.target = pathAndQuery
    this.#host = host
    this.#incoming = incoming
    this.#outgoing = outgoing
  }

  header(name: string): string | undefined {
    if (name === 'host') return this.#host ?? joinHosts(this.#incoming.rawHeaders)
    const value = this.#incoming.headers[name]
    return typeof value === 'object' ? value.join(', ') : value
  }

  onDisconnect(callback: () => void): void {
    if (this.#outgoing.closed) callback()
    else this.#outgoing.on('close', callback)
  }
}

/** Where a request goes. */
export interface Target {
  /** Named by the absolute form, in which it stands above the header. */
  readonly host: string | undefined
  readonly path: string
  readonly pathAndQuery: string
}

/** Reads the target of a request, which a proxy may give in absolute form. (RFC 9112 §3.2) */
export function readTarget(url = ''): Target {
  const authority = url.startsWith('/') ? undefined : /^https?:\/\/([^/?]*)/i.exec(url)
  const start = authority?.[0].length ?? 0
  const query = url.indexOf('?', start)
  const path = url.slice(start, query === -1 ? undefined : query)
  return { host: authority?.[1], path, pathAndQuery: url.slice(start) }
}

/** Node keeps the first Host and drops the others; together they are malformed, as they should be. (RFC 9112 §3.2) */
function joinHosts(rawHeaders: readonly string[]): string | undefined {
  let host: string | undefined
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    if (name.length !== 4 || name.toLowerCase() !== 'host') continue
    host = host === undefined ? rawHeaders[i + 1] : `${host}, ${rawHeaders[i + 1]}`
  }
  return host
}

/** Reads a body of at most `maxBytes` bytes, which are counted as they come. A caller that leaves meanwhile is forgotten. */
export function readIncoming(incoming: IncomingMessage, maxBytes: number, done: (body: Body) => void): void {
  let bytes: Buffer | undefined
  let length = 0
  const keep = (chunk: Buffer): void => {
    const end = length + chunk.length
    if (end > maxBytes) {
      incoming.off('data', keep).off('end', finish)
      return done({ problem: 'too_large' })
    }
    if (bytes === undefined) bytes = chunk
    else {
      // Copied at once: a body cut into single bytes would take hundreds of times its size if each piece was kept.
      if (end > bytes.length) bytes = enlarge(bytes, length, Math.min(Math.max(end, 2 * bytes.length), maxBytes))
      chunk.copy(bytes, length)
    }
    length = end
  }
  const finish = (): void => {
    const body = bytes === undefined ? Buffer.alloc(0) : bytes.subarray(0, length)
    done(isUtf8(body) ? { text: body.toString() } : { problem: 'not_utf8' })
  }
  incoming.on('data', keep).on('end', finish)
}

function enlarge(bytes: Buffer, length: number, size: number): Buffer {
  const larger = Buffer.allocUnsafe(size)
  bytes.copy(larger, 0, 0, length)
  return larger
}

import { isUtf8 } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Body, HttpRequest } from '../http/index.ts'

/** A request of `node:http` seen as the exchange wants it. */
export class NodeRequest implements HttpRequest {
  readonly method: string
  readonly #incoming: IncomingMessage
  readonly #outgoing: ServerResponse

  constructor(incoming: IncomingMessage, outgoing: ServerResponse) {
    this.method = incoming.method ?? ''
    this.#incoming = incoming
    this.#outgoing = outgoing
  }

  header(name: string): string | undefined {
    if (name === 'host') return joinHosts(this.#incoming.rawHeaders)
    const value = this.#incoming.headers[name]
    return typeof value === 'object' ? value.join(', ') : value
  }

  onDisconnect(callback: () => void): void {
    if (this.#outgoing.closed) callback()
    else this.#outgoing.on('close', callback)
  }
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
  const chunks: Buffer[] = []
  let length = 0
  const keep = (chunk: Buffer): void => {
    length += chunk.length
    if (length <= maxBytes) {
      chunks.push(chunk)
    } else {
      incoming.off('data', keep).off('end', finish)
      done({ problem: 'too_large' })
    }
  }
  const finish = (): void => {
    const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length)
    done(isUtf8(bytes) ? { text: bytes.toString() } : { problem: 'not_utf8' })
  }
  incoming.on('data', keep).on('end', finish)
}

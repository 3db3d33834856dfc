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
    const value = this.#incoming.headers[name]
    return typeof value === 'object' ? value.join(', ') : value
  }

  onDisconnect(callback: () => void): void {
    if (this.#outgoing.closed) callback()
    else this.#outgoing.on('close', callback)
  }
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

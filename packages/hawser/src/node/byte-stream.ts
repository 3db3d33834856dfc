import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { ByteReader, ByteStream } from '../wire/chunks.ts'

type Piece = Awaited<ReturnType<ByteReader['read']>>

const END: Piece = { done: true }

/**
 * A body for one reader, who waits for one piece at a time. A piece that nobody waits for is kept, and the rest is left with
 * the sender. Web streams made of Node's cost several times as much.
 */
export class IncomingBytes implements ByteStream, ByteReader {
  readonly #source: Readable
  readonly #message: IncomingMessage
  #kept: Piece | undefined
  #waiting: PromiseWithResolvers<Piece> | undefined
  /** How it ended. */
  #end: { readonly error?: unknown } | undefined
  locked = false

  /** @param source What is read: the message, or what unpacks it. */
  constructor(source: Readable, message: IncomingMessage) {
    this.#source = source
    this.#message = message
    source.on('data', (value: Uint8Array) => this.#take({ done: false, value }))
    source.on('end', () => this.#finish({}))
    source.on('error', (error) => this.#finish({ error }))
    source.on('close', () => this.#finish({ error: new Error('The connection was closed.') }))
  }

  #take(piece: Piece): void {
    if (this.#waiting === undefined) {
      this.#kept = piece
      this.#source.pause()
      return
    }
    this.#waiting.resolve(piece)
    this.#waiting = undefined
  }

  #finish(end: { readonly error?: unknown }): void {
    if (this.#end !== undefined) return
    this.#end = end
    if (end.error === undefined) this.#waiting?.resolve(END)
    else this.#waiting?.reject(end.error)
    this.#waiting = undefined
  }

  getReader(): ByteReader {
    this.locked = true
    return this
  }

  async read(): Promise<Piece> {
    const piece = this.#kept
    if (piece !== undefined) {
      this.#kept = undefined
      return piece
    }
    if (this.#end !== undefined) {
      if (this.#end.error !== undefined) throw this.#end.error
      return END
    }
    this.#waiting ??= Promise.withResolvers<Piece>()
    this.#source.resume()
    return this.#waiting.promise
  }

  async cancel(): Promise<void> {
    // A connection is of further use only when all that it brings has come.
    if (this.#message.complete && this.#source === this.#message) this.#message.resume()
    else {
      this.#message.destroy()
      this.#source.destroy()
    }
    this.#kept = undefined
    this.#finish({})
  }
}

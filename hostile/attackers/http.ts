import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { Writable } from 'node:stream'

/** A hostile HTTP server: whatever it says is its own bytes. */
export interface HttpAttacker extends AsyncDisposable {
  readonly url: string
  /** Requests that it got. */
  readonly requests: () => number
}

/** A request as far as an attacker cares. */
export interface Asked {
  /** The id of its message, and the token for its progress. */
  readonly id: number
  readonly token: unknown
  /** The method of the message; that of HTTP for a request without one. */
  readonly method: string
}

export type Say = (socket: Socket, asked: Asked) => unknown

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: { readonly _meta?: { readonly progressToken?: unknown } }
}

/** Answers every request with what `say` writes. */
export async function startHttpAttacker(say: Say): Promise<HttpAttacker> {
  let requests = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    let text = ''
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += String(chunk)
      const end = text.indexOf('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
      if (end === -1 || text.length < end + 4 + length) return
      const [method = ''] = text.split(' ', 1)
      const message = JSON.parse(text.slice(end + 4, end + 4 + length) || '{}') as Message
      text = text.slice(end + 4 + length)
      requests++
      say(socket, {
        id: message.id ?? 0,
        token: message.params?._meta?.progressToken,
        method: message.method ?? method,
      })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    requests: () => requests,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The head of an answer whose body ends with the connection. */
const head = (type: string, ...more: readonly string[]): string =>
  [`HTTP/1.1 200 OK`, `content-type: ${type}`, 'connection: close', ...more].join('\r\n') + '\r\n\r\n'

export const json = (...more: readonly string[]): string => head('application/json', ...more)
export const events = (...more: readonly string[]): string => head('text/event-stream', ...more)

/** Writes until the other side has had enough. */
export async function pour(socket: Writable, chunks: Iterable<string | Uint8Array>, pauseMs = 0): Promise<void> {
  let wake = (): void => {}
  socket.on('drain', () => wake()).on('close', () => wake())
  for (const chunk of chunks) {
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
    if (socket.destroyed) return
    if (!socket.write(chunk)) await new Promise<void>((resolve) => (wake = resolve))
  }
  socket.end()
}

export function* repeat<T>(chunk: T, times = Infinity): Generator<T> {
  for (let count = 0; count < times; count++) yield chunk
}

export const MIB = (unit = 'x'): Buffer => Buffer.from(unit.repeat(Math.floor(2 ** 20 / unit.length)))

export const answer = (id: unknown, result: object = { resultType: 'complete', content: [] }): string =>
  JSON.stringify({ jsonrpc: '2.0', id, result })

export const event = (message: string): string => `data: ${message}\n\n`

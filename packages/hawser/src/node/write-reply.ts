import type { IncomingMessage, ServerResponse } from 'node:http'
import type { EventQueue, HttpHeaders, HttpReply } from '../http/index.ts'

/** Writes a reply: a body at once, a stream as its events come and its reader takes them. Never throws. */
export function writeReply(outgoing: ServerResponse, { status, headers, body = '', stream }: HttpReply): void {
  if (stream !== undefined) {
    outgoing.writeHead(status, headers)
    void writeEvents(outgoing, stream)
    return
  }
  outgoing.writeHead(status, withLength(headers, body))
  outgoing.end(body)
}

function withLength(headers: HttpHeaders, body: string): string[] {
  const lines = ['content-length', String(Buffer.byteLength(body))]
  for (const name in headers) lines.push(name, headers[name]!)
  return lines
}

async function writeEvents(outgoing: ServerResponse, events: EventQueue): Promise<void> {
  outgoing.once('close', events.cancel)
  events.onBreak(() => outgoing.destroy())
  try {
    for (let text = await events.next(); text !== undefined; text = await events.next()) {
      // What the socket does not take waits in the queue, which is bounded.
      if (!outgoing.write(text)) await untilDrained(outgoing)
    }
    outgoing.end()
  } catch {
    outgoing.destroy()
  }
}

function untilDrained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      outgoing.off('drain', settle).off('close', settle)
      resolve()
    }
    outgoing.on('drain', settle).on('close', settle)
    if (outgoing.closed) settle()
  })
}

/** Milliseconds after which a caller that goes on sending is cut off. */
const DRAIN_MS = 2_000

/**
 * Refuses a request whose body has not been read. The rest is read and dropped, up to `maxBytes`, before the connection
 * closes: closed with bytes unread, TCP would reset it and the caller might never see the answer. (RFC 9112 §9.6)
 */
export function refuseUnread(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  reply: HttpReply,
  maxBytes: number,
): void {
  const { 'transfer-encoding': coding, 'content-length': length } = incoming.headers
  if (coding === undefined && !(Number(length) > 0)) return writeReply(outgoing, reply)
  const { status, headers, body = '' } = reply
  outgoing.shouldKeepAlive = false
  outgoing.writeHead(status, withLength(headers, body))
  outgoing.write(body)
  let left = maxBytes
  const drop = (chunk: Buffer): void => {
    left -= chunk.length
    if (left < 0) finish()
  }
  const finish = (): void => {
    clearTimeout(timer)
    incoming.off('data', drop).off('end', finish)
    outgoing.off('close', finish).end()
  }
  const timer = setTimeout(finish, DRAIN_MS)
  outgoing.on('close', finish)
  incoming.on('data', drop).on('end', finish)
}

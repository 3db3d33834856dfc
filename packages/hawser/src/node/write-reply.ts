import type { IncomingMessage, ServerResponse } from 'node:http'
import type { EventQueue, HttpHeaders, HttpReply } from '../http/index.ts'

/** Writes a reply: a body at once, a stream as its events come and its reader takes them. Never throws. */
export function writeReply(outgoing: ServerResponse, { status, headers, body = '', stream }: HttpReply): void {
  if (stream !== undefined) {
    outgoing.writeHead(status, headers)
    writeEvents(outgoing, stream)
    return
  }
  // An answer without content has no length. (RFC 9110 §8.6)
  outgoing.writeHead(status, status === 204 ? headers : withLength(headers, body))
  outgoing.end(body)
}

function withLength(headers: HttpHeaders, body: string): string[] {
  const lines = ['content-length', String(Buffer.byteLength(body))]
  for (const name in headers) lines.push(name, headers[name]!)
  return lines
}

/** Without a promise for each event: a change may have to reach thousands of streams at once. */
function writeEvents(outgoing: ServerResponse, events: EventQueue): void {
  if (outgoing.closed) return events.cancel()
  let isScheduled = false
  // What the socket does not take waits in the queue, which is bounded.
  let isFull = false
  const flush = (): void => {
    isScheduled = false
    if (isFull) return
    try {
      for (let text = events.take(); text !== ''; text = events.take()) {
        if (text === undefined) return void outgoing.end()
        isFull = !outgoing.write(text)
        if (isFull) return
      }
    } catch {
      outgoing.destroy()
    }
  }
  outgoing.once('close', events.cancel).on('drain', () => {
    isFull = false
    flush()
  })
  events.onBreak(() => outgoing.destroy())
  // What is said in one turn leaves together.
  events.onNews(() => {
    if (isScheduled) return
    isScheduled = true
    queueMicrotask(flush)
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

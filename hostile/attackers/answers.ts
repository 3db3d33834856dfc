import { Buffer } from 'node:buffer'
import type { ServerResponse } from 'node:http'
import { TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Say, Scene } from './attack.ts'
import { MIB, pour, repeat } from './http.ts'

/** Answers that hostile issuers, servers and hosts of documents have in common. */
export const json = (response: ServerResponse, body: unknown, status = 200): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

const JSON_HEAD = { 'content-type': 'application/json' }

const begin = (response: ServerResponse, text: string, more: object = {}): ServerResponse => {
  response.writeHead(200, { ...JSON_HEAD, ...more }).write(text)
  return response
}

/** Opens an object and fills it for ever. */
export const endless: Say = (response) => pour(begin(response, '{"x":"'), repeat(MIB()))

/** Claims a length and delivers it. */
export const megabytes: Say = (response) =>
  pour(begin(response, '{"x":"', { 'content-length': String(50 * 2 ** 20 + 6) }), repeat(MIB(), 50))

/** Made beside what else the attacker does, so that it is not held up itself. */
const makeBomb = async (): Promise<Buffer> =>
  promisify(gzip)(Buffer.concat(Array<Buffer>(50).fill(MIB('0'))), { level: 1 })

/** Fifty megabytes in two hundred kilobytes. */
export const compressed: Say = async (response) => {
  const bomb = await makeBomb()
  response.writeHead(200, { ...JSON_HEAD, 'content-encoding': 'gzip' }).end(bomb)
}

export const nested: Say = (response) => {
  const depth = 100_000
  return response.writeHead(200, JSON_HEAD).end(`{"x":${'['.repeat(depth)}${']'.repeat(depth)}}`)
}

export const html: Say = (response) =>
  response.writeHead(200, { 'content-type': 'text/html' }).end('<html><script>alert("canary-words")</script>')

/** Resets the connection in the middle of a body. */
export const reset: Say = (response) =>
  begin(response, '{', { 'content-length': '900' }).write('"issuer":', () => {
    const { socket } = response
    // What is encrypted cannot be reset from here, only left.
    if (socket instanceof TLSSocket) socket.destroy()
    else socket?.resetAndDestroy()
  })

/** Half an object with the length of a whole one, and the end. */
export const cut: Say = (response) =>
  response.writeHead(200, { ...JSON_HEAD, 'content-length': '900' }).write('{', () => response.socket?.end())

/** Says nothing at all, and holds on. */
export const silent: Say = () => {}

/** One byte now and then. */
export const dripping: Say = (response) => pour(begin(response, '{'), repeat(' '), 200)

/** A head without end. */
export const longHead: Say = ({ socket }) =>
  socket &&
  pour(
    socket,
    (function* () {
      yield 'HTTP/1.1 200 OK\r\n'
      yield* repeat('x-flood: y\r\n'.repeat(1000))
    })(),
  )

export const redirect =
  (to: (scene: Scene) => string, status = 302): Say =>
  (response, { scene }) =>
    response.writeHead(status, { location: to(scene) }).end()

export const fail =
  (status: number): Say =>
  (response) =>
    response.writeHead(status).end()

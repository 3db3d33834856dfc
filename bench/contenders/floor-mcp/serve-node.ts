import { createServer } from 'node:http'
import { announce } from '../contract.ts'
import type { Reply } from './handle.ts'

type Header = (name: string) => string | undefined

/** Bare `node:http`: collect the body, answer with one write. */
export const serveNode = (handle: (text: string, header: Header) => Reply): void => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
      const { status, body } = handle(text.toString('utf8'), (name) => {
        const value = request.headers[name]
        return typeof value === 'string' ? value : undefined
      })
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
      response.end(body)
    })
  })
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (typeof address === 'object' && address !== null) announce(address.port)
  })
}

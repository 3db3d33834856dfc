import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** Serves on a free port of loopback and says which, as the one line of standard output that `startPeer` reads. */
export function serve(handle: (request: IncomingMessage, response: ServerResponse) => unknown): void {
  const server = createServer((request, response) => void handle(request, response))
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (typeof address !== 'object' || address === null) return
    process.stdout.write(`${JSON.stringify({ port: address.port })}\n`)
  })
}

import { createServer } from 'node:net'

/** The port that is preferred, or any other that is free on the loopback address. */
export async function freePort(preferred = 0): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const server = createServer()
  server.once('error', reject)
  server.listen(preferred, '127.0.0.1', () => {
    const address = server.address()
    server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0))
  })
  return preferred === 0 ? promise : promise.catch(() => freePort())
}

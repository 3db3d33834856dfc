import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EXIT } from '../exit-code.ts'
import { Failure } from '../failure.ts'

/**
 * Has a server listen on this machine only.
 *
 * @param port 0 for any that is free.
 * @returns The port.
 * @throws Failure when the port is taken, or not for this user.
 */
export async function listenHere(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  }).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on: ${cause.message}`
    throw new Failure(EXIT.unreachable, `Port ${port} of 127.0.0.1 ${why}.`, ['Take another one: --port 0'], { cause })
  })
  return (server.address() as AddressInfo).port
}

/**
 * Finds a port for somebody else who listens only later.
 *
 * @throws Failure when the port that is wanted is taken.
 */
export async function findPort(wanted: number): Promise<number> {
  const server = createServer()
  const port = await listenHere(server, wanted)
  await new Promise((resolve) => server.close(resolve))
  return port
}

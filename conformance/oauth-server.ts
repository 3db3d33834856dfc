import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createOAuth, memoryStore } from '@hawser/oauth'
import { nodeHandler, publicDocuments, sqliteStore } from '@hawser/oauth/node'

/** An authorization server on this machine. */
export interface AuthorizationServer extends AsyncDisposable {
  readonly name: string
  readonly issuer: string
}

export const CLIENT_ID = 'conformance'

/** Serves one resource; everybody is Ada. */
export async function startAuthorizationServer(name: 'memory' | 'sqlite', path: string): Promise<AuthorizationServer> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
  const oauth = createOAuth({
    issuer,
    store: name === 'memory' ? memoryStore() : sqliteStore(':memory:'),
    resources: [
      {
        resource: 'https://notes.example.com/mcp',
        title: 'Notes',
        scopes: { 'notes:read': { title: 'Read your notes', baseline: true } },
      },
    ],
    clients: [{ clientId: CLIENT_ID, name: 'Conformance', redirectUris: ['http://127.0.0.1/callback'] }],
    clientDocuments: { fetch: publicDocuments() },
    login: () => ({ userId: 'ada' }),
  })
  server.on('request', nodeHandler(oauth))
  return {
    name,
    issuer,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

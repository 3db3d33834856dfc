import { createServer } from 'node:http'
import { createOAuth, devLogin, memoryStore } from '@hawser/oauth'
import { nodeHandler, publicDocuments, socketAddress } from '@hawser/oauth/node'

const oauth = createOAuth({
  issuer: 'http://localhost:3000',
  store: memoryStore(),
  resources: [
    {
      resource: 'http://localhost:3000/mcp',
      title: 'Notes',
      scopes: {
        'notes:read': { title: 'Read your notes', baseline: true },
        'notes:write': { title: 'Change your notes', risk: 'high' },
      },
    },
  ],
  operator: 'Example Notes',
  login: devLogin(),
  clientDocuments: { fetch: publicDocuments() },
  clientAddress: socketAddress,
})

/** `authorizationServer.listen(3000, '127.0.0.1')` */
export const authorizationServer = createServer(nodeHandler(oauth))

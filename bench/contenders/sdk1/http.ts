import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { echo } from '../../tools/echo.ts'
import { announce } from '../contract.ts'
import { serverOf } from './serve.ts'

const sessions = new Map<string, StreamableHTTPServerTransport>()

const handle = async (request: IncomingMessage, response: ServerResponse) => {
  const id = request.headers['mcp-session-id']
  const known = typeof id === 'string' ? sessions.get(id) : undefined
  if (known !== undefined) return known.handleRequest(request, response)
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: true,
    onsessioninitialized: (fresh) => void sessions.set(fresh, transport),
  })
  await serverOf([echo]).connect(transport)
  return transport.handleRequest(request, response)
}

const server = createServer((request, response) => void handle(request, response))
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) announce(address.port)
})

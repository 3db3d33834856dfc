import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { createServer1 } from './sdk-1.ts'
import { serve } from './serve.ts'

const streams = new Map<string, SSEServerTransport>()

serve(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  if (request.method === 'GET' && pathname === '/sse') {
    const transport = new SSEServerTransport('/message', response)
    streams.set(transport.sessionId, transport)
    return createServer1().connect(transport)
  }
  const transport = streams.get(searchParams.get('sessionId') ?? '')
  if (request.method === 'POST' && transport !== undefined) return transport.handlePostMessage(request, response)
  response.writeHead(404).end()
})

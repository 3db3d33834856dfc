import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createServer1 } from './sdk-1.ts'
import { serve } from './serve.ts'

serve(async (request, response) => {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })
  await createServer1().connect(transport)
  await transport.handleRequest(request, response)
})

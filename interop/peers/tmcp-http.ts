import { getRequestListener } from '@hono/node-server'
import { HttpTransport } from '@tmcp/transport-http'
import { createTmcp } from './tmcp.ts'
import { serve } from './serve.ts'

const transport = new HttpTransport(createTmcp(), { path: '/mcp' })
const listener = getRequestListener(
  async (request) => (await transport.respond(request)) ?? new Response(null, { status: 404 }),
)
serve(listener)

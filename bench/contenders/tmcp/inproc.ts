import { HttpTransport } from '@tmcp/transport-http'
import type { Open } from '../contract.ts'
import { serverOf } from './serve.ts'

export const open: Open = (tools) => {
  const transport = new HttpTransport(serverOf(tools), { path: null })
  return async (request) => (await transport.respond(request)) ?? new Response(null, { status: 404 })
}

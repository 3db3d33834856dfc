import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'
import type { Open } from '../contract.ts'
import { factoryOf } from './factory.ts'

/** A server and a transport for each session, as its documentation shows for clients of earlier revisions. */
export const open: Open = (tools) => {
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>()
  const create = factoryOf(tools)
  return async (request) => {
    const known = sessions.get(request.headers.get('mcp-session-id') ?? '')
    if (known !== undefined) return known.handleRequest(request)
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      enableJsonResponse: true,
      onsessioninitialized: (id) => void sessions.set(id, transport),
    })
    await create().connect(transport)
    return transport.handleRequest(request)
  }
}

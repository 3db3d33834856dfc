import type { IncomingMessage, ServerResponse } from 'node:http'

interface SessionTransport {
  readonly handleRequest: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}

/** Routes each request to the transport of its session; one without a session opens one. */
export function serveSessions(open: (remember: (id: string) => void) => Promise<SessionTransport>) {
  const sessions = new Map<string, SessionTransport>()
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const id = request.headers['mcp-session-id']
    const known = typeof id === 'string' ? sessions.get(id) : undefined
    const transport: SessionTransport = known ?? (await open((fresh) => void sessions.set(fresh, transport)))
    await transport.handleRequest(request, response)
  }
}

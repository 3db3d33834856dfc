import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { randomUUID } from 'node:crypto'
import { createOldServer } from './server.ts'

/** A place where the old server listens. */
export interface OldHost extends AsyncDisposable {
  readonly url: string
  /** What came in, as `METHOD path`. */
  readonly seen: string[]
  /** Forgets every session, as a server does that starts again. */
  readonly forget: () => void
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<unknown>

async function host(path: string, answer: Answer, forget: () => void): Promise<OldHost> {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url?.split('?')[0]}`)
    answer(request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `http://127.0.0.1:${port}${path}`,
    seen,
    forget,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Streamable HTTP with sessions, as the SDK's own examples do it. */
export function hostSessions(
  options: { readonly eventStore?: EventStore; readonly retryInterval?: number } = {},
): Promise<OldHost> {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  return host(
    '/mcp',
    async (request, response) => {
      const id = request.headers['mcp-session-id']
      const known = typeof id === 'string' ? sessions.get(id) : undefined
      if (known !== undefined) return known.handleRequest(request, response)
      if (id !== undefined)
        return response
          .writeHead(404)
          .end('{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}')
      const transport = new StreamableHTTPServerTransport({
        ...options,
        sessionIdGenerator: () => randomUUID(),
        onsessioninitialized: (sessionId) => void sessions.set(sessionId, transport),
      })
      await createOldServer().connect(transport)
      return transport.handleRequest(request, response)
    },
    () => sessions.clear(),
  )
}

/** Streamable HTTP without sessions: a server for each request. */
export function hostStateless(): Promise<OldHost> {
  return host(
    '/mcp',
    async (request, response) => {
      if (request.method !== 'POST') return response.writeHead(405).end()
      const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })
      await createOldServer().connect(transport)
      return transport.handleRequest(request, response)
    },
    () => {},
  )
}

/** HTTP+SSE of revision 2024-11-05. */
export function hostSse(): Promise<OldHost> {
  const sessions = new Map<string, SSEServerTransport>()
  return host(
    '/sse',
    async (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
      if (request.method === 'GET' && pathname === '/sse') {
        const transport = new SSEServerTransport('/messages', response)
        sessions.set(transport.sessionId, transport)
        return createOldServer().connect(transport)
      }
      const known = sessions.get(searchParams.get('sessionId') ?? '')
      if (request.method === 'POST' && pathname === '/messages' && known !== undefined) {
        return known.handlePostMessage(request, response)
      }
      return response.writeHead(pathname === '/sse' ? 405 : 404).end()
    },
    () => {
      for (const [id, transport] of sessions) {
        sessions.delete(id)
        void transport.close()
      }
    },
  )
}

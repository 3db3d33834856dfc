import { randomUUID } from 'node:crypto'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createServer1 } from './sdk-1.ts'
import { serveSessions } from './sessions.ts'
import { serve } from './serve.ts'

const open = async (remember: (id: string) => void) => {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: remember,
  })
  await createServer1().connect(transport)
  return transport
}

serve(serveSessions(open))

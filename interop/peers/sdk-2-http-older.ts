import { randomUUID } from 'node:crypto'
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node'
import { createServer2 } from './sdk-2.ts'
import { serveSessions } from './sessions.ts'
import { serve } from './serve.ts'

const open = async (remember: (id: string) => void) => {
  const transport = new NodeStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: remember,
  })
  await createServer2().connect(transport)
  return transport
}

serve(serveSessions(open))

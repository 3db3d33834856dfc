import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { createServer2 } from './sdk-2.ts'

// Connected by hand, the server knows nothing newer than the handshake.
await createServer2().connect(new StdioServerTransport())

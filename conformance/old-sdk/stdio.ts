import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { createOldServer } from './server.ts'

await createOldServer().connect(new StdioServerTransport())

import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { createServer1 } from './sdk-1.ts'

await createServer1().connect(new StdioServerTransport())

import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { createServer2 } from './sdk-2.ts'

serveStdio(createServer2)

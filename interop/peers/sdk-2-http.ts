import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { createServer2 } from './sdk-2.ts'
import { serve } from './serve.ts'

const handle = toNodeHandler(createMcpHandler(createServer2))
serve(handle)

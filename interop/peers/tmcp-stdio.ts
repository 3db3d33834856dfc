import { StdioTransport } from '@tmcp/transport-stdio'
import { createTmcp } from './tmcp.ts'

new StdioTransport(createTmcp()).listen()

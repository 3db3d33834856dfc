import { createFastMcp } from './fastmcp.ts'
import { freePort } from './free-port.ts'

const port = await freePort()
await createFastMcp().start({ transportType: 'httpStream', httpStream: { port, host: '127.0.0.1' } })
process.stdout.write(`${JSON.stringify({ port })}\n`)

import { connect, mcp } from 'hawser'
import { traceClient, traceServer } from 'hawser/trace'

const notes = mcp({ name: 'notes', version: '1.0.0' })
const hello = notes.tool({ description: 'Say hello.', effect: 'read', run: () => 'hello' })

export const server = notes.server({ tools: { hello }, use: [traceServer()] })

export const client = await connect(server, {
  use: [traceClient({ attributes: { 'server.address': 'notes.example.com', 'network.transport': 'tcp' } })],
})

import { createServer } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { echo } from '../../tools/echo.ts'
import { announceChanges } from '../contract.ts'

const { name, description, input, run } = echo
const handler = createMcpHandler(() => {
  const made = new McpServer({ name: 'bench', version: '1.0.0' }, { capabilities: { tools: { listChanged: true } } })
  made.registerTool(name, { description, inputSchema: input }, (args) => ({
    content: [{ type: 'text', text: run(args) }],
  }))
  return made
})
const handle = toNodeHandler(handler)
const server = createServer((request, response) => void handle(request, response))
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) {
    announceChanges(address.port, () => handler.notify.toolsChanged())
  }
})

import { McpServer } from '@modelcontextprotocol/server'
import { textSchema } from '../../tools/plain.ts'

/** One echo tool and no schema library of the user's; the SDK brings its own part of zod. */
export const plainFactory = () => {
  const server = new McpServer({ name: 'bench', version: '1.0.0' }, { capabilities: { tools: {} } })
  server.registerTool('echo', { description: 'Return the given text unchanged.', inputSchema: textSchema }, (args) => ({
    content: [{ type: 'text', text: args.text }],
  }))
  return server
}

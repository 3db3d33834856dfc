import { acceptedContent, inputRequired, McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import * as z from 'zod'

const shelf = new Map([['tides', 'High tide at 7:40 and 20:05.']])
const Sure = z.object({ sure: z.boolean() })

export function createServer(): McpServer {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })
  server.registerTool(
    'search',
    {
      description: 'Find notes by a word in them.',
      inputSchema: z.object({ word: z.string() }),
      outputSchema: z.object({ ids: z.array(z.string()) }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    ({ word }) => {
      const structuredContent = { ids: [...shelf.keys()].filter((id) => shelf.get(id)?.includes(word)) }
      return { structuredContent, content: [{ type: 'text', text: JSON.stringify(structuredContent) }] }
    },
  )
  server.registerTool(
    'forget',
    { description: 'Delete one note.', inputSchema: z.object({ id: z.string() }) },
    ({ id }, { mcpReq }) => {
      const answer = acceptedContent(mcpReq.inputResponses, 'sure', Sure)
      if (answer === undefined) {
        const sure = inputRequired.elicit({ message: `Delete the note "${id}" for good?`, requestedSchema: Sure })
        return inputRequired({ inputRequests: { sure } })
      }
      const text = answer.sure && shelf.delete(id) ? `Deleted ${id}.` : 'Nothing was deleted.'
      return { content: [{ type: 'text', text }] }
    },
  )
  server.registerResource('note', new ResourceTemplate('notes://{id}', { list: undefined }), {}, (uri, { id }) => ({
    contents: [{ uri: uri.href, text: shelf.get(String(id)) ?? '' }],
  }))
  return server
}

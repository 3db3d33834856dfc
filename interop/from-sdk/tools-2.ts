import { acceptedContent, completable, inputRequired, McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import * as z from 'zod'

const Answer = z.object({ sure: z.boolean() })
const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] })

let left = 0

/** All that a server of version 2 of the official SDK can do, a tool each. */
export function createTools2(): McpServer {
  const server = new McpServer(
    { name: 'tools-2', version: '1.0.0' },
    { capabilities: { logging: {} }, instructions: 'Add first.' },
  )
  server.registerTool(
    'add',
    {
      title: 'Add',
      description: 'Add two numbers.',
      inputSchema: z.object({ a: z.number(), b: z.number() }),
      outputSchema: z.object({ sum: z.number() }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    ({ a, b }) => ({ ...text(String(a + b)), structuredContent: { sum: a + b } }),
  )
  server.registerTool('fail', { description: 'Fail.' }, () => {
    throw new Error('The shelf is empty.')
  })
  server.registerTool('who', { description: 'Tell who calls.' }, ({ http }) =>
    text(JSON.stringify(http?.authInfo ?? 'nobody')),
  )
  server.registerTool('work', { description: 'Report and log.' }, async ({ mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken
    if (progressToken !== undefined) {
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: 1, total: 2 } })
    }
    await mcpReq.log('info', 'half way')
    return text('done')
  })
  server.registerTool('wipe', { description: 'Ask, and wipe.' }, ({ mcpReq }) => {
    const answer = acceptedContent(mcpReq.inputResponses, 'sure', Answer)
    if (answer !== undefined) return text(answer.sure ? 'wiped' : 'kept')
    return inputRequired({
      inputRequests: { sure: inputRequired.elicit({ message: 'Wipe all?', requestedSchema: Answer }) },
    })
  })
  server.registerTool('wait', { description: 'Wait until the caller leaves.' }, async ({ mcpReq }) => {
    const { signal, _meta: { progressToken = '' } = {} } = mcpReq
    await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: 1 } })
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
    left++
    return text('nobody reads this')
  })
  server.registerTool('left', { description: 'How many callers left.' }, () => text(String(left)))
  server.registerTool('grow', { description: 'Add a tool.' }, () => {
    server.registerTool('more', { description: 'One more.' }, () => text('more'))
    return text('grown')
  })
  server.registerResource('readme', 'notes://readme', { mimeType: 'text/plain' }, ({ href: uri }) => ({
    contents: [{ uri, text: 'Read me.' }],
  }))
  server.registerResource(
    'note',
    new ResourceTemplate('notes://{id}/text', { list: undefined, complete: { id: () => ['first', 'second'] } }),
    {},
    ({ href: uri }, { id }) => ({ contents: [{ uri, text: `Note ${String(id)}` }] }),
  )
  server.registerPrompt(
    'greet',
    {
      argsSchema: z.object({
        name: completable(z.string(), (value) => ['ada', 'bob'].filter((one) => one.startsWith(value))),
      }),
    },
    ({ name }) => ({ messages: [{ role: 'user', content: { type: 'text', text: `Greet ${name}.` } }] }),
  )
  return server
}

import { completable } from '@modelcontextprotocol/sdk/server/completable.js'
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js'
import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/cfworker'
import * as z from 'zod'

const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] })

let left = 0

/** The same tools with version 1 of the official SDK, which asks in the middle of a call. */
export function createTools1({ isBound = true } = {}): McpServer {
  const server = new McpServer(
    { name: 'tools-1', version: '1.0.0' },
    {
      capabilities: { logging: {} },
      instructions: 'Add first.',
      // What version 1 checks answers with otherwise makes code, which Workers do not allow.
      jsonSchemaValidator: new CfWorkerJsonSchemaValidator(),
    },
  )
  server.registerTool(
    'add',
    {
      title: 'Add',
      description: 'Add two numbers.',
      inputSchema: { a: z.number(), b: z.number() },
      outputSchema: { sum: z.number() },
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    ({ a, b }) => ({ ...text(String(a + b)), structuredContent: { sum: a + b } }),
  )
  server.registerTool('fail', { description: 'Fail.' }, () => {
    throw new Error('The shelf is empty.')
  })
  server.registerTool('who', { description: 'Tell who calls.' }, ({ authInfo }) =>
    text(JSON.stringify(authInfo ?? 'nobody')),
  )
  server.registerTool('work', { description: 'Report and log.' }, async ({ _meta, sendNotification }) => {
    const progressToken = _meta?.progressToken
    if (progressToken !== undefined) {
      await sendNotification({ method: 'notifications/progress', params: { progressToken, progress: 1, total: 2 } })
    }
    if (isBound) {
      await sendNotification({ method: 'notifications/message', params: { level: 'info', data: 'half way' } })
    } else await server.sendLoggingMessage({ level: 'info', data: 'half way' })
    return text('done')
  })
  server.registerTool('wipe', { description: 'Ask, and wipe.' }, async ({ requestId }) => {
    const { action, content } = await server.server.elicitInput(
      {
        message: 'Wipe all?',
        requestedSchema: { type: 'object', properties: { sure: { type: 'boolean' } }, required: ['sure'] },
      },
      isBound ? { relatedRequestId: requestId } : {},
    )
    return text(action === 'accept' && content?.['sure'] === true ? 'wiped' : 'kept')
  })
  server.registerTool('wait', { description: 'Wait until the caller leaves.' }, async (extra) => {
    const { signal, _meta: { progressToken = '' } = {} } = extra
    await extra.sendNotification({ method: 'notifications/progress', params: { progressToken, progress: 1 } })
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
    { argsSchema: { name: completable(z.string(), (value) => ['ada', 'bob'].filter((one) => one.startsWith(value))) } },
    ({ name }) => ({ messages: [{ role: 'user', content: { type: 'text', text: `Greet ${name}.` } }] }),
  )
  return server
}

import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js'
import { completable } from '@modelcontextprotocol/sdk/server/completable.js'
import {
  ElicitResultSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
  UrlElicitationRequiredError,
} from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'

const say = (value: unknown) => ({ content: [{ type: 'text' as const, text: JSON.stringify(value) }] })

const NAME = {
  type: 'object' as const,
  properties: { name: { type: 'string' as const } },
  required: ['name'],
}

/** A server written with the official SDK 1.32.2, which knows nothing of revision 2026-07-28. */
export function createOldServer(): McpServer {
  const app = new McpServer(
    { name: 'old', version: '1.2.3' },
    {
      instructions: 'Be patient.',
      capabilities: { logging: {}, resources: { subscribe: true, listChanged: true }, tools: { listChanged: true } },
    },
  )
  const { server } = app
  app.registerTool(
    'add',
    { inputSchema: { a: z.number(), b: z.number() }, outputSchema: { sum: z.number() } },
    ({ a, b }) => ({
      content: [],
      structuredContent: { sum: a + b },
    }),
  )
  app.registerTool('fail', {}, () => ({ isError: true, content: [{ type: 'text', text: 'It failed.' }] }))
  app.registerTool('die', {}, () => process.exit(3))
  app.registerTool('hang', {}, ({ signal }) => {
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof say>>()
    signal.addEventListener('abort', () => {
      aborted++
      resolve(say('aborted'))
    })
    return promise
  })
  app.registerTool('aborted', {}, () => say(aborted))
  app.registerTool('greet', { inputSchema: { polite: z.boolean().optional() } }, async (_, { sendRequest }) => {
    const form = { message: 'Your name?', requestedSchema: NAME }
    const first = await sendRequest({ method: 'elicitation/create', params: form }, ElicitResultSchema)
    return say(first.action === 'accept' ? { hello: first.content?.['name'] } : first.action)
  })
  // Many servers ask apart from the call, so that nothing says which call it is for.
  app.registerTool('greetApart', { inputSchema: { who: z.string() } }, async ({ who }) => {
    const answer = await server.elicitInput({ message: `Name of ${who}?`, requestedSchema: NAME })
    return say({ [who]: answer.content?.['name'] })
  })
  app.registerTool('think', {}, async () => {
    const message = { role: 'user' as const, content: { type: 'text' as const, text: 'Think.' } }
    const { model } = await server.createMessage({ messages: [message], maxTokens: 5 })
    const { roots } = await server.listRoots()
    return say({ model, roots: roots.map(({ uri }) => uri) })
  })
  app.registerTool('count', {}, async ({ sendNotification, _meta }) => {
    for (const progress of [1, 2]) {
      await sendNotification({
        method: 'notifications/progress',
        params: { progressToken: _meta?.progressToken ?? 'none', progress, total: 2 },
      })
      for (const level of ['debug', 'warning'] as const) {
        await sendNotification({ method: 'notifications/message', params: { level, data: `at ${progress}` } })
      }
    }
    return say('counted')
  })
  // Ends the connection and not the stream; the client comes back for the rest.
  app.registerTool('leave', {}, async ({ closeSSEStream, sendNotification, _meta }) => {
    closeSSEStream?.()
    await sendNotification({
      method: 'notifications/progress',
      params: { progressToken: _meta?.progressToken ?? 'none', progress: 1 },
    })
    return say('left')
  })
  app.registerTool('pay', {}, () => {
    if (paid++ % 2 === 1) return say('thanks')
    throw new UrlElicitationRequiredError([
      { mode: 'url', message: 'Pay first.', url: 'https://pay.example/1', elicitationId: '1' },
    ])
  })
  app.registerTool('grow', {}, () => {
    app.registerTool(`grown${++grown}`, {}, () => say('grown'))
    return say('grown')
  })
  app.registerTool('touch', { inputSchema: { uri: z.string() } }, async ({ uri }) => {
    if (subscribed.has(uri)) await server.sendResourceUpdated({ uri })
    return say([...subscribed])
  })

  const subscribed = new Set<string>()
  server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
    subscribed.add(params.uri)
    return {}
  })
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => {
    subscribed.delete(params.uri)
    return {}
  })
  app.registerResource('motto', 'old://motto', { mimeType: 'text/plain' }, ({ href }) => ({
    contents: [{ uri: href, text: 'Festina lente' }],
  }))
  app.registerResource(
    'note',
    new ResourceTemplate('old://note/{id}', { list: undefined }),
    {},
    ({ href }, { id }) => ({ contents: [{ uri: href, text: `Note ${String(id)}` }] }),
  )
  app.registerPrompt(
    'review',
    { argsSchema: { id: completable(z.string(), (typed) => ['alpha', 'beta'].filter((id) => id.startsWith(typed))) } },
    ({ id }) => ({ messages: [{ role: 'user', content: { type: 'text', text: `Review ${id}` } }] }),
  )
  return app
}

let paid = 0
let aborted = 0
let grown = 0

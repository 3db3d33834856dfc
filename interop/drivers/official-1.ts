import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { CallToolResultSchema, ElicitRequestSchema, isInitializeRequest } from '@modelcontextprotocol/sdk/types.js'
import { type Answer, type Driver, textOf } from './driver.ts'

/**
 * The client of the official SDK, version 1.32.2.
 *
 * @param offer The revision that it offers; its newest when left out.
 */
export async function driveOfficial1(transport: Transport, answer: Answer = {}, offer?: string): Promise<Driver> {
  const client = new Client({ name: 'official', version: '1.32.2' }, { capabilities: { elicitation: { form: {} } } })
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { ...answer } }))
  const agreed = watchRevision(transport, offer)
  await client.connect(transport)
  return {
    revision: async () => agreed(),
    listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args, { signal, onProgress } = {}) => {
      const result = await client.callTool({ name, arguments: { ...args } }, CallToolResultSchema, {
        ...(signal && { signal }),
        ...(onProgress && { onprogress: onProgress }),
      })
      const content = Array.isArray(result.content) ? textOf(result.content) : ''
      if (result.isError === true) throw new Error(`the tool failed: ${content}`)
      return content
    },
    read: async (uri) => textOf((await client.readResource({ uri })).contents),
    prompt: async (name, args) =>
      textOf((await client.getPrompt({ name, arguments: { ...args } })).messages.map(({ content }) => content)),
    [Symbol.asyncDispose]: () => client.close(),
  }
}

/** Clients of this version say what they agreed on to their transport only, and always offer their newest revision. */
function watchRevision(transport: Transport, offer: string | undefined): () => string {
  let agreed = 'none'
  const send = transport.send.bind(transport)
  transport.send = (message, options) => {
    if (offer !== undefined && isInitializeRequest(message)) {
      return send({ ...message, params: { ...message.params, protocolVersion: offer } }, options)
    }
    return send(message, options)
  }
  const setProtocolVersion = transport.setProtocolVersion?.bind(transport)
  transport.setProtocolVersion = (version) => {
    agreed = version
    setProtocolVersion?.(version)
  }
  return () => agreed
}

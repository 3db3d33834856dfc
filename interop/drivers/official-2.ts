import { Client, type ClientOptions, type Transport } from '@modelcontextprotocol/client'
import { type Answer, type Driver, textOf } from './driver.ts'

/** `auto` asks the server what it speaks, `legacy` does not; the older revisions are offered newest first. */
export type Era = NonNullable<NonNullable<ClientOptions['versionNegotiation']>['mode']>

/** The client of the official SDK, version 2.4.0. */
export async function driveOfficial2(
  transport: Transport,
  era: Era,
  answer: Answer = {},
  supportedProtocolVersions?: string[],
): Promise<Driver> {
  const client = new Client(
    { name: 'official', version: '2.4.0' },
    {
      versionNegotiation: { mode: era },
      capabilities: { elicitation: { form: {} } },
      ...(supportedProtocolVersions && { supportedProtocolVersions }),
    },
  )
  client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { ...answer } }))
  await client.connect(transport)
  return {
    revision: async () => client.getNegotiatedProtocolVersion() ?? 'none',
    listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args, { signal, onProgress } = {}) => {
      const { content, isError } = await client.callTool(
        { name, arguments: { ...args } },
        { ...(signal && { signal }), ...(onProgress && { onprogress: onProgress }) },
      )
      if (isError === true) throw new Error(`the tool failed: ${textOf(content)}`)
      return textOf(content)
    },
    read: async (uri) => textOf((await client.readResource({ uri })).contents),
    prompt: async (name, args) =>
      textOf((await client.getPrompt({ name, arguments: { ...args } })).messages.map(({ content }) => content)),
    [Symbol.asyncDispose]: () => client.close(),
  }
}

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'

/** Connects over HTTP and calls one tool: what a bundle of a small client holds. */
export const ask = async (url: string, text: string): Promise<unknown> => {
  const client = new Client({ name: 'bench', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
  await client.connect(new StreamableHTTPClientTransport(new URL(url)))
  return await client.callTool({ name: 'echo', arguments: { text } })
}

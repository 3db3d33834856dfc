import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Dial } from '../contract.ts'

export const dial: Dial = async (url) => {
  const client = new Client({ name: 'bench', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
  await client.connect(new StreamableHTTPClientTransport(new URL(url)))
  return async (text) => (await client.callTool({ name: 'echo', arguments: { text } })).content
}

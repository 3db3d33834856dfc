import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client'
import { createOAuthProvider } from './oauth-provider.ts'

/** What a tool answered, and whether its caller had to sign in before. */
export interface SignedInCall {
  readonly isSignedIn: boolean
  readonly structuredContent: unknown
}

/**
 * Has client 2.4.0 call a tool, after the person at it signed in and agreed where the server wants that.
 *
 * @throws Error when the call failed.
 */
export async function callSignedIn(
  url: URL,
  tool: string,
  args: Readonly<Record<string, unknown>>,
): Promise<SignedInCall> {
  const { provider, asked, agree } = createOAuthProvider('ada')
  const open = () => ({
    client: new Client({ name: 'official', version: '2.4.0' }, { versionNegotiation: { mode: 'auto' } }),
    transport: new StreamableHTTPClientTransport(url, { authProvider: provider }),
  })
  let { client, transport } = open()
  try {
    await client.connect(transport)
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error
    await transport.finishAuth(await agree())
    ;({ client, transport } = open())
    await client.connect(transport)
  }
  try {
    const { isError, content, structuredContent } = await client.callTool({ name: tool, arguments: args })
    if (isError) throw new Error(`${tool} failed: ${JSON.stringify(content)}`)
    return { isSignedIn: asked.length > 0, structuredContent }
  } finally {
    await client.close()
  }
}

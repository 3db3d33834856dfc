import { ask, isSpoken, readReply } from '../doctor/messages.ts'
import { probe } from '../doctor/probe.ts'

/** Where a server answers. */
export interface Endpoint {
  readonly url: string
  /** As it calls itself, to be cleaned. */
  readonly name: string | undefined
  /** Whether nobody is let in without a token. */
  readonly isClosed: boolean
}

/** Looks for the endpoint of a server at the paths where servers are. */
export async function findEndpoint(
  origin: string,
  paths: readonly string[] = ['/mcp', '/'],
): Promise<Endpoint | undefined> {
  for (const path of paths) {
    const url = new URL(path, origin)
    const answer = await probe(url, ask('server/discover')).catch(() => undefined)
    if (answer === undefined || answer.status === 404 || !isSpoken(answer)) continue
    return { url: url.href, name: nameOf(answer.text), isClosed: answer.status === 401 }
  }
  return undefined
}

function nameOf(text: string): string | undefined {
  const meta = readReply(text)?.result?.['_meta'] as Readonly<Record<string, { readonly name?: unknown }>> | undefined
  const name = meta?.['io.modelcontextprotocol/serverInfo']?.name
  return typeof name === 'string' ? name : undefined
}

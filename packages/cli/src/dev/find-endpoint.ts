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

/** Looks for the endpoint of a server at the paths where servers are, and at those that an issuer beside them names. */
export async function findEndpoint(origin: string, paths?: readonly string[]): Promise<Endpoint | undefined> {
  const [found] = await findEndpoints(origin, paths)
  return found
}

/** Looks for all servers of a suite, which its issuer names, or else for the one that is there. */
export async function findEndpoints(origin: string, paths?: readonly string[]): Promise<readonly Endpoint[]> {
  const named = paths === undefined ? await namedServers(origin) : []
  if (named.length > 1) {
    const found = await Promise.all(named.map((url) => look(new URL(url))))
    return found.filter((endpoint) => endpoint !== undefined)
  }
  for (const path of paths ?? [...named, '/mcp', '/']) {
    const found = await look(new URL(path, origin))
    if (found !== undefined) return [found]
  }
  return []
}

async function look(url: URL): Promise<Endpoint | undefined> {
  const answer = await probe(url, ask('server/discover')).catch(() => undefined)
  if (answer === undefined || answer.status === 404 || !isSpoken(answer)) return undefined
  return { url: url.href, name: nameOf(answer.text), isClosed: answer.status === 401 }
}

/** Servers that are looked at, at most. */
const MOST = 20

/** Servers of this origin for which its issuer, if it has one, gives tokens: `protected_resources`. (RFC 9728 §4) */
async function namedServers(origin: string): Promise<readonly string[]> {
  const url = new URL('/.well-known/oauth-authorization-server', origin)
  const answer = await probe(url, { method: 'GET' }).catch(() => undefined)
  if (answer?.status !== 200) return []
  try {
    const { protected_resources: named } = JSON.parse(answer.text) as { readonly protected_resources?: unknown }
    if (!Array.isArray(named)) return []
    const urls = named.filter((one): one is string => typeof one === 'string' && URL.canParse(one))
    return urls.filter((one) => new URL(one).origin === url.origin).slice(0, MOST)
  } catch {
    return []
  }
}

function nameOf(text: string): string | undefined {
  const meta = readReply(text)?.result?.['_meta'] as Readonly<Record<string, { readonly name?: unknown }>> | undefined
  const name = meta?.['io.modelcontextprotocol/serverInfo']?.name
  return typeof name === 'string' ? name : undefined
}

import { META, PROTOCOL_VERSION } from '../../protocol/index.ts'
import type { BoundedFetch } from './bounded-fetch.ts'
import { type Challenge, chooseChallenge, readChallenges } from './read-challenges.ts'

const METHOD = 'server/discover'

/** What every server knows and nobody is harmed by, as somebody without a token. */
const REQUEST = {
  method: 'POST',
  headers: {
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    'mcp-protocol-version': PROTOCOL_VERSION,
    'mcp-method': METHOD,
  },
  body: JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: METHOD,
    params: { _meta: { [META.protocolVersion]: PROTOCOL_VERSION, [META.clientCapabilities]: {} } },
  }),
}

/**
 * What a server says to who has no token: where its description is, and what it takes to begin with. Nothing where it lets strangers in,
 * or does not answer: what is at the well-known places counts then.
 *
 * @see basic/authorization/authorization-server-discovery#protected-resource-metadata-discovery-requirements
 */
export async function askServer(
  server: URL,
  { fetch, usesDpop = false }: { readonly fetch: BoundedFetch; readonly usesDpop?: boolean },
): Promise<Challenge | undefined> {
  const response = await fetch(server.href, REQUEST).catch(() => undefined)
  if (response?.status !== 401) return undefined
  return chooseChallenge(await readChallenges(response.headers.get('www-authenticate')), usesDpop)
}

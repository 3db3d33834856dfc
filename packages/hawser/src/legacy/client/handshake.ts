import { badReply, type Call, ProtocolError } from '../../call/index.ts'
import { isObject, META, type ServerCapabilities } from '../../protocol/index.ts'
import type { Conversation, Fields } from './conversation.ts'
import { findMutual, OLD_VERSIONS } from './versions.ts'

/** What a server said of itself when it was greeted. */
export interface Greeting {
  readonly protocolVersion: string
  readonly capabilities: ServerCapabilities
  readonly serverInfo: unknown
  readonly instructions: string | undefined
}

/** Required of clients then, optional now. */
const NOBODY = { name: 'unknown', version: '0' }

/**
 * Greets a server in the name of who makes the call. (2025-11-25 basic/lifecycle#initialization)
 *
 * @throws ProtocolError when the server refuses, ConnectionError `bad_reply` when it chooses a revision that nobody knows.
 */
export async function shakeHands(
  conversation: Conversation,
  { clientInfo, clientCapabilities }: Call,
): Promise<Greeting> {
  const greet = (protocolVersion: string): Promise<Fields> =>
    conversation.start('initialize', {
      protocolVersion,
      capabilities: clientCapabilities,
      clientInfo: clientInfo ?? NOBODY,
    }).result
  const [newest = ''] = OLD_VERSIONS
  const result = await greet(newest).catch((error: unknown) => {
    // Some refuse instead of offering another revision. (2025-11-25 basic/lifecycle#error-handling)
    const mutual = error instanceof ProtocolError ? findMutual(error.data, OLD_VERSIONS) : undefined
    if (mutual === undefined || mutual === newest) throw error
    return greet(mutual)
  })
  const greeting = readGreeting(result)
  conversation.channel.agree(greeting.protocolVersion)
  await conversation.notify('notifications/initialized')
  return greeting
}

function readGreeting({ protocolVersion, capabilities = {}, serverInfo, instructions }: Fields): Greeting {
  if (typeof protocolVersion !== 'string' || !OLD_VERSIONS.includes(protocolVersion)) {
    const said = JSON.stringify(protocolVersion ?? null).slice(0, 64)
    throw badReply(`The server wants to speak revision ${said}, which this client does not know.`)
  }
  if (!isObject(capabilities)) throw badReply('The server answered the greeting without its capabilities.')
  return {
    protocolVersion,
    capabilities,
    serverInfo,
    instructions: typeof instructions === 'string' ? instructions : undefined,
  }
}

/** What `server/discover` would have said. (server/discover) */
export function describeServer({ protocolVersion, capabilities, serverInfo, instructions }: Greeting): Fields {
  return {
    supportedVersions: [protocolVersion],
    capabilities,
    ...(instructions !== undefined && { instructions }),
    ttlMs: 0,
    cacheScope: 'private',
    ...(isObject(serverInfo) && { _meta: { [META.serverInfo]: serverInfo } }),
  }
}

import type { DiscoverResult, Implementation, ServerCapabilities } from '../../protocol/index.ts'
import { isObject, META } from '../../protocol/index.ts'
import { hasFeature, type Revision } from '../revisions.ts'

/** What a server says about itself to a client that opens a session. */
interface ServerDescription {
  readonly protocolVersion: Revision
  readonly capabilities: ServerCapabilities
  readonly serverInfo: Implementation
  readonly instructions?: string | undefined
}

/** Said to every client alike by most servers. */
const texts = new WeakMap<DiscoverResult, Map<string, string>>()

/** The JSON of a description, made once where a server always says the same of itself. */
export function describeServerText(discovered: DiscoverResult, revision: Revision, isHeld: boolean): string {
  if (!Object.isFrozen(discovered)) return JSON.stringify(describeServer(discovered, revision, isHeld))
  const known = texts.get(discovered) ?? new Map<string, string>()
  texts.set(discovered, known)
  const key = `${revision} ${isHeld}`
  const text = known.get(key) ?? JSON.stringify(describeServer(discovered, revision, isHeld))
  known.set(key, text)
  return text
}

/** Says in an earlier revision what `server/discover` answered; nothing changes for whom nothing is held. (2025-11-25 basic/lifecycle#initialization) */
function describeServer(discovered: DiscoverResult, revision: Revision, isHeld: boolean): ServerDescription {
  const { capabilities, instructions, _meta } = discovered
  const { completions, extensions, tools, prompts, resources, ...others } = capabilities
  return {
    protocolVersion: revision,
    capabilities: {
      ...others,
      ...(tools !== undefined && { tools: isHeld ? tools : {} }),
      ...(prompts !== undefined && { prompts: isHeld ? prompts : {} }),
      ...(resources !== undefined && { resources: isHeld ? resources : {} }),
      ...(completions !== undefined && hasFeature(revision, 'completionsCapability') && { completions }),
      ...(extensions !== undefined && hasFeature(revision, 'extensions') && { extensions }),
    },
    serverInfo: describeSelf(_meta?.[META.serverInfo], revision),
    instructions,
  }
}

function describeSelf(info: unknown, revision: Revision): Implementation {
  // A handle that is not a server of ours may leave it out, which earlier revisions do not allow.
  if (!isObject(info) || typeof info['name'] !== 'string') return { name: 'unnamed', version: '0' }
  const { title, description, websiteUrl, icons, name, version } = info as unknown as Implementation
  return {
    name,
    version,
    ...(hasFeature(revision, 'titles') && { title }),
    ...(hasFeature(revision, 'icons') && { description, websiteUrl, icons }),
  }
}

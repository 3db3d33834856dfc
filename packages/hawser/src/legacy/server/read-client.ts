import { ProtocolError } from '../../call/index.ts'
import { type ClientCapabilities, type Extensions, type Implementation, isObject } from '../../protocol/index.ts'
import { hasFeature, isRevision, NEWEST_REVISION, type Revision } from '../revisions.ts'

/** What a client said about itself when it opened. Shared by all clients that said the same, and never changed. */
export interface OldClient {
  readonly revision: Revision
  readonly info: Implementation | undefined
  readonly capabilities: ClientCapabilities
}

type Fields = { readonly [name: string]: unknown }

/** A session keeps this for as long as it lasts, so that it is cut to what handlers can use. (UTF-16 units) */
const MAX_NAME = 128
const MAX_EXTENSIONS = 4096

/** Most clients are one of few programs; so many descriptions are remembered, to be held once. */
const MAX_KNOWN = 64
const MAX_KNOWN_TEXT = 4096
const known = new Map<string, OldClient>()

/**
 * Reads the params of the request that opens a session. (2025-11-25 basic/lifecycle#initialization)
 *
 * @throws ProtocolError `invalid_params`
 */
export function readClient(params: Fields): OldClient {
  const { protocolVersion, capabilities = {}, clientInfo } = params
  const text = JSON.stringify([protocolVersion, capabilities, clientInfo])
  const found = known.get(text)
  if (found !== undefined) return found
  if (typeof protocolVersion !== 'string') {
    throw new ProtocolError('invalid_params', 'params.protocolVersion must be a string')
  }
  if (!isObject(capabilities)) throw new ProtocolError('invalid_params', 'params.capabilities must be an object')
  const revision = isRevision(protocolVersion) ? protocolVersion : NEWEST_REVISION
  const client = { revision, info: readInfo(clientInfo), capabilities: readCapabilities(revision, capabilities) }
  if (known.size < MAX_KNOWN && text.length <= MAX_KNOWN_TEXT) known.set(text, client)
  return client
}

function readInfo(info: unknown): Implementation | undefined {
  if (!isObject(info)) return undefined
  const { name, version, title } = info
  if (typeof name !== 'string' || typeof version !== 'string') return undefined
  return {
    name: name.slice(0, MAX_NAME),
    version: version.slice(0, MAX_NAME),
    ...(typeof title === 'string' && { title: title.slice(0, MAX_NAME) }),
  }
}

/** Its results have a shape that these revisions do not know. */
const NEVER = 'io.modelcontextprotocol/tasks'

/** What the present calls the same abilities; what a revision does not define is not declared in it. */
function readCapabilities(revision: Revision, declared: Fields): ClientCapabilities {
  const { roots, sampling, elicitation, experimental, extensions } = declared
  const isRich = hasFeature(revision, 'samplingTools')
  const { [NEVER]: _, ...others } = readExtensions(extensions)
  return {
    ...(isObject(roots) && { roots: {} }),
    ...(isObject(sampling) && { sampling: isRich ? pick(sampling, ['tools', 'context']) : { context: {} } }),
    ...(isObject(elicitation) &&
      hasFeature(revision, 'elicitation') && { elicitation: readModes(revision, elicitation) }),
    ...(isObject(experimental) && { experimental: readExtensions(experimental) }),
    ...(hasFeature(revision, 'extensions') && Object.keys(others).length > 0 && { extensions: others }),
  }
}

/** Before there were modes, there were forms. */
function readModes(revision: Revision, elicitation: Fields): NonNullable<ClientCapabilities['elicitation']> {
  const modes = hasFeature(revision, 'urlElicitation') ? pick(elicitation, ['form', 'url']) : {}
  return Object.keys(modes).length === 0 ? { form: {} } : modes
}

function pick(fields: Fields, names: readonly string[]): { readonly [name: string]: {} } {
  return Object.fromEntries(names.filter((name) => isObject(fields[name])).map((name) => [name, {}]))
}

function readExtensions(extensions: unknown): Extensions {
  if (!isObject(extensions) || JSON.stringify(extensions).length > MAX_EXTENSIONS) return {}
  return Object.fromEntries(Object.entries(extensions).filter(([, settings]) => isObject(settings))) as Extensions
}

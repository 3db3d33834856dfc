import { badReply, type Call, isReceived, markReceived, ProtocolError, type Reply } from '../../call/index.ts'
import { type ClientCapabilities, isObject, META, type ServerCapabilities } from '../../protocol/index.ts'
import type { Fields } from './conversation.ts'
import type { Greeting } from './handshake.ts'
import { declaresCompletions } from './versions.ts'

/** The envelope of the present revision, which a session has settled once and for all. */
const ENVELOPE: ReadonlySet<string> = new Set([
  META.protocolVersion,
  META.clientInfo,
  META.clientCapabilities,
  META.logLevel,
])

/** Params as a session knows them; the progress token is the id of the request, since callers choose theirs apart. */
export function outward({ params }: Call, id: number): Fields {
  const { _meta = {}, inputResponses: _, requestState: __, ...own } = params as Call<'tools/call'>['params']
  const { progressToken, ...entries } = _meta
  const meta = Object.fromEntries(Object.entries(entries).filter(([key]) => !ENVELOPE.has(key)))
  if (progressToken !== undefined) meta['progressToken'] = id
  return Object.keys(meta).length === 0 ? own : { ...own, _meta: meta }
}

/** Methods whose results say how long they may be kept; these servers do not, so not at all. */
const KEPT = /^(?:(?:tools|prompts|resources|resources\/templates)\/list|resources\/read)$/

/** A result as the present revision has it. A field `resultType`, which did not exist, is the server's own. */
export function inward(method: string, fields: Fields): Reply {
  const { resultType: _, ...result } = fields
  const reply: Fields = KEPT.test(method) ? { ttlMs: 0, cacheScope: 'private', ...result } : result
  return reply
}

/** The capability that a method needs. (2025-11-25 basic/lifecycle#capability-negotiation) */
const NEEDS: ReadonlyMap<string, keyof ServerCapabilities> = new Map([
  ['tools', 'tools'],
  ['prompts', 'prompts'],
  ['resources', 'resources'],
  ['completion', 'completions'],
])

/**
 * Refuses in the server's place what it has not declared: some servers crash at what they do not expect.
 *
 * @throws ProtocolError `method_not_found`.
 */
export function checkOffered(method: string, { capabilities, protocolVersion }: Greeting): void {
  const needed = NEEDS.get(method.slice(0, Math.max(0, method.indexOf('/'))))
  if (needed === undefined || isObject(capabilities[needed])) return
  if (needed === 'completions' && !declaresCompletions(protocolVersion)) return
  throw markReceived(new ProtocolError('method_not_found', `The server does not offer ${method}: it has no ${needed}.`))
}

/** Whether a question may be put to a client with these capabilities. */
export function mayAsk(method: string, params: Fields, { elicitation, sampling, roots }: ClientCapabilities): boolean {
  switch (method) {
    case 'roots/list':
      return roots !== undefined
    case 'sampling/createMessage':
      return sampling !== undefined
    case 'elicitation/create': {
      const { form, url } = elicitation ?? {}
      // A capability without modes means forms. (client/elicitation#capabilities)
      const isForm = elicitation !== undefined && (form !== undefined || url === undefined)
      return params['mode'] === 'url' ? url !== undefined : isForm
    }
    default:
      return false
  }
}

/** What a client can be asked for, as text. */
export function askableOf({ clientCapabilities: { elicitation, sampling, roots } }: Call): string {
  return [elicitation, elicitation?.form, elicitation?.url, sampling, roots].map((each) => (each ? 1 : 0)).join('')
}

/** A page that a person is asked to visit. */
export interface Page {
  readonly message: string
  readonly url: string
}

/** The error by which a server of 2025-11-25 sends the person to a page first. (2025-11-25 client/elicitation) */
const URL_REQUIRED = -32042

/** Pages that must be visited before a call can succeed; none for any other error. */
export function readPages(error: unknown): readonly Page[] {
  if (!(error instanceof ProtocolError) || error.number !== URL_REQUIRED || !isReceived(error)) return []
  const found = isObject(error.data) ? error.data['elicitations'] : undefined
  if (!Array.isArray(found)) throw badReply('The server wants pages to be visited and does not say which.', error)
  return found.map((page: unknown) => {
    const { message, url } = isObject(page) ? page : {}
    if (typeof message !== 'string' || typeof url !== 'string')
      throw badReply('The server wants a page visited that it does not name.', error)
    return { message, url }
  })
}

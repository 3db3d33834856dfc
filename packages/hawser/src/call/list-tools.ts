import type { ListParams, ToolListing } from '../protocol/index.ts'
import type { Call, Handle } from './call.ts'
import { badReply } from './error.ts'

/** Pages of one list that are read; a server that names a next page for ever has not more of them. */
const MAX_PAGES = 1000

/**
 * Reads the tools of a server page by page, on behalf of a call: with its signal, its time, and as its caller.
 *
 * @throws ConnectionError `bad_reply` for what is no list, and when the pages do not end; whatever the handle throws.
 */
export async function* listTools(next: Handle, call: Call): AsyncGenerator<readonly ToolListing[], void> {
  const { _meta } = call.params
  let params: ListParams = { _meta: { ..._meta, progressToken: undefined } }
  for (let page = 0; page < MAX_PAGES; page++) {
    const reply = await next({ ...call, method: 'tools/list', params, notify: () => {} })
    const tools = toolsOf(reply)
    if (tools === undefined) throw badReply('The server answered tools/list with something that is no list.')
    yield tools
    const cursor = 'nextCursor' in reply ? reply.nextCursor : undefined
    if (typeof cursor !== 'string') return
    params = { ...params, cursor }
  }
  throw badReply(`tools/list did not end within ${MAX_PAGES} pages.`)
}

/** The tools in a reply, of which a stranger may have made anything; nothing when it is no list. */
export function toolsOf(reply: object): readonly ToolListing[] | undefined {
  const tools: unknown = 'tools' in reply ? reply.tools : undefined
  if (!Array.isArray(tools)) return undefined
  return tools.filter(
    (tool: unknown): tool is ToolListing =>
      typeof tool === 'object' && tool !== null && 'name' in tool && typeof tool.name === 'string',
  )
}

import { ProtocolError } from '../../call/index.ts'
import type { CallToolResult, InputRequests } from '../../protocol/index.ts'
import { UrlElicitationRequired } from './express-error.ts'

const NOT_HELD =
  'This endpoint holds no session with your client, so that nothing can be asked. Use an endpoint with sessions, or a client of revision 2026-07-28.'

/**
 * Tells the model that a tool cannot ask, since it may have another way; elsewhere the error is the peer's.
 *
 * @param isHeld Whether the client could have been asked, had it declared so.
 */
export function explainRefusal(method: string, error: unknown, isHeld: boolean): CallToolResult {
  const isForModel = error instanceof ProtocolError && !(error instanceof UrlElicitationRequired)
  if (method !== 'tools/call' || !isForModel) throw error
  const why = isHeld ? error.message : NOT_HELD
  return { content: [{ type: 'text', text: `The tool has to ask before it can go on. ${why}` }], isError: true }
}

/** Pages can be visited without anything being sent back: the client calls again when the person was there. */
export function refuseToAsk(requests: InputRequests): ProtocolError {
  const asked = Object.values(requests)
  const pages = asked.flatMap(({ method, params }) =>
    method === 'elicitation/create' && params.mode === 'url' ? [params] : [],
  )
  return pages.length === asked.length
    ? new UrlElicitationRequired(pages)
    : new ProtocolError('missing_client_capability', NOT_HELD)
}

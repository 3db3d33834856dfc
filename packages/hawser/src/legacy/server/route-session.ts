import { isObject } from '../../protocol/index.ts'

/** Bytes of a request that opens a session. */
const MAX_OPENING = 65_536

/** Where a request belongs, in a deployment with one place for each session. */
export type SessionRoute =
  | { readonly session: string }
  /** It opens one, or may be answered anywhere; its body was read on the way. */
  | { readonly opens: boolean; readonly request: Request }

/**
 * Tells by its headers which session a request belongs to. The body is only looked at where the headers are those of an earlier revision,
 * which names no method in them. (2025-11-25 basic/transports#session-management)
 */
export async function routeSession(request: Request): Promise<SessionRoute> {
  const session = request.headers.get('mcp-session-id')
  if (session !== null) return { session }
  const length = Number(request.headers.get('content-length') ?? Infinity)
  if (request.method !== 'POST' || request.headers.has('mcp-method') || !(length <= MAX_OPENING))
    return { opens: false, request }
  const body = await request.arrayBuffer().catch(() => undefined)
  // Who left in the middle is answered like anybody who sends half a body.
  if (body === undefined) return { opens: false, request }
  return { opens: isOpening(body), request: new Request(request, { method: 'POST', body }) }
}

function isOpening(body: ArrayBuffer): boolean {
  try {
    const message: unknown = JSON.parse(new TextDecoder().decode(body))
    return isObject(message) && message['method'] === 'initialize'
  } catch {
    return false
  }
}

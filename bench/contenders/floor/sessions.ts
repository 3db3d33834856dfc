import type { Open } from '../contract.ts'

const INITIALIZED = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'bench', version: '1.0.0' },
}

/** No less can be done for a session than to name it: what is left is what a request and a response cost. */
export const open: Open = () => {
  const sessions = new Set<string>()
  return async (request) => {
    const { id, method } = JSON.parse(await request.text()) as { readonly id?: number; readonly method: string }
    const known = sessions.has(request.headers.get('mcp-session-id') ?? '')
    if (known && id === undefined) return new Response(null, { status: 202 })
    const result = method === 'tools/list' ? { tools: [] } : INITIALIZED
    const session = known ? undefined : crypto.randomUUID()
    if (session !== undefined) sessions.add(session)
    return new Response(JSON.stringify({ jsonrpc: '2.0', id, result }), {
      headers: { 'content-type': 'application/json', ...(session && { 'mcp-session-id': session }) },
    })
  }
}

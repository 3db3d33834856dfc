import { headersFor, type Person } from './caller.ts'
import type { Desk, WorkerName } from './start-desk.ts'

/** A request of a session of an earlier revision; without an id it opens one. */
export async function sendInSession(
  desk: Desk,
  worker: WorkerName,
  person: Person,
  session: string | undefined,
  message: object | undefined,
  method = 'POST',
): Promise<{ readonly status: number; readonly session: string | undefined }> {
  const response = await desk.ask(worker, '/mcp', {
    method,
    headers: {
      ...headersFor(person),
      'mcp-protocol-version': '2025-11-25',
      ...(session !== undefined && { 'mcp-session-id': session }),
    },
    body: message && JSON.stringify({ jsonrpc: '2.0', ...message }),
  })
  await response.text()
  return { status: response.status, session: response.headers.get('mcp-session-id') ?? session }
}

export async function openSession(desk: Desk, worker: WorkerName, person: Person) {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'old', version: '1' } }
  const opened = await sendInSession(desk, worker, person, undefined, { id: 0, method: 'initialize', params })
  if (opened.session === undefined) return opened
  return sendInSession(desk, worker, person, opened.session, { method: 'notifications/initialized' })
}

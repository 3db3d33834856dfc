import type { Desk, WorkerName } from './start-desk.ts'

/** Somebody who calls, as `tenant/name`. */
export type Person = string

export interface Answer {
  readonly status: number
  readonly result?: Readonly<Record<string, unknown>> | undefined
  readonly error?: { readonly code: number; readonly message: string } | undefined
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'scale', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {
    elicitation: { form: {} },
    extensions: { 'io.modelcontextprotocol/tasks': {} },
  },
}

export const headersFor = (person: Person): Record<string, string> => ({
  authorization: `Bearer ${person}`,
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
})

/** Sends one request of the present revision. */
export async function request(
  desk: Desk,
  worker: WorkerName,
  person: Person,
  method: string,
  params: Readonly<Record<string, unknown>>,
  signal?: AbortSignal,
): Promise<Response> {
  const name = params['name'] ?? params['taskId']
  return desk.ask(worker, '/mcp', {
    method: 'POST',
    signal,
    headers: {
      ...headersFor(person),
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof name === 'string' && { 'mcp-name': name }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: META } }),
  })
}

/** Sends one request of the present revision, and waits for its answer. */
export async function send(
  desk: Desk,
  worker: WorkerName,
  person: Person,
  method: string,
  params: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const response = await request(desk, worker, person, method, params)
  return { status: response.status, ...lastMessage(await response.text()) }
}

export const call = (
  desk: Desk,
  worker: WorkerName,
  person: Person,
  name: string,
  args: object = {},
  more: object = {},
): Promise<Answer> => send(desk, worker, person, 'tools/call', { name, arguments: args, ...more })

/** The answer among the events of a stream, or alone. */
function lastMessage(text: string): Pick<Answer, 'result' | 'error'> {
  const json = text.startsWith('{') ? text : (text.split('\n').findLast((line) => line.startsWith('data: {')) ?? '')
  return json === '' ? {} : (JSON.parse(json.replace(/^data: /, '')) as Pick<Answer, 'result' | 'error'>)
}

/** What a tool said. */
export const textOf = ({ result }: Answer): string | undefined =>
  (result?.['content'] as readonly { readonly text?: string }[] | undefined)?.[0]?.text

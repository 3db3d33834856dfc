/** The newest protocol revision a contender speaks, and how it is addressed. */
export interface Dialect {
  readonly revision: '2026-07-28' | '2025-11-25' | '2025-06-18'
  /** True when calls only count inside a session opened by `initialize`. */
  readonly session: boolean
}

/** One thing to ask a server, before it is put into a dialect. */
export interface Question {
  readonly method: 'tools/call' | 'tools/list' | 'initialize' | 'subscriptions/listen'
  readonly params: Readonly<Record<string, unknown>>
}

const client = { name: 'bench', version: '1.0.0' }

export const call = (name: string, args: Readonly<Record<string, unknown>>): Question => ({
  method: 'tools/call',
  params: { name, arguments: args },
})

export const list = (cursor?: string): Question => ({
  method: 'tools/list',
  params: cursor === undefined ? {} : { cursor },
})

/** A subscription to changes of the list of tools. */
export const listen = (): Question => ({
  method: 'subscriptions/listen',
  params: { notifications: { toolsListChanged: true } },
})

export const initialize = (dialect: Dialect): Question => ({
  method: 'initialize',
  params: { protocolVersion: dialect.revision, capabilities: {}, clientInfo: client },
})

/** The JSON-RPC text of a question around its id, so that a fresh id costs one concatenation. */
export const frame = (dialect: Dialect, question: Question): readonly [head: string, tail: string] => {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': dialect.revision,
    'io.modelcontextprotocol/clientInfo': client,
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const params = dialect.revision === '2026-07-28' ? { ...question.params, _meta: meta } : question.params
  const rest = JSON.stringify({ method: question.method, params })
  return ['{"jsonrpc":"2.0","id":', `,${rest.slice(1)}`]
}

/** Request headers of a question; the 2026 revision repeats method and name there. (basic/transports#request-metadata) */
export const headersOf = (dialect: Dialect, question: Question, session?: string): Record<string, string> => {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  if (question.method !== 'initialize') headers['mcp-protocol-version'] = dialect.revision
  if (session !== undefined) headers['mcp-session-id'] = session
  if (dialect.revision !== '2026-07-28') return headers
  headers['mcp-method'] = question.method
  if (typeof question.params['name'] === 'string') headers['mcp-name'] = question.params['name']
  return headers
}

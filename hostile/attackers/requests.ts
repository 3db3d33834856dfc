/** Proper messages of a client, for attackers who mix them with others. */
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}

const request = (id: number, method: string, params: object = {}): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: META } })

export const callTool = (id: number, name: string, args: object = {}): string =>
  request(id, 'tools/call', { name, arguments: args })

export const echo = (id: number): string => callTool(id, 'echo', { text: `said ${id}` })

/** A subscription to the first resources of the harbour. */
export const listen = (id: number, count = 1000): string =>
  request(id, 'subscriptions/listen', {
    notifications: {
      toolsListChanged: true,
      resourceSubscriptions: Array.from({ length: count }, (_, berth) => `harbour://berths/${berth}`),
    },
  })

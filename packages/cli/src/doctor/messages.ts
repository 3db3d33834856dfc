import { VERSION } from '../version.ts'
import type { Answer, Probe } from './probe.ts'

/** The revisions that a server is greeted in: the present, and the last that has a handshake. */
export const PRESENT = '2026-07-28'
export const EARLIER = '2025-11-25'

const CLIENT = { name: 'hawser-doctor', version: VERSION }
const META = 'io.modelcontextprotocol/'
const TYPES = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }

/** A request that describes itself. */
export function ask(method: string, params: Readonly<Record<string, unknown>> = {}, name?: string): Probe {
  const _meta = {
    [`${META}protocolVersion`]: PRESENT,
    [`${META}clientInfo`]: CLIENT,
    [`${META}clientCapabilities`]: {},
  }
  return {
    headers: {
      ...TYPES,
      'mcp-protocol-version': PRESENT,
      'mcp-method': method,
      ...(name !== undefined && { 'mcp-name': name }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } }),
    until: (text) => readReply(text) !== undefined,
  }
}

/** What clients greeted servers with before. */
export function greet(): Probe {
  const params = { protocolVersion: EARLIER, capabilities: {}, clientInfo: CLIENT }
  return {
    headers: TYPES,
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
    until: (text) => readReply(text) !== undefined,
  }
}

/** A message of an earlier revision, in a session where there is one. */
export function say(method: string, session: string | undefined, version: string): Probe {
  const isNotification = method.startsWith('notifications/')
  return {
    headers: { ...TYPES, 'mcp-protocol-version': version, ...(session !== undefined && { 'mcp-session-id': session }) },
    body: JSON.stringify({
      jsonrpc: '2.0',
      ...(isNotification ? {} : { id: 2 }),
      method,
      ...(isNotification ? {} : { params: {} }),
    }),
    until: (text) => readReply(text) !== undefined,
  }
}

export type Json = Readonly<Record<string, unknown>>

export interface Reply {
  readonly result?: Json
  readonly error?: { readonly code: number; readonly message: string }
}

/** The reply in a body: JSON, or the events of a stream. Absent where there is none. */
export function readReply(text: string): Reply | undefined {
  const whole = parseObject(text)
  if (whole !== undefined) return toReply(whole)
  for (const event of text.split(/\r?\n\r?\n/)) {
    const data = event
      .split(/\r?\n/)
      .flatMap((line) => (line.startsWith('data:') ? [line.slice('data:'.length)] : []))
      .join('\n')
    const reply = toReply(parseObject(data))
    if (reply !== undefined) return reply
  }
  return undefined
}

function toReply(message: Json | undefined): Reply | undefined {
  if (message?.['jsonrpc'] !== '2.0') return undefined
  const { result, error } = message
  if (isJson(result)) return { result }
  if (!isJson(error)) return undefined
  return { error: { code: Number(error['code']), message: String(error['message']) } }
}

export function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJson(value) ? value : undefined
  } catch {
    return undefined
  }
}

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether whoever answers speaks the protocol, be it to refuse. */
export const isSpoken = ({ text, status, headers }: Answer): boolean =>
  readReply(text) !== undefined || (status === 401 && headers.get('www-authenticate') !== null)

/** A page for people, as proxies answer. */
export const isPage = ({ text, headers }: Answer): boolean =>
  /\btext\/html\b/i.test(headers.get('content-type') ?? '') || /^\s*<(?:!doctype|html)/i.test(text)

/** What came, in a few words. */
export function describeAnswer(answer: Answer): string {
  const type = headerWord(answer.headers.get('content-type'))
  return `HTTP ${answer.status}${isPage(answer) ? ', a page for people' : type === '' ? '' : `, ${type}`}`
}

const headerWord = (text: string | null): string => (text ?? '').split(';')[0]!.trim().slice(0, 60)

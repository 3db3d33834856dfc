import { describe, expect, it } from 'vitest'
import { callTool, cancel, request, textResult } from './fixtures/messages.ts'
import { startLines as start } from './fixtures/start-lines.ts'

/** Every bad line is followed by a good one, which must be answered as if nothing had happened. */
const afterwards = callTool('after', 'echo', { value: 'fine' })

const noRequest = { jsonrpc: '2.0', id: 1 }
const lines: readonly (readonly [what: string, line: string | Uint8Array, code: number, id?: number])[] = [
  ['text that is not JSON', 'nonsense\n', -32700],
  ['half a message', '{"jsonrpc":"2.0",\n', -32700],
  ['bytes that are not UTF-8', new Uint8Array([0x22, 0xff, 0x22, 0x0a]), -32700],
  ['100 000 levels of nesting', `${'['.repeat(100_000)}${']'.repeat(100_000)}\n`, -32700],
  ['a batch', `[${request(1, 'server/discover').trim()}]\n`, -32600],
  ['a string', '"hello"\n', -32600],
  ['null', 'null\n', -32600],
  ['no jsonrpc', '{"id":1,"method":"tools/list"}\n', -32600, 1],
  ['jsonrpc 1.0', '{"jsonrpc":"1.0","id":1,"method":"tools/list"}\n', -32600, 1],
  ['a null id', '{"jsonrpc":"2.0","id":null,"method":"tools/list"}\n', -32600],
  ['a fraction as id', '{"jsonrpc":"2.0","id":1.5,"method":"tools/list"}\n', -32600],
  ['an id above 53 bits', '{"jsonrpc":"2.0","id":1e300,"method":"tools/list"}\n', -32600],
  ['an object as id', '{"jsonrpc":"2.0","id":{},"method":"tools/list"}\n', -32600],
  ['an id of 1000 characters', `${JSON.stringify({ jsonrpc: '2.0', id: 'x'.repeat(1000), method: 'a' })}\n`, -32600],
  ['a number as method', '{"jsonrpc":"2.0","id":1,"method":1}\n', -32600, 1],
  ['params that are a list', '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[]}\n', -32602, 1],
  ['no params', `${JSON.stringify({ ...noRequest, method: 'tools/list' })}\n`, -32602, 1],
  ['no _meta', `${JSON.stringify({ ...noRequest, method: 'tools/list', params: {} })}\n`, -32602, 1],
  ['a _meta that is text', `${JSON.stringify({ ...noRequest, method: 'a', params: { _meta: 'x' } })}\n`, -32602, 1],
  ['no version', request(1, 'tools/list', {}, { 'io.modelcontextprotocol/protocolVersion': undefined }), -32602, 1],
  ['no capabilities', request(1, 'a', {}, { 'io.modelcontextprotocol/clientCapabilities': undefined }), -32602, 1],
  ['another revision', request(1, 'a', {}, { 'io.modelcontextprotocol/protocolVersion': '1900-01-01' }), -32022, 1],
  ['an unknown log level', request(1, 'a', {}, { 'io.modelcontextprotocol/logLevel': 'loud' }), -32602, 1],
  ['a tool without a name', request(1, 'tools/call'), -32602, 1],
  ['an unknown method', request(1, 'tools/sing'), -32601, 1],
  ['an unknown tool', callTool(1, 'sing'), -32602, 1],
  ['a tool called __proto__', callTool(1, '__proto__'), -32602, 1],
  ['a tool called constructor', callTool(1, 'constructor'), -32602, 1],
  ['a method called constructor', request(1, 'constructor'), -32601, 1],
]
const bad = lines.map(([what, line, code, id]) => ({ what, line, code, id }))

describe('bad lines', () => {
  // spec: error-id, request-id-refused, meta-envelope-missing, version-unsupported, logging-level-unknown, utf8
  it.each(bad)('answers $what with an error and goes on', async ({ line, code, id }) => {
    const { push, until } = start()
    push(line)
    push(afterwards)
    const [refusal, answer] = await until(2)
    expect(refusal?.error?.code).toBe(code)
    expect(refusal?.id).toBe(id)
    expect(refusal).not.toHaveProperty('result')
    expect(answer).toEqual(textResult('after', 'fine'))
  })

  // spec: notification-unanswered, cancel-invalid
  it.each([
    ['an empty line', '\n'],
    ['a line of one CR', '\r\n'],
    ['an unknown notification', '{"jsonrpc":"2.0","method":"notifications/sing"}\n'],
    ['a notification with bad params', '{"jsonrpc":"2.0","method":"notifications/cancelled","params":[]}\n'],
    ['a result nobody asked for', '{"jsonrpc":"2.0","id":1,"result":{}}\n'],
    ['an error nobody asked for', '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}\n'],
    ['the cancellation of an unknown request', cancel(99)],
    ['the cancellation of nothing', cancel(undefined)],
    ['the cancellation of an object', cancel({ toString: 1 })],
    ['the cancellation of null', cancel(null)],
  ])('does not answer %s', async (_, line) => {
    const { push, until } = start()
    push(line)
    push(afterwards)
    expect(await until(1)).toEqual([textResult('after', 'fine')])
  })

  it('answers a line above the cap once, and reads on after it', async () => {
    const { push, until } = start({ maxLineBytes: 1000 })
    for (let part = 0; part < 5; part++) push('x'.repeat(500))
    push(`\n${afterwards}`)
    const [refusal, answer] = await until(2)
    expect(refusal?.error).toEqual({ code: -32600, message: 'The line is too long: at most 1000 bytes are read.' })
    expect(answer).toEqual(textResult('after', 'fine'))
  })

  it('caps a line at 4 MiB by default', async () => {
    const { push, until } = start()
    push(callTool(1, 'echo', { value: 'x'.repeat(5 * 1024 * 1024) }))
    push(callTool(2, 'echo', { value: 'x'.repeat(3 * 1024 * 1024) }))
    const [refusal, answer] = await until(2)
    expect(refusal?.error?.message).toContain('4194304')
    expect(answer?.id).toBe(2)
  })

  it('tells two ids apart that look alike', async () => {
    const { push, until } = start()
    push(callTool(1, 'wait', { gate: 'a', value: 'number' }) + callTool('1', 'wait', { gate: 'a', value: 'string' }))
    push(callTool('go', 'open', { gate: 'a' }))
    const messages = await until(3)
    expect(messages).toContainEqual(textResult(1, 'number'))
    expect(messages).toContainEqual(textResult('1', 'string'))
  })
})

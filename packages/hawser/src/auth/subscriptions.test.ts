import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFetchHandler } from '../http/index.ts'
import { ISSUER, RESOURCE } from './fixtures/issuer.ts'
import { createNotes, hear, VERSION } from './fixtures/notes.ts'

const MINUTE = 60_000
const LISTS = { toolsListChanged: true }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

async function open() {
  const notes = await createNotes()
  const asked = vi.spyOn(notes.live, 'has')
  const token = await notes.sign({ scope: 'notes:read', gid: 'g1' })
  const handler = createFetchHandler(notes.server, { sessions: {} })
  const request = (method: 'GET' | 'POST', headers: Readonly<Record<string, string>>, body?: object) =>
    handler(
      new Request(RESOURCE, {
        method,
        headers: {
          accept: 'application/json, text/event-stream',
          'content-type': 'application/json',
          authorization: `Bearer ${token}`,
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...body }) }),
      }),
    )
  const listen = (notifications: object = LISTS, headers: Readonly<Record<string, string>> = {}) =>
    request(
      'POST',
      { 'mcp-protocol-version': VERSION, 'mcp-method': 'subscriptions/listen', ...headers },
      {
        method: 'subscriptions/listen',
        params: {
          notifications,
          _meta: {
            'io.modelcontextprotocol/protocolVersion': VERSION,
            'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
          },
        },
      },
    )
  return { ...notes, asked, request, listen }
}

/** All that a stream says until it ends, and whether it has. */
function follow(response: Response) {
  const heard = { text: '', isOver: false }
  void (async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) heard.text += chunk
    heard.isOver = true
  })()
  return heard
}

describe('a subscription and the grant that it was opened under', () => {
  it.each([
    ['lists', LISTS],
    ['tasks', { taskIds: ['any'] }],
  ])('TR7: does not begin when the grant is revoked: %s', async (_, notifications) => {
    const { listen, live } = await open()
    live.clear()
    const heard = await hear(await listen(notifications))
    expect(heard).toMatchObject({ status: 401, challenge: expect.stringContaining('error="invalid_token"') })
  })

  it('TR7: ends within a minute of it, as it ends with its token', async () => {
    const { listen, live, server } = await open()
    const heard = follow(await listen())
    await vi.advanceTimersByTimeAsync(5 * MINUTE)
    await server.changed.tools()
    await vi.advanceTimersByTimeAsync(0)
    expect(heard.text).toContain('notifications/tools/list_changed')
    expect(heard.isOver).toBe(false)
    live.clear()
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(heard.isOver).toBe(true)
    expect(heard.text).toContain('"resultType":"complete"')
  })

  it('asks once for all that were opened with one token, and no more when they are over', async () => {
    const { listen, asked, server } = await open()
    const streams = [follow(await listen()), follow(await listen())]
    // By then the token itself was checked anew.
    await vi.advanceTimersByTimeAsync(1.5 * MINUTE)
    asked.mockClear()
    streams.push(follow(await listen()))
    expect(asked).toHaveBeenCalledTimes(0)
    await vi.advanceTimersByTimeAsync(4 * MINUTE)
    expect(asked.mock.calls.length).toBeGreaterThanOrEqual(4)
    expect(asked.mock.calls.length).toBeLessThanOrEqual(6)
    await server.close()
    asked.mockClear()
    await vi.advanceTimersByTimeAsync(4 * MINUTE)
    expect(streams.map(({ isOver }) => isOver)).toEqual([true, true, true])
    expect(asked).toHaveBeenCalledTimes(0)
  })

  it('goes on where nobody can tell, which its operator is told once', async () => {
    const { listen, asked, logged } = await open()
    asked.mockImplementation(() => {
      throw new Error('down')
    })
    const heard = follow(await listen())
    await vi.advanceTimersByTimeAsync(5 * MINUTE)
    expect(heard.isOver).toBe(false)
    expect(logged).toMatchObject([{ level: 'warn', cause: new Error('down') }])
    await vi.advanceTimersByTimeAsync(10 * MINUTE)
    expect(heard.isOver).toBe(true)
  })

  it('TR7: ends with the stream of a session of an earlier revision, which asks no more', async () => {
    const { request, live, asked } = await open()
    const hello = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'old', version: '1' } }
    const opened = await request('POST', {}, { method: 'initialize', params: hello })
    const heard = follow(await request('GET', { 'mcp-session-id': opened.headers.get('mcp-session-id')! }))
    await vi.advanceTimersByTimeAsync(2 * MINUTE)
    expect(heard.isOver).toBe(false)
    live.clear()
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(heard.isOver).toBe(true)
    asked.mockClear()
    await vi.advanceTimersByTimeAsync(5 * MINUTE)
    expect(asked).toHaveBeenCalledTimes(0)
  })
})

describe('a change that is for one person', () => {
  it('is heard by them alone, whatever revision they speak', async () => {
    const { listen, request, sign, server } = await open()
    const asEve = { authorization: `Bearer ${await sign({ scope: 'notes:read', sub: 'eve', gid: 'g1' })}` }
    const openSession = async (headers: Readonly<Record<string, string>> = {}) => {
      const hello = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'old', version: '1' } }
      const opened = await request('POST', headers, { method: 'initialize', params: hello })
      const session = { ...headers, 'mcp-session-id': opened.headers.get('mcp-session-id')! }
      return follow(await request('GET', session))
    }
    const ada = [follow(await listen()), await openSession()]
    const eve = [follow(await listen(LISTS, asEve)), await openSession(asEve)]
    await vi.advanceTimersByTimeAsync(0)
    await server.changed.tools({ for: { subject: 'ada', issuer: ISSUER } })
    await vi.advanceTimersByTimeAsync(0)
    const isTold = ({ text }: { readonly text: string }): boolean => text.includes('"notifications/tools/list_changed"')
    expect([ada.map(isTold), eve.map(isTold)]).toEqual([
      [true, true],
      [false, false],
    ])
    await server.close()
  })
})

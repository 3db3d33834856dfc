import { describe, expect, it } from 'vitest'
import { answer, event, events, json, pour, type Say, startHttpAttacker } from './attackers/http.ts'
import { expectUnharmed } from './expect-unharmed.ts'
import { type Part, PENDING } from './pending.ts'
import { attackClient, attacker, startServer } from './start-victim.ts'
import type { ClientReport, ClientTask } from './victims/task.ts'

/** A test of a part that does not exist yet has to fail, and no longer may once it exists. */
const needs = (part: Part): { readonly fails: boolean } => ({ fails: PENDING.includes(part) })

/** What a server may grow by under an attack, in MiB. */
const BOUND = 128

describe.concurrent('a server with sessions, when a client', () => {
  it('begins 12 000 sessions, holds as many as it allows and goes on', needs('older clients'), async () => {
    await onStage(async ({ open, call, growth }) => {
      for (let round = 0; round < 120; round++) await Promise.all(Array.from({ length: 100 }, () => open()))
      const last = await open()
      expect(await (await call(last, 1, 'echo', { text: 'still' })).text()).toContain('still')
      expect(await growth()).toBeLessThan(BOUND)
    })
  })

  it('presents ids that are not its own, is told that there is no such session', needs('older clients'), async () => {
    await onStage(async ({ open, call, post, url }) => {
      const own = await open()
      const guesses = [
        own.slice(0, -1),
        `${own}0`,
        own.toUpperCase() === own ? own.toLowerCase() : own.toUpperCase(),
        `${own}, ${own}`,
        own.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
        '0',
        '__proto__',
        'x'.repeat(8_000),
        crypto.randomUUID(),
      ]
      for (const guess of guesses) {
        const statuses = [
          (await call(guess, 1, 'echo', { text: 'x' })).status,
          (await fetch(url, { method: 'DELETE', headers: { 'mcp-session-id': guess } })).status,
          (await listenTo(url, guess)).status,
          (await post({ jsonrpc: '2.0', method: 'notifications/initialized' }, { 'mcp-session-id': guess })).status,
        ]
        expect([guess, statuses]).toEqual([guess, [404, 404, 404, 404]])
      }
      expect(await (await call(own, 2, 'echo', { text: 'mine' })).text()).toContain('mine')
    })
  })

  it('comes back for the events of somebody else, gets none of them', needs('older clients'), async () => {
    await onStage(async ({ open, call, url }) => {
      const [victim, thief] = [await open(), await open()]
      const secret = await call(victim, 7, 'work', { text: 'a secret' })
      const told = await secret.text()
      const ids = [...told.matchAll(/^id: ?(.*)$/gm)].map(([, id]) => id ?? '')
      expect(told).toContain('a secret')
      expect(ids.length).toBeGreaterThan(0)
      const places = [
        ...ids,
        ids[0]?.replace(/\d+$/, '0') ?? '',
        '1-0',
        '1-1',
        '0-0',
        '99999-1',
        '-1--1',
        '__proto__',
        'x'.repeat(8_000),
      ]
      for (const place of places) {
        const response = await listenTo(url, thief, place)
        expect(await firstBytes(response)).not.toContain('secret')
      }
      // It is there for whose it is.
      expect(await firstBytes(await listenTo(url, victim, ids[0]?.replace(/\d+$/, '0')))).toContain('a secret')
    })
  })
})

/** A server of the past: it refuses everything until it is greeted, and answers calls as a test likes. */
function past(say: Say): { readonly say: Say; readonly greetings: () => number } {
  let greetings = 0
  const taken = 'HTTP/1.1 202 Taken\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'
  const refused = 'HTTP/1.1 400 No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'
  const result = {
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 'past', version: '1' },
  }
  return {
    greetings: () => greetings,
    say: (to, asked) => {
      const { id, method } = asked
      if (method === 'initialize') {
        greetings++
        return to.end(json('mcp-session-id: 1') + answer(id, result))
      }
      if (greetings === 0 || method === 'server/discover') return to.end(refused)
      if (method.startsWith('notifications/') || method === 'DELETE') return to.end(taken)
      return say(to, asked)
    },
  }
}

const at = (id: string | number, message: string): string => `id: ${id}\nevent: message\n${event(message)}`
const result = (words: string): object => ({ content: [{ type: 'text', text: words }] })
const report = (progressToken: unknown, progress: number): string =>
  JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken, progress } })

describe.concurrent('a client with a session, when a server', () => {
  const suffer = async (say: Say, task: Partial<ClientTask> = {}): Promise<ClientReport> => {
    const { say: sayAll, greetings } = past(say)
    await using server = await startHttpAttacker(sayAll)
    const suffered = await attackClient({ target: server.url, ask: 'call', timeout: 3_000, maxTimeout: 6_000, ...task })
    expect(greetings()).toBeGreaterThan(0)
    return suffered
  }
  const outcome = ({ answer: said, error }: ClientReport): string => said ?? `${error?.code}: ${error?.message}`

  it(
    'replays events in another order, twice, and those of others, gets its own answer',
    needs('older servers'),
    async () => {
      let call = { id: 0, token: undefined as unknown }
      const report1 = await suffer((to, { id, token, method }) => {
        if (method === 'tools/call') {
          call = { id, token }
          return to.end(events() + at(5, report(token, 2)) + 'retry: 50\n\n')
        }
        if (method !== 'GET') return to.end()
        return to.end(
          events() +
            at(9, answer(call.id + 1, result('of another call'))) +
            at(3, report(call.token, 1)) +
            at(3, report(call.token, 1)) +
            at(1, answer(`${call.id}`, result('of a call with a similar id'))) +
            at(4, answer(call.id, result('its own'))) +
            at(2, answer(call.id, result('another one'))) +
            at(2, answer(call.id, result('another one'))),
        )
      })
      expect(outcome(report1)).toContain('its own')
      expectUnharmed(report1)
    },
  )

  it('breaks the stream off again and again, is not asked without pause', needs('older servers'), async () => {
    let comebacks = 0
    const suffered = await suffer((to, { method }) => {
      if (method === 'GET') comebacks++
      return to.end(events() + `id: ${comebacks}\nretry: 0\ndata:\n\n`)
    })
    expect(suffered.error?.name).toBe('ConnectionError')
    expect(comebacks).toBeLessThan(150)
    expectUnharmed(suffered)
  })

  it('asks to come back in a month, is given up in time', needs('older servers'), async () => {
    const suffered = await suffer((to) => to.end(events() + 'id: 1\nretry: 2592000000\ndata:\n\n'))
    expect(suffered.error).toMatchObject({ name: 'ConnectionError', code: 'timeout' })
    expectUnharmed(suffered)
  })

  it('forgets the session with every call, is not greeted for ever', needs('older servers'), async () => {
    let calls = 0
    const suffered = await suffer((to, { method }) => {
      if (method === 'tools/call') calls++
      return to.end('HTTP/1.1 404 Gone\r\ncontent-length: 0\r\n\r\n')
    })
    expect(suffered.error).toBeDefined()
    expect(calls).toBeLessThan(5)
    expectUnharmed(suffered)
  })

  it('asks a thousand questions during one call, is answered within bounds', needs('older servers'), async () => {
    const suffered = await suffer((to, { id, method }) => {
      if (method !== 'tools/call') return to.end('HTTP/1.1 202 Taken\r\ncontent-length: 0\r\n\r\n')
      const ask = (question: number): string =>
        event(JSON.stringify({ jsonrpc: '2.0', id: question, method: 'roots/list', params: {} }))
      return pour(to, [
        events(),
        ...Array.from({ length: 1_000 }, (_, question) => ask(question)),
        event(answer(id, result('at last'))),
      ])
    })
    expect(suffered.answer ?? suffered.error?.name).toMatch(/at last|ConnectionError/)
    expectUnharmed(suffered)
  })

  it.each([
    ['puts millions of values into an answer', 'many-values', /too many values: at most 1000000/],
    ['nests an answer 200 000 deep', 'depth-of-200000', /too many levels: at most 200/],
    ['writes a line of 200 MB', 'line-of-200-MB', /more than 67108864 bytes/],
  ])('%s, names the limit', needs('older servers'), async (_, attack, error) => {
    const target = [...attacker(attack), 'past']
    const suffered = await attackClient({ target, ask: 'call', timeout: 20_000, maxTimeout: 20_000, after: 1 })
    expect(suffered.error).toMatchObject({ name: 'ConnectionError', code: 'bad_reply' })
    expect(suffered.error?.message).toMatch(error)
    expect(suffered.after).toEqual([expect.stringContaining('fine')])
    expectUnharmed(suffered, 320)
  })
})

interface Scene {
  readonly url: string
  readonly post: (message: object, headers?: Readonly<Record<string, string>>) => Promise<Response>
  /** Begins a session and gives its id. */
  readonly open: () => Promise<string>
  readonly call: (session: string, id: number, name: string, args: object) => Promise<Response>
  /** What the server has grown by, in MiB. */
  readonly growth: () => Promise<number>
}

async function onStage(act: (scene: Scene) => Promise<void>): Promise<void> {
  await using victim = await startServer('server-http')
  const url = String(victim.first)
  const post: Scene['post'] = (message, more = {}) => {
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...more }
    return fetch(url, { method: 'POST', headers, body: JSON.stringify(message) })
  }
  const open = async (): Promise<string> => {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } }
    const response = await post({ jsonrpc: '2.0', id: 0, method: 'initialize', params })
    await response.text()
    const session = response.headers.get('mcp-session-id')
    if (session === null) throw new Error(`There is no session: HTTP ${response.status}`)
    const ready = await post({ jsonrpc: '2.0', method: 'notifications/initialized' }, { 'mcp-session-id': session })
    await ready.text()
    return session
  }
  const call: Scene['call'] = (session, id, name, args) => {
    const params = { name, arguments: args, _meta: { progressToken: id } }
    return post({ jsonrpc: '2.0', id, method: 'tools/call', params }, { 'mcp-session-id': session })
  }
  await open()
  const before = await victim.peak()
  await act({ url, post, open, call, growth: async () => (await victim.peak()) - before })
}

const listenTo = (url: string, session: string, lastEventId?: string): Promise<Response> =>
  fetch(url, {
    headers: {
      accept: 'text/event-stream',
      'mcp-session-id': session,
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
  })

/** What comes within a moment; the stream of a session has no end. */
async function firstBytes(response: Response): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, 400))
  for (;;) {
    const part = await Promise.race([reader?.read(), late])
    if (part?.value === undefined) break
    text += part.value
  }
  reader?.cancel().catch(() => {})
  return text
}

import type { Miniflare, WorkerOptions } from 'miniflare'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { followTasks } from '../extensions/tasks/index.ts'
import { connect } from '../index.ts'
import { bundle, COMPATIBILITY, startWorkers } from './fixtures/start-workers.ts'
import { shardOf } from './tasks/shard.ts'

const HOUR = 3_600_000
const MEGA = 1_048_576
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {
    elicitation: { form: {} },
    extensions: { 'io.modelcontextprotocol/tasks': {} },
  },
}

interface Answered {
  readonly status: number
  readonly text: string
  readonly result: Readonly<Record<string, unknown>> | undefined
}

describe('objects in trouble', () => {
  let miniflare: Miniflare
  let origin: string

  beforeAll(async () => {
    ;({ miniflare, origin } = await startWorkers({
      name: 'main',
      modules: true,
      script: await bundle('faults-worker.ts'),
      ...COMPATIBILITY,
      durableObjects: { HAWSER: { className: 'HawserObject', useSQLite: true } },
    } as WorkerOptions))
  })
  afterAll(() => miniflare?.dispose())
  afterEach(() => control('well'))

  /** What the object says, or the error that its caller hears. */
  const control = async (what: string, name?: string, argument?: unknown): Promise<unknown> => {
    const body = JSON.stringify([what, name ?? null, argument ?? null])
    const answered = await fetch(`${origin}/control`, { method: 'POST', body })
    const said = (await answered.json()) as { readonly value?: unknown; readonly error?: string } | null
    return said?.error ?? said?.value
  }
  const invoke = (name: string, method: string, ...args: readonly unknown[]): Promise<unknown> =>
    control('invoke', name, [method, args])

  const post = async (message: object, headers: Readonly<Record<string, string>>): Promise<Response> =>
    fetch(`${origin}/mcp`, {
      method: 'POST',
      headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    })
  const readAnswer = async (response: Response): Promise<Answered> => {
    const text = await response.text()
    const json = text.startsWith('{') ? text : (text.split('\n').findLast((line) => line.startsWith('data: {')) ?? '')
    const { result } = JSON.parse(json.replace(/^data: /, '')) as Pick<Answered, 'result'>
    return { status: response.status, text, result }
  }
  const send = async (method: string, params: object): Promise<Answered> => {
    const { name = '', taskId = name } = params as { readonly name?: string; readonly taskId?: string }
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, 'mcp-name': taskId }
    return readAnswer(await post({ id: 1, method, params: { ...params, _meta: META } }, headers))
  }
  const call = (name: string, args: object = {}): Promise<Answered> => send('tools/call', { name, arguments: args })
  const begin = async (name: string, args: object = {}): Promise<string> => {
    const { result } = await call(name, args)
    return String(result?.['taskId'])
  }
  const look = async (taskId: string): Promise<Readonly<Record<string, unknown>>> =>
    (await send('tasks/get', { taskId })).result ?? {}
  const lookUntil = (taskId: string, status: string): Promise<Readonly<Record<string, unknown>>> =>
    vi.waitFor(
      async () => {
        const task = await look(taskId)
        expect(task['status']).toBe(status)
        return task
      },
      { timeout: 10_000 },
    )
  const crash = (name: string): Promise<unknown> => control('crash', name)
  const crashTasks = (taskId: string): Promise<unknown> => crash(`tasks:${shardOf(taskId)}`)

  const openSession = async (): Promise<Response> => {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'old', version: '1' } }
    return post({ id: 0, method: 'initialize', params }, {})
  }
  const inSession = (session: string, message: object): Promise<Response> =>
    post(message, { 'mcp-protocol-version': '2025-11-25', 'mcp-session-id': session })

  describe('an alarm that goes off twice, and too early', () => {
    it('leaves what counts of a rate limit, and what is full again', async () => {
      const rate = { calls: 2, per: HOUR, burst: 2 }
      expect([
        await invoke('limits:alarm', 'take', 'a', rate),
        await invoke('limits:alarm', 'take', 'a', rate),
      ]).toEqual([0, 0])
      await invoke('limits:alarm', 'take', 'b', { ...rate, per: 1 })
      await control('ring', 'limits:alarm', 2)
      expect(await invoke('limits:alarm', 'take', 'a', rate)).toBeGreaterThan(0)
      expect(await invoke('limits:alarm', 'take', 'b', rate)).toBe(0)
      expect(await control('alarmAt', 'limits:alarm')).toBeGreaterThan(Date.now())
    })

    it('forgets values that are over, and no others', async () => {
      await invoke('nonces:alarm', 'use', 'a', Date.now() + HOUR)
      await invoke('nonces:alarm', 'use', 'b', Date.now() - 1)
      await control('ring', 'nonces:alarm', 2)
      expect([await invoke('nonces:alarm', 'use', 'a', 1), await invoke('nonces:alarm', 'use', 'b', 1)]).toEqual([
        false,
        true,
      ])
    })

    it('forgets credentials and tasks that are over, and no others', async () => {
      const kept = { owner: 'ada', keptUntil: Date.now() + HOUR, sealed: 's' }
      expect(await invoke('vault:alarm', 'put', { ...kept, id: 'a' })).toBe(true)
      await control('ring', 'vault:alarm', 2)
      expect(await invoke('vault:alarm', 'read', 'a')).toMatchObject({ sealed: 's' })
      const task = { owner: 'ada', version: 1, body: '{}' }
      await invoke('tasks:alarm', 'create', { ...task, id: 'a', expiresAt: Date.now() + HOUR }, 9)
      await control('ring', 'tasks:alarm', 2)
      expect(await invoke('tasks:alarm', 'read', 'a')).toMatchObject({ id: 'a' })
      expect(await control('alarmAt', 'tasks:alarm')).toBeGreaterThan(Date.now())
    })

    it('leaves a session, a task at work, and those who listen', async () => {
      const session = (await openSession()).headers.get('mcp-session-id') ?? ''
      const taskId = await begin('grindLong', { chars: 3, ms: 1_000 })
      const heard: string[] = []
      await using client = await connect(`${origin}/mcp`)
      await client.listen({ toolsListChanged: true }, { reconnect: 0, onChange: ({ kind }) => void heard.push(kind) })
      for (const name of [`session:/mcp#${session}`, `tasks:${shardOf(taskId)}`, 'changes:/lists'])
        expect(await control('ring', name, 2)).toBe(null)
      expect((await inSession(session, { id: 1, method: 'ping' })).status).toBe(200)
      await invoke('changes:/lists', 'publish', [{ kind: 'tools' }])
      await vi.waitFor(() => expect(heard).toEqual(['tools']))
      expect(await lookUntil(taskId, 'completed')).toMatchObject({ result: { content: [{ text: 'xxx' }] } })
    })
  })

  describe('storage that takes nothing', () => {
    it('refuses a call that cannot be counted, and has not counted it', async () => {
      await control('full', 'limits:')
      const rate = { calls: 1, per: HOUR, burst: 1 }
      expect(await invoke('limits:full', 'take', 'a', rate)).toContain('disk I/O error')
      await control('well')
      expect([await invoke('limits:full', 'take', 'a', rate), await invoke('limits:full', 'take', 'b', rate)]).toEqual([
        0, 0,
      ])
    })

    it('opens no session, and loses none', async () => {
      const { headers } = await openSession()
      const session = headers.get('mcp-session-id') ?? ''
      await control('full', 'session:')
      const refused = await openSession()
      expect([refused.status, refused.headers.get('mcp-session-id')]).toEqual([500, null])
      expect(await refused.text()).toMatch(/"Internal error \(ref \w+\)"/)
      await control('well')
      await crash(`session:/mcp#${session}`)
      expect((await inSession(session, { id: 1, method: 'ping' })).status).toBe(200)
    })

    it('begins no task that could not be found again', async () => {
      await begin('grindLong', { chars: 3, ms: 100 })
      await control('full', 'tasks:')
      const { text } = await call('grindLong', { chars: 3, ms: 100 })
      expect(text).toMatch(/"Internal error \(ref \w+\)"/)
    })

    it('ends a task whose result it does not take with the reason, as soon as it can', async () => {
      const taskId = await begin('grindLong', { chars: 3, ms: 300 })
      await control('full', 'tasks:')
      // Neither the result, nor the news that there is none.
      await vi.waitFor(async () => expect(await control('refused', taskId)).toBe(2), 10_000)
      await control('well')
      expect(await lookUntil(taskId, 'failed')).toMatchObject({
        statusMessage: expect.stringContaining('Call the tool again'),
      })
    })

    it('tells of changes all the same, since nothing is stored of them', async () => {
      await control('full', 'changes:')
      expect(await invoke('changes:/lists', 'publish', [{ kind: 'tools' }])).toBe(null)
    })

    it('answers what is done although no alarm can be set, and sets it with the next', async () => {
      await control('deaf', 'nonces:')
      expect(await invoke('nonces:deaf', 'use', 'a', Date.now() + HOUR)).toBe(true)
      expect(await control('alarmAt', 'nonces:deaf')).toBe(null)
      await control('well')
      expect(await invoke('nonces:deaf', 'use', 'b', Date.now() + HOUR)).toBe(true)
      expect(await control('alarmAt', 'nonces:deaf')).toBeGreaterThan(Date.now())
    })
  })

  describe('a result of 16 MB', () => {
    it.each(['x', '語'])('of %s is the answer of a call, and of a call in a session', async (char) => {
      const args = { chars: 16 * MEGA, char }
      expect((await call('grind', args)).text.length).toBeGreaterThan(16 * MEGA)
      const session = (await openSession()).headers.get('mcp-session-id') ?? ''
      await inSession(session, { method: 'notifications/initialized' })
      const params = { name: 'grind', arguments: args }
      const answered = await inSession(session, { id: 1, method: 'tools/call', params })
      expect((await answered.text()).length).toBeGreaterThan(16 * MEGA)
    })

    it('is too large for a task, whose result says so', async () => {
      const taskId = await begin('grindLong', { chars: 16 * MEGA, ms: 100 })
      const tooLarge = expect.stringMatching(/has 1677\d+ characters; at most 1048576 can be kept/)
      expect(await lookUntil(taskId, 'completed')).toMatchObject({
        result: { isError: true, content: [{ text: tooLarge }] },
      })
    })

    it('is refused with the reason where it comes before there is a task, and would not reach the Worker', async () => {
      const { result } = await call('grindLong', { chars: 16 * MEGA, char: '語' })
      const tooLarge = expect.stringMatching(/has 1677\d+ characters; at most 15728640/)
      expect(result).toMatchObject({ isError: true, content: [{ text: tooLarge }] })
    })
  })

  it('says that a result is too large for a row, which counts bytes', async () => {
    const taskId = await begin('grindLong', { chars: 900_000, char: '語', ms: 100 })
    const tooLarge = expect.stringMatching(/has 2700\d+ bytes; at most 1834464 can be kept/)
    expect(await lookUntil(taskId, 'completed')).toMatchObject({
      result: { isError: true, content: [{ text: tooLarge }] },
    })
    const other = await begin('grindLong', { chars: 600_000, char: '語', ms: 100 })
    const done = await lookUntil(other, 'completed')
    expect(JSON.stringify(done).length).toBeGreaterThan(600_000)
  })

  it('goes on with a task whose object restarts between any two of its steps', async () => {
    const taskId = await begin('order')
    const answer = async (name: string): Promise<void> => {
      await lookUntil(taskId, 'input_required')
      await crashTasks(taskId)
      const { inputRequests = {} } = await look(taskId)
      await crashTasks(taskId)
      const keys = Object.keys(inputRequests as object)
      expect(keys).toHaveLength(1)
      const given = keys.map((key) => [key, { action: 'accept', content: { name } }] as const)
      const { status } = await send('tasks/update', { taskId, inputResponses: Object.fromEntries(given) })
      expect(status).toBe(200)
    }
    await answer('rye')
    await answer('jute')
    const done = { status: 'completed', result: { content: [{ text: '7: rye in jute' }] } }
    expect(await lookUntil(taskId, 'completed')).toMatchObject(done)
    await crashTasks(taskId)
    expect(await look(taskId)).toMatchObject(done)
  })

  it('ends a task whose object restarts while it works on it, once, and tells who listens', async () => {
    const taskId = await begin('grindLong', { chars: 3, ms: 60_000 })
    await using client = await connect(`${origin}/mcp`, { use: [followTasks()] })
    const told: unknown[] = []
    const listening = client.request(
      'subscriptions/listen',
      { notifications: { taskIds: [taskId] } },
      { onNotification: ({ params }) => void told.push((params as { status?: string }).status) },
    )
    await vi.waitFor(() => expect(told).toContain('working'))
    await crashTasks(taskId)
    const failed = await look(taskId)
    expect(failed).toMatchObject({ status: 'failed', statusMessage: expect.stringContaining('Call the tool again') })
    await listening
    expect(told.at(-1)).toBe('failed')
    await crashTasks(taskId)
    expect(await look(taskId)).toEqual(failed)
  })

  it('tells everybody who listens of what changes after its object was ended', async () => {
    await using client = await connect(`${origin}/mcp`)
    const heard = [0, 0, 0]
    // At once: of some that come so, the runtime closes no connection when the object ends.
    const listening = heard.map((_, at) =>
      client.listen({ toolsListChanged: true }, { reconnect: 0, onChange: () => void heard[at]!++ }),
    )
    await Promise.all(listening)
    await crash('changes:/lists')
    // Each is told that it may have missed something.
    await vi.waitFor(() => expect(heard).toEqual([1, 1, 1]), 10_000)
    await invoke('changes:/lists', 'publish', [{ kind: 'tools' }])
    await vi.waitFor(() => expect(heard).toEqual([2, 2, 2]))
  })

  it('writes no signs of life while it works, since the object itself is one', async () => {
    const taskId = await begin('grindLong', { chars: 3, ms: 6_000 })
    const versions = new Set<unknown>()
    await vi.waitFor(
      async () => {
        const stored = (await invoke(`tasks:${shardOf(taskId)}`, 'read', taskId)) as { readonly version: number }
        versions.add(stored.version)
        expect(await look(taskId)).toMatchObject({ status: 'completed' })
      },
      { timeout: 12_000, interval: 500 },
    )
    expect([...versions].filter((version) => version !== 1 && version !== 2)).toEqual([])
  })

  it('leaves nothing of a session that is over', async () => {
    const session = (await openSession()).headers.get('mcp-session-id') ?? ''
    const name = `session:/mcp#${session}`
    expect(await control('tables', name)).toEqual(['session'])
    const ended = await fetch(`${origin}/mcp`, { method: 'DELETE', headers: { 'mcp-session-id': session } })
    expect(ended.status).toBe(200)
    expect([await control('tables', name), await control('alarmAt', name)]).toEqual([[], null])
    expect((await inSession(session, { id: 1, method: 'ping' })).status).toBe(404)
    await control('ring', name, 2)
    expect(await control('tables', name)).toEqual([])
  })
})

import { describe, expect, it, vi } from 'vitest'
import { mcp } from '../../index.ts'
import { type LineFallback, type LineService, serveLines, type ServeLinesOptions } from '../../stdio/serve.ts'
import { createQuay } from './fixtures/quay.ts'

interface Said {
  readonly id?: number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly code: number; readonly message: string }
}

const start = (options: Partial<ServeLinesOptions> = {}, service?: LineService) => {
  const quay = createQuay()
  const said: Said[] = []
  const lines = serveLines(service ?? quay.server, {
    graceMs: 50,
    ...options,
    write: (text) => {
      for (const line of text.trim().split('\n')) said.push(JSON.parse(line) as Said)
    },
  })
  const say = (message: unknown): void =>
    lines.push(new TextEncoder().encode(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`))
  const ask = (id: number, method: string, params: object = {}): void => say({ jsonrpc: '2.0', id, method, params })
  /** The message that answers, or the next that asks. */
  const until = (wanted: (message: Said) => boolean): Promise<Said> =>
    vi.waitFor(() => {
      const found = said.find(wanted)
      if (found === undefined) throw new Error(`not among ${JSON.stringify(said)}`)
      return found
    })
  const answerTo = (id: number): Promise<Said> => until((message) => message.id === id && message.method === undefined)
  const open = async (
    protocolVersion = '2025-11-25',
    capabilities: object = { elicitation: {}, sampling: {}, roots: {} },
  ) => {
    ask(0, 'initialize', { protocolVersion, capabilities, clientInfo: { name: 'old', version: '1' } })
    await answerTo(0)
    say({ jsonrpc: '2.0', method: 'notifications/initialized' })
  }
  const call = (id: number, name: string, args: object = {}): void =>
    ask(id, 'tools/call', { name, arguments: args, _meta: { progressToken: `p${id}` } })
  return { ...quay, lines, said, say, ask, until, answerTo, open, call }
}

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}

describe('a client of an earlier revision on one stream', () => {
  it('opens by its first request; until then only a ping is answered', async () => {
    const { ask, answerTo, open } = start()
    ask(1, 'ping')
    expect((await answerTo(1)).result).toEqual({})
    ask(2, 'tools/list')
    expect((await answerTo(2)).error?.code).toBe(-32602)
    await open()
    ask(3, 'tools/list')
    expect((await answerTo(3)).result).toHaveProperty('tools')
  })

  it('opens once', async () => {
    const { ask, answerTo, open } = start()
    await open()
    ask(1, 'initialize', { protocolVersion: '2025-11-25' })
    expect((await answerTo(1)).error?.code).toBe(-32600)
  })

  it('shares the stream with the present', async () => {
    const { ask, answerTo, open } = start()
    await open('2025-06-18')
    ask(1, 'tools/list', { _meta: meta })
    ask(2, 'tools/list')
    expect((await answerTo(1)).result).toHaveProperty('ttlMs')
    expect((await answerTo(2)).result).not.toHaveProperty('ttlMs')
  })

  it('is not there for one that looks what the server speaks and goes', async () => {
    const quay = createQuay()
    const receive = vi.fn<LineFallback['receive']>(() => false)
    const lineFallback = () => ({ receive, end: async () => {}, close: () => {} })
    const { ask, answerTo, lines, said } = start({}, { ...quay.server, lineFallback })
    ask(1, 'server/discover', { _meta: meta })
    expect((await answerTo(1)).result).toHaveProperty('supportedVersions')
    await lines.end()
    expect(receive).not.toHaveBeenCalled()
    expect(said).toHaveLength(1)
  })

  // 2025-11-25 client/elicitation, client/sampling
  it('is asked by requests of its own, and its progress only grows', async () => {
    const { open, call, say, until, answerTo, said } = start()
    await open()
    call(5, 'steps')
    const { id, params } = await until(({ method }) => method === 'elicitation/create')
    expect(params).toMatchObject({ mode: 'form', message: 'Go on?', requestedSchema: { type: 'object' } })
    say({ jsonrpc: '2.0', id, result: { action: 'accept', content: { go: true } } })
    expect((await answerTo(5)).result).toMatchObject({ content: [{ text: 'done' }] })
    const steps = said.filter(({ method }) => method === 'notifications/progress').map((message) => message.params)
    expect(steps).toEqual([
      { progressToken: 'p5', progress: 1, total: 2, message: 'first' },
      { progressToken: 'p5', progress: 2, total: 2, message: 'second' },
    ])
  })

  it('fills in the forms that its revision has', async () => {
    const { open, call, say, until, answerTo } = start()
    await open('2025-06-18')
    call(5, 'sizes')
    const { id, params } = await until(({ method }) => method === 'elicitation/create')
    expect(params).toEqual({
      message: 'Which?',
      requestedSchema: {
        type: 'object',
        required: ['sizes'],
        properties: {
          sizes: { type: 'string', description: 'Any of: s, m, l. Separate several with commas.' },
          colour: { type: 'string', enum: ['red', 'blue'] },
        },
      },
    })
    say({ jsonrpc: '2.0', id, result: { action: 'accept', content: { sizes: 'M, l' } } })
    expect((await answerTo(5)).result).toMatchObject({ content: [{ text: '{"sizes":["m","l"],"colour":"red"}' }] })
  })

  it('gets one block per message of a completion where its revision has no more', async () => {
    const { open, call, say, until, answerTo } = start()
    await open('2025-06-18')
    call(5, 'think')
    const { id, params } = await until(({ method }) => method === 'sampling/createMessage')
    expect(params?.['messages']).toEqual(['a', 'b'].map((text) => ({ role: 'user', content: { type: 'text', text } })))
    say({ jsonrpc: '2.0', id, result: { role: 'assistant', content: { type: 'text', text: 'c' }, model: 'm' } })
    expect((await answerTo(5)).result).toMatchObject({ content: [{ text: '{"type":"text","text":"c"}' }] })
  })

  it('is sent to pages by a request, if it can show them', async () => {
    const { open, call, say, until, answerTo } = start()
    await open('2025-11-25', { elicitation: { url: {} } })
    call(5, 'pay')
    const { id, params } = await until(({ method }) => method === 'elicitation/create')
    expect(params).toEqual({
      mode: 'url',
      message: 'Pay first',
      url: 'https://pay.example.com/1',
      elicitationId: expect.stringMatching(/^[\da-f-]{36}$/),
    })
    say({ jsonrpc: '2.0', id, result: { action: 'accept' } })
    expect((await answerTo(5)).result).toMatchObject({ content: [{ text: 'paid' }] })
    call(6, 'sink')
    expect((await answerTo(6)).result).toMatchObject({ isError: true })
  })

  it('is given up on when it does not answer for long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const { open, call, answerTo, until } = start()
      const opening = open()
      await vi.advanceTimersByTimeAsync(10)
      await opening
      call(5, 'sink')
      await vi.advanceTimersByTimeAsync(10)
      await until(({ method }) => method === 'elicitation/create')
      await vi.advanceTimersByTimeAsync(14 * 60_000)
      expect((await answerTo(5)).result).toMatchObject({
        isError: true,
        content: [{ text: expect.stringMatching(/dismissed/) }],
      })
    } finally {
      vi.useRealTimers()
    }
  })

  it('lets the model know that it refuses', async () => {
    const { open, call, say, until, answerTo } = start()
    await open()
    call(5, 'think')
    const { id } = await until(({ method }) => method === 'sampling/createMessage')
    say({ jsonrpc: '2.0', id, error: { code: -1, message: 'User rejected' } })
    expect((await answerTo(5)).result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/rejected/) }],
    })
  })

  it('is not asked for what it cannot do', async () => {
    const { open, call, answerTo, said } = start()
    await open('2025-11-25', {})
    call(5, 'sink')
    expect((await answerTo(5)).result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/capability/) }],
    })
    expect(said.some(({ method }) => method === 'elicitation/create')).toBe(false)
  })

  it('has its question withdrawn when it cancels the call', async () => {
    const { open, call, say, until, said } = start()
    await open()
    call(5, 'steps')
    const { id } = await until(({ method }) => method === 'elicitation/create')
    say({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 5 } })
    expect((await until(({ method }) => method === 'notifications/cancelled')).params).toMatchObject({ requestId: id })
    say({ jsonrpc: '2.0', id, result: { action: 'accept', content: { go: true } } })
    expect(said.some((message) => message.id === 5)).toBe(false)
  })

  it('hears of changes once it said that it is ready', async () => {
    const { open, call, ask, answerTo, said } = start()
    await open()
    ask(4, 'resources/subscribe', { uri: 'quay://rules' })
    await answerTo(4)
    call(5, 'ring')
    await answerTo(5)
    expect(said.filter(({ method }) => method?.endsWith('ed')).map(({ method }) => method)).toEqual([
      'notifications/tools/list_changed',
      'notifications/resources/updated',
    ])
    ask(6, 'resources/unsubscribe', { uri: 'quay://rules' })
    await answerTo(6)
    call(7, 'ring')
    await answerTo(7)
    expect(said.filter(({ method }) => method === 'notifications/resources/updated')).toHaveLength(1)
  })

  // 2025-03-26 basic#batching
  it('sends batches in the one revision that has them', async () => {
    const batch = [1, 2].map((id) => ({ jsonrpc: '2.0', id, method: 'ping' }))
    const { open, say, said } = start()
    await open('2025-03-26')
    say([...batch, { jsonrpc: '2.0', method: 'notifications/roots/list_changed' }, { jsonrpc: '2.0', id: 3 }])
    await vi.waitFor(() => expect(said).toHaveLength(2))
    expect((said[1] as unknown as Said[]).map(({ id, result, error }) => [id, result ?? error?.code])).toEqual([
      [1, {}],
      [2, {}],
      [3, -32600],
    ])
    const later = start()
    await later.open('2025-06-18')
    later.say(batch)
    await vi.waitFor(() => expect(later.said).toHaveLength(2))
    expect(later.said[1]).toMatchObject({ error: { code: -32600 } })
  })

  it('runs no more at once than the stream allows', async () => {
    const { open, call, answerTo, held } = start({ maxInFlight: 2 })
    await open()
    for (const id of [1, 2, 3]) call(id, 'hold')
    expect((await answerTo(3)).error?.code).toBe(-32600)
    for (const go of held) go()
    await answerTo(2)
    call(4, 'echo', { text: 'again' })
    expect((await answerTo(4)).result).toMatchObject({ content: [{ text: 'again' }] })
  })

  it('cannot fill memory with reports of progress that it does not read', async () => {
    const pipe = Promise.withResolvers<void>()
    let written = 0
    const kit = mcp({ name: 'flood', version: '1', log: () => {} })
    const flood = kit.tool({
      description: 'Reports without end.',
      effect: 'read',
      run: (_, { progress }) => {
        for (let step = 1; step <= 40_000; step++) progress(step, 40_000, 'x'.repeat(100))
        return 'flooded'
      },
    })
    const write = (text: string): Promise<void> => {
      written += text.length
      return pipe.promise
    }
    const lines = serveLines(kit.server({ tools: { flood } }), { write, graceMs: 50 })
    const say = (message: object): void => lines.push(new TextEncoder().encode(`${JSON.stringify(message)}\n`))
    say({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25' } })
    const params = { name: 'flood', _meta: { progressToken: 1 } }
    await vi.waitFor(() => expect(written).toBeGreaterThan(0))
    say({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
    await new Promise((resolve) => setTimeout(resolve))
    pipe.resolve()
    await lines.end()
    expect(written).toBeLessThan(3_000_000)
  })

  it('gets a moment to finish at the end of input, and then stops', async () => {
    const { open, call, lines, left, said } = start()
    await open()
    call(1, 'echo', { text: 'last' })
    call(2, 'hold')
    await lines.end()
    expect(said.find(({ id }) => id === 1)?.result).toMatchObject({ content: [{ text: 'last' }] })
    expect(left()).toBe(1)
  })

  it('gets errors by the numbers of its revision', async () => {
    const { open, ask, answerTo } = start()
    await open()
    ask(1, 'resources/read', { uri: 'quay://nowhere' })
    ask(2, 'nothing')
    ask(3, 'prompts/get', { name: 'hail', arguments: {} })
    ask(4, 'resources/subscribe', { uri: 7 })
    const codes = await Promise.all([1, 2, 3, 4].map(async (id) => (await answerTo(id)).error?.code))
    expect(codes).toEqual([-32002, -32601, -32602, -32602])
  })
})

import { createMcpHandler, hostHeaderValidationResponse, McpServer, requireScopes } from '@modelcontextprotocol/server'
import { connect, mcp } from 'hawser'
import { mount } from 'hawser/compose'
import { fromSdk, type SdkSource } from 'hawser/from-sdk'
import { describe, expect, it, vi } from 'vitest'
import { createTools1 } from './tools-1.ts'
import { createTools2 } from './tools-2.ts'

/** What is written for the operator. */
interface LogEntry {
  readonly message: string
  readonly cause?: unknown
}

const quiet = { log: () => {} }
const textOf = (result: object): string => (result as { content: [{ text: string }] }).content[0].text
const ada = { subject: 'ada', scopes: ['notes:read'], clientId: 'editor', tenant: 'acme', expiresAt: 1_900_000_000_500 }

const SOURCES: readonly (readonly [string, SdkSource])[] = [
  ['a handler', createMcpHandler(createTools2)],
  ['a server for each call', createTools2],
  ['one server', createTools2()],
  ['a server of version 1 for each call', () => createTools1()],
  ['one server of version 1', createTools1()],
]

describe.each(SOURCES)('who calls %s', (_, source) => {
  const local = fromSdk(source, quiet)

  it('is found by its handlers as authInfo, without a token', async () => {
    await using client = await connect(local, { as: ada })
    expect(JSON.parse(textOf(await client.call('who')))).toEqual({
      token: '',
      clientId: 'editor',
      scopes: ['notes:read'],
      expiresAt: 1_900_000_000,
      extra: { subject: 'ada', tenant: 'acme' },
    })
    await using nobody = await connect(local, { as: null })
    expect(textOf(await nobody.call('who'))).toBe('"nobody"')
  })

  it('is not taken for another who calls meanwhile', async () => {
    const calls = Array.from({ length: 20 }, async (__, index) => {
      await using client = await connect(local, { as: { subject: `p${index}` } })
      return JSON.parse(textOf(await client.call('who'))) as { extra: { subject: string } }
    })
    const found = await Promise.all(calls)
    expect(found.map(({ extra }) => extra.subject)).toEqual(found.map((__, index) => `p${index}`))
  })

  it('is told by a mount only where that says so', async () => {
    const kit = mcp({ name: 'desk', version: '1', log: () => {} })
    const silent = kit.server({ mounts: { old: mount(local) } })
    await using client = await connect(silent, { as: ada })
    expect(textOf(await client.call('old_who'))).toBe('"nobody"')
    const telling = kit.server({ mounts: { old: mount(local, { as: 'caller' }) } })
    await using other = await connect(telling, { as: ada })
    expect(textOf(await other.call('old_who'))).toContain('"subject":"ada"')
  })
})

it('is described in other words where that is wanted', async () => {
  const authInfo = ({ subject }: { readonly subject: string }) => ({ token: 't', clientId: subject, scopes: [] })
  await using client = await connect(fromSdk(createTools2, { authInfo, ...quiet }), { as: ada })
  expect(JSON.parse(textOf(await client.call('who')))).toEqual({ token: 't', clientId: 'ada', scopes: [] })
})

describe('one server for all callers', () => {
  it('asks and logs to nobody where it does not say for which call', async () => {
    const asked: string[] = []
    const logs: unknown[] = []
    const local = fromSdk(createTools1({ isBound: false }), quiet)
    const options = {
      answers: {
        elicit: ({ message }: { readonly message: string }) => (asked.push(message), { action: 'decline' as const }),
      },
    }
    await using client = await connect(local, options)
    expect(await client.call('wipe')).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('several callers share this server') }],
    })
    expect(textOf(await client.call('work', {}, { logLevel: 'debug', onLog: (entry) => logs.push(entry) }))).toBe(
      'done',
    )
    expect([asked, logs]).toEqual([[], []])
  })

  it('says nothing to others when it goes on after its call is over', async () => {
    const { promise: isGone, resolve: leave } = Promise.withResolvers<void>()
    const { promise: hasAsked, resolve: ask } = Promise.withResolvers<unknown>()
    const server = createTools1()
    server.registerTool('late', {}, async ({ signal, requestId, sendNotification }) => {
      signal.addEventListener('abort', () => leave())
      await isGone
      const params = { message: 'For ada alone', requestedSchema: { type: 'object' as const, properties: {} } }
      await sendNotification({ method: 'notifications/message', params: { level: 'error', data: 'For ada alone' } })
      await server.server.elicitInput(params, { relatedRequestId: requestId }).then(ask, ask)
      return { content: [] }
    })
    const local = fromSdk(server, quiet)
    const heard: unknown[] = []
    const elicit = ({ message }: { readonly message: string }) => {
      heard.push(message)
      return { action: 'decline' as const }
    }
    await using bob = await connect(local, { answers: { elicit }, onLog: (entry) => heard.push(entry) })
    await using caller = await connect(local, { answers: { elicit: () => ({ action: 'accept', content: {} }) } })
    const leaving = new AbortController()
    const late = caller.call('late', {}, { signal: leaving.signal })
    const waiting = bob.call('wait', {}, { onProgress: () => leaving.abort() })
    waiting.catch(() => {})
    await expect(late).rejects.toMatchObject({ code: 'aborted' })
    expect(await hasAsked).toBeInstanceOf(Error)
    expect(heard).toEqual([])
  })

  it('tells that its tools changed', async () => {
    const changes: unknown[] = []
    await using client = await connect(fromSdk(createTools2(), quiet))
    await using _ = await client.listen({ toolsListChanged: true }, { onChange: (change) => changes.push(change) })
    await client.call('grow')
    await vi.waitFor(() => expect(changes).toContainEqual({ kind: 'tools' }))
    expect((await client.listTools()).map(({ name }) => name)).toContain('more')
  })

  it('is connected again after it was closed', async () => {
    const server = createTools2()
    await using client = await connect(fromSdk(server, quiet))
    expect(await client.call('add', { a: 1, b: 1 })).toMatchObject({ structuredContent: { sum: 2 } })
    await server.close()
    expect(await client.call('add', { a: 1, b: 2 })).toMatchObject({ structuredContent: { sum: 3 } })
  })

  it('cannot be one that is connected elsewhere', async () => {
    const server = createTools2()
    await using _ = await connect(fromSdk(server, quiet))
    await (await connect(fromSdk(server, quiet))).listTools()
    const entries: LogEntry[] = []
    await using other = await connect(fromSdk(server, { log: (entry) => void entries.push(entry) }))
    await expect(other.listTools()).rejects.toMatchObject({ message: expect.stringMatching(/^Internal error \(ref /) })
    expect(entries).toMatchObject([{ cause: { message: expect.stringContaining('already connected') } }])
  })
})

describe('a server for each call', () => {
  /** Counts the servers that are made and closed. */
  const counted = () => {
    const count = { made: 0, closed: 0 }
    const create = () => {
      count.made++
      const server = createTools1({ isBound: false })
      Object.assign(server.server, { onclose: () => void count.closed++ })
      return server
    }
    return { count, create }
  }

  it('asks its caller and no other, also where it does not say for which call', async () => {
    const local = fromSdk(counted().create, quiet)
    const calls = Array.from({ length: 10 }, async (_, index) => {
      const sure = index % 2 === 0
      await using client = await connect(local, {
        answers: { elicit: () => ({ action: 'accept', content: { sure } }) },
      })
      return textOf(await client.call('wipe'))
    })
    const expected = calls.map((_, index) => (index % 2 === 0 ? 'wiped' : 'kept'))
    expect(await Promise.all(calls)).toEqual(expected)
  })

  it('is closed when its call is over: answered, refused, given up, or answered rounds later', async () => {
    const { count, create } = counted()
    await using client = await connect(fromSdk(create, quiet), {
      answers: { elicit: () => ({ action: 'accept', content: { sure: true } }) },
    })
    await client.call('add', { a: 1, b: 1 })
    await client.call('fail')
    await expect(client.read('notes://no/such')).rejects.toThrow()
    await client.call('wipe')
    const leaving = new AbortController()
    await client.call('wait', {}, { signal: leaving.signal, onProgress: () => leaving.abort() }).catch(() => {})
    await vi.waitFor(() => expect(count).toEqual({ made: 5, closed: 5 }))
  })

  it('may be made by a promise, is told who calls, and may fail to be made', async () => {
    const create = vi.fn(async (context: unknown) => {
      if (JSON.stringify(context).includes('mallory')) throw new Error('no server for mallory, secret=1')
      return createTools2()
    })
    const entries: LogEntry[] = []
    const local = fromSdk(create, { log: (entry) => void entries.push(entry) })
    await using client = await connect(local, { as: { subject: 'ada' } })
    await client.call('add', { a: 1, b: 1 })
    expect(create).toHaveBeenLastCalledWith({
      era: 'legacy',
      authInfo: { token: '', clientId: '', scopes: [], extra: { subject: 'ada' } },
    })
    await using mallory = await connect(local, { as: { subject: 'mallory' } })
    await expect(mallory.call('add', { a: 1, b: 1 })).rejects.toThrow(/^Internal error \(ref [^)]+\)$/)
    expect(entries).toMatchObject([{ cause: { message: expect.stringContaining('secret=1') } }])
  })

  it('is given up with its call, however long it takes to be made', async () => {
    for (const rerun of [false, true]) {
      await using client = await connect(fromSdk(() => new Promise<never>(() => {}), { rerun, ...quiet }))
      const signal = AbortSignal.timeout(20)
      await expect(client.call('add', { a: 1, b: 1 }, { signal })).rejects.toMatchObject({ code: 'timeout' })
    }
  })

  it('does not go on with a state that nobody handed out, nor twice with one', async () => {
    await using client = await connect(fromSdk(() => createTools1(), quiet))
    const retry = client.request('tools/call', { name: 'wipe', arguments: {}, requestState: 'made up' })
    await expect(retry).rejects.toMatchObject({ code: 'invalid_params' })
  })
})

describe('a handler', () => {
  it('tells of changes to whoever listens, by its own notifier', async () => {
    const handler = createMcpHandler(createTools2)
    await using client = await connect(fromSdk(handler, quiet))
    const changes: unknown[] = []
    await using _ = await client.listen({ toolsListChanged: true }, { onChange: (change) => changes.push(change) })
    handler.notify.toolsChanged()
    await vi.waitFor(() => expect(changes).toEqual([{ kind: 'tools' }]))
  })

  it('asks for scopes by its own challenges', async () => {
    const handler = createMcpHandler(() => {
      const server = new McpServer({ name: 'scoped', version: '1' })
      server.registerTool('wipe', { scopeChallenge: requireScopes('notes:write') }, () => ({
        content: [{ type: 'text', text: 'wiped' }],
      }))
      return server
    })
    const local = fromSdk(handler, quiet)
    await using reader = await connect(local, { as: ada })
    await expect(reader.call('wipe')).rejects.toMatchObject({ data: { requiredScopes: ['notes:write'] } })
    await using writer = await connect(local, { as: { subject: 'ada', scopes: ['notes:write'] } })
    expect(textOf(await writer.call('wipe'))).toBe('wiped')
  })
})

it('is a handler also where that is a function, as that of other packages', async () => {
  const handler = createMcpHandler(createTools2)
  const wrapped = Object.assign(() => createTools2(), {
    fetch: async (...[request, options]: Parameters<typeof handler.fetch>) =>
      hostHeaderValidationResponse(request, ['localhost']) ?? handler.fetch(request, options),
  })
  await using client = await connect(fromSdk(wrapped, quiet))
  expect((await client.agreed()).protocolVersion).toBe('2026-07-28')
  expect((await client.call('add', { a: 1, b: 1 })).structuredContent).toEqual({ sum: 2 })
})

it('takes nothing else, and reruns what is made for each call alone', () => {
  for (const source of [createTools2(), createMcpHandler(createTools2)])
    expect(() => fromSdk(source, { rerun: true })).toThrow(TypeError)

  expect(() => fromSdk({} as SdkSource)).toThrow(TypeError)
  expect(() => fromSdk({ connect: 1 } as never)).toThrow('a server of the official SDK')
})

import { describe, expect, it } from 'vitest'
import { type Call, type Handle, isCallOf, ProtocolError, type Reply, Values } from '../call/index.ts'
import { mount } from '../compose.ts'
import { connect } from '../testing/index.ts'
import type { InputRequests } from '../protocol/index.ts'
import { createDesk, createShop } from './fixtures/shop.ts'

const asking = (reply: (call: Call<'tools/call'>) => Reply): { handle: Handle; calls: Call<'tools/call'>[] } => {
  const calls: Call<'tools/call'>[] = []
  return {
    calls,
    handle: async (call) => {
      if (isCallOf(call, 'tools/list')) {
        const tool = (name: string) => ({ name, inputSchema: { type: 'object' as const } })
        return { tools: [tool('act'), tool('other')], ttlMs: 60_000, cacheScope: 'public' }
      }
      if (!isCallOf(call, 'tools/call')) throw new ProtocolError('method_not_found', 'no')
      calls.push(call)
      return reply(call)
    },
  }
}

const form = (message: string): InputRequests[string] => ({
  method: 'elicitation/create',
  params: { message, requestedSchema: { type: 'object', properties: {} } },
})
const ask = (inputRequests: InputRequests, requestState?: string): Reply => ({
  resultType: 'input_required',
  inputRequests,
  requestState,
})
const serve = (target: Handle, options = {}) => createDesk().desk.server({ mounts: { m: mount(target, options) } })

describe('a question of a mounted server', () => {
  it('is answered by the client, and its state comes back with the answer', async () => {
    const { desk } = createDesk()
    await using client = await connect(desk.server({ mounts: { shop: mount(createShop()) } }), {
      answers: { count: { count: 2 }, street: { street: 'Kai 1' } },
    })
    expect(await client.tools.shop_order({ thing: 'lamp' })).toBe('7: 2 × lamp to Kai 1')
    const messages = client.trace.flatMap(({ reply }) =>
      Object.values((reply?.['inputRequests'] ?? {}) as InputRequests).map(
        ({ params }) => (params as { message: string }).message,
      ),
    )
    expect(messages).toEqual(['[shop] How many?', '[shop] Where to?'])
  })

  it('passes through two servers', async () => {
    const inner = createDesk().desk.server({ mounts: { shop: mount(createShop()) } })
    const outer = createDesk().desk.server({ mounts: { desk: mount(inner) } })
    await using client = await connect(outer, { answers: { count: { count: 1 }, street: { street: 'Kai 2' } } })
    expect(await client.tools.desk_shop_order({ thing: 'lamp' })).toBe('7: 1 × lamp to Kai 2')
  })

  it('comes without a state, and its answer goes back without one', async () => {
    const { handle, calls } = asking(({ params }) => (params.inputResponses ? { content: [] } : ask({ a: form('A?') })))
    await using client = await connect(serve(handle), { answers: { a: true } })
    await client.call('m_act')
    expect(calls[1]?.params).toMatchObject({ inputResponses: { a: { action: 'accept' } } })
    expect(calls[1]?.params.requestState).toBeUndefined()
  })

  it('may be a state alone', async () => {
    const { handle, calls } = asking(({ params }) => (params.requestState ? { content: [] } : ask({}, 'wait')))
    await using client = await connect(serve(handle))
    await client.call('m_act')
    expect(calls[1]?.params).toMatchObject({ requestState: 'wait' })
    expect(calls[1]?.params.inputResponses).toBeUndefined()
  })

  it('is handed back by nobody but the caller who got it, for the same call', async () => {
    const { handle, calls } = asking(() => ask({ a: form('A?') }, 'theirs'))
    const server = serve(handle)
    const raw = (subject: string, name: string, args: object, requestState?: string): Promise<Reply> => {
      const accept = { action: 'accept' } as const
      const retried = requestState === undefined ? {} : { requestState, inputResponses: { a: accept, b: accept } }
      const call: Call<'tools/call'> = {
        method: 'tools/call',
        params: { name, arguments: { ...args }, ...retried },
        protocolVersion: '2026-07-28',
        clientCapabilities: { elicitation: {} },
        principal: { subject, scopes: new Set() },
        values: new Values(),
        signal: new AbortController().signal,
        notify: () => {},
      }
      return server.handle(call)
    }
    const first = (await raw('ada', 'm_act', { x: 1 })) as { requestState: string }
    expect(first.requestState).not.toContain('theirs')
    for (const attempt of [
      () => raw('eve', 'm_act', { x: 1 }, first.requestState),
      () => raw('ada', 'm_act', { x: 2 }, first.requestState),
      () => raw('ada', 'm_other', { x: 1 }, first.requestState),
      () => raw('ada', 'm_act', { x: 1 }, `${first.requestState}A`),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'invalid_params' })
    }
    expect(calls).toHaveLength(1)
    await raw('ada', 'm_act', { x: 1 }, first.requestState)
    // What was not asked is not answered.
    expect(calls[1]?.params).toMatchObject({ requestState: 'theirs', inputResponses: { a: { action: 'accept' } } })
    expect(calls[1]?.params.inputResponses).not.toHaveProperty('b')
  })

  it('is not passed on when the client or the mount did not allow it', async () => {
    const said = async (request: InputRequests[string], can: readonly ('form' | 'url')[], options = {}) => {
      const { handle } = asking(() => ask({ a: request }))
      await using client = await connect(serve(handle, options), {
        can,
        answers: { a: true },
        sample: () => ({ role: 'assistant', model: 'm', content: { type: 'text', text: '' } }),
      })
      return await client.call('m_act')
    }
    const refused = { isError: true, content: [{ text: expect.stringContaining('gave no valid answer') }] }
    const sampling = { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } } as const
    expect(await said(form('A?'), [])).toMatchObject(refused)
    expect(await said(form('A?'), ['form'], { asks: ['url'] })).toMatchObject(refused)
    expect(await said(sampling, ['form'])).toMatchObject(refused)
    expect(
      await said({ method: 'elicitation/create', params: { mode: 'url', message: 'Go', url: 'javascript:alert(1)' } }, [
        'url',
      ]),
    ).toMatchObject(refused)
    expect(await said(null as never, ['form'])).toMatchObject(refused)
  })

  it('has bounds in number and in rounds', async () => {
    const many = asking(() => ask(Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`q${at}`, form('?')]))))
    await using client = await connect(serve(many.handle))
    expect(await client.call('m_act')).toMatchObject({ isError: true })
    const endless = asking(() => ask({ a: form('?') }, 's'))
    await using patient = await connect(serve(endless.handle), { answers: { a: () => true }, maxRounds: 1000 })
    expect(await patient.call('m_act')).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('gave no valid answer') }],
    })
    expect(endless.calls).toHaveLength(65)
  })

  it('tells the mounted server what the client can be asked, and no more', async () => {
    const { handle, calls } = asking(() => ({ content: [] }))
    await using client = await connect(serve(handle), {
      can: ['form'],
      roots: () => [],
      extensions: { 'com.example/x': { a: 1 } },
    })
    await client.call('m_act')
    expect(calls[0]?.clientCapabilities).toEqual({ elicitation: { form: {} } })
    await using wide = await connect(serve(handle, { asks: ['roots'], extensions: ['com.example/x'] }), {
      roots: () => [],
      extensions: { 'com.example/x': { a: 1 } },
    })
    await wide.call('m_act')
    expect(calls[1]?.clientCapabilities).toEqual({ roots: {}, extensions: { 'com.example/x': { a: 1 } } })
  })
})

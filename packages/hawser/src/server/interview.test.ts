import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import * as z from 'zod'
import type { Log } from '../call/index.ts'
import type { SamplingMessage } from '../protocol/index.ts'
import { fail } from './content.ts'
import { createServer, type ServerCore } from './create-server.ts'
import { definers } from './definitions.ts'
import { callServer } from './fixtures/call-server.ts'
import { createKeyRing } from './key-ring.ts'

const keys = createKeyRing(['a secret of more than thirty-two bytes'])
const form = { elicitation: {} }
const { tool, prompt, resource } = definers
const yes = z.object({ yes: z.boolean() })

function serve(
  run: (context: Parameters<Parameters<typeof tool>[0]['run']>[1]) => unknown,
  extra: object = {},
  log: Log = () => {},
): ServerCore {
  const asking = tool({ description: 'Asks', effect: 'write', run: (_, context) => run(context) as string, ...extra })
  return createServer({ name: 'n', version: '1', keys, log, timeout: 2_000 }, { tools: { asking } })
}

interface Round {
  readonly inputRequests?: {
    readonly [key: string]: {
      readonly method: string
      readonly params?: { readonly message?: string; readonly url?: string }
    }
  }
  readonly requestState?: string
  readonly content?: readonly { readonly text: string }[]
  readonly isError?: boolean
}

/** One round with a client that can do everything, unless told otherwise. */
async function call(
  server: ServerCore,
  before: Round = {},
  answers: object = {},
  clientCapabilities: object = form,
): Promise<Round> {
  const params = {
    name: 'asking',
    ...(before.requestState !== undefined && { requestState: before.requestState, inputResponses: answers }),
  }
  return (await callServer(server, 'tools/call', params as never, { clientCapabilities })) as Round
}

const accept = (content: object = {}): object => ({ action: 'accept', content })

describe('ask', () => {
  // basic/patterns/mrtr#basic-workflow
  // spec: elicit-message, elicit-form
  it('suspends the handler and resumes it with the answer', async () => {
    const server = serve(
      async ({ ask }) =>
        `Hello ${(await ask('who', { message: 'Who?', answer: z.object({ name: z.string() }) })).name}`,
    )
    const first = await call(server)
    expect(first.inputRequests).toEqual({
      who: {
        method: 'elicitation/create',
        params: {
          mode: 'form',
          message: 'Who?',
          requestedSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
        },
      },
    })
    const second = await call(server, first, { who: accept({ name: 'Ada' }) })
    expect(second.content?.[0]?.text).toBe('Hello Ada')
  })

  // spec: mrtr-keys, mrtr-answers-missing, mrtr-answers-extra
  it('may stay answerable for ever', async () => {
    const asking = tool({
      description: 'Asks',
      effect: 'write',
      run: async (_, { ask }) => `${(await ask('a', { message: 'a?', answer: yes })).yes}`,
    })
    const server = createServer({ name: 'n', version: '1', keys, askExpiry: Infinity }, { tools: { asking } })
    expect((await call(server, await call(server), { a: accept({ yes: true }) })).content?.[0]?.text).toBe('true')
  })

  it('sends questions that start together out together', async () => {
    const server = serve(async ({ ask }) => {
      const [a, b] = await Promise.all([
        ask('a', { message: 'a?', answer: yes }),
        ask('b', { message: 'b?', answer: yes }),
      ])
      return `${a.yes} ${b.yes}`
    })
    const first = await call(server)
    expect(Object.keys(first.inputRequests ?? {})).toEqual(['a', 'b'])
    // basic/patterns/mrtr#error-handling: what is missing is asked again, what is superfluous ignored
    const second = await call(server, first, { a: accept({ yes: true }), c: accept({ yes: false }) })
    expect(Object.keys(second.inputRequests ?? {})).toEqual(['b'])
    const third = await call(server, second, { b: accept({ yes: false }) })
    expect(third.content?.[0]?.text).toBe('true false')
  })

  // spec: mrtr-answers-checked, elicit-server-checks
  it('asks again with the reason when an answer does not fit', async () => {
    const server = serve(async ({ ask }) =>
      String((await ask('n', { message: 'How many?', answer: z.object({ n: z.number() }) })).n),
    )
    let round = await call(server)
    for (const bad of [
      accept({ n: 'three' }),
      accept(),
      7,
      null,
      [],
      { action: 'maybe' },
      { action: 'accept', content: 3 },
    ]) {
      round = await call(server, round, { n: bad })
      expect(round.inputRequests?.['n']?.params?.message).toMatch(/^How many\?\n./)
    }
    expect((await call(server, round, { n: accept({ n: 3 }) })).content?.[0]?.text).toBe('3')
  })

  // basic/patterns/mrtr#error-handling: what is not needed is ignored
  // spec: mrtr-answers-extra
  it('takes answers that a client sends ahead, and ignores superfluous ones', async () => {
    const server = serve(async ({ ask }) => String((await ask('a', { message: 'a?', answer: yes })).yes))
    const inputResponses = { a: accept({ yes: true }), other: accept({ yes: false }) }
    const reply = await callServer(server, 'tools/call', { name: 'asking', inputResponses } as never, {
      clientCapabilities: form,
    })
    expect(reply).toMatchObject({ content: [{ text: 'true' }] })
  })

  it('ignores an answer to a question of a later round', async () => {
    const server = serve(async ({ ask }) => {
      await ask('first', { message: '1?', answer: yes })
      return String((await ask('second', { message: '2?', answer: yes })).yes)
    })
    const second = await call(server, await call(server), {
      first: accept({ yes: true }),
      second: accept({ yes: true }),
    })
    expect(Object.keys(second.inputRequests ?? {})).toEqual(['second'])
  })

  // spec: elicit-refusal
  it.each(['decline', 'cancel'])('tells the model when the person chooses %s', async (action) => {
    const server = serve(async ({ ask }) => String(await ask('a', { message: 'a?', answer: yes })))
    const second = await call(server, await call(server), { a: { action } })
    expect(second).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('"a"') }] })
  })

  it('remembers a refusal while other questions go on', async () => {
    const server = serve(async ({ ask }) => {
      const extra = await ask('extra', { message: 'Extra?', answer: yes }).catch(() => undefined)
      const { yes: sure } = await ask('sure', { message: 'Sure?', answer: yes })
      return `${extra === undefined} ${sure}`
    })
    const second = await call(server, await call(server), { extra: { action: 'decline' } })
    expect(Object.keys(second.inputRequests ?? {})).toEqual(['sure'])
    expect((await call(server, second, { sure: accept({ yes: true }) })).content?.[0]?.text).toBe('true true')
  })

  it('runs finally when it suspends, and a catch that swallows it changes nothing', async () => {
    const trail: string[] = []
    const server = serve(async ({ ask }) => {
      try {
        await ask('a', { message: 'a?', answer: yes })
      } catch {
        trail.push('caught')
        return 'done without an answer'
      } finally {
        trail.push('finally')
      }
      return 'answered'
    })
    const first = await call(server)
    expect(first.inputRequests).toHaveProperty('a')
    expect(trail).toEqual(['caught', 'finally'])
    expect((await call(server, first, { a: accept({ yes: true }) })).content?.[0]?.text).toBe('answered')
  })

  it('does not spin with a handler that swallows its suspension for ever', async () => {
    const server = serve(async ({ ask }) => {
      for (;;) await ask('a', { message: 'a?', answer: yes }).catch(() => {})
    })
    expect((await call(server)).inputRequests).toHaveProperty('a')
  })

  it('lets a question that nobody awaits go', async () => {
    const server = serve(async ({ ask }) => {
      void ask('a', { message: 'a?', answer: yes })
      return 'not waiting'
    })
    expect((await call(server)).content?.[0]?.text).toBe('not waiting')
  })

  // basic#meta: -32021 names the missing capability
  // spec: capability-missing, mrtr-declared, elicit-modes, roots-checked-first
  it.each([
    [{}, 'form', { elicitation: { form: {} } }],
    [{ elicitation: { url: {} } }, 'form', { elicitation: { form: {} } }],
    [{ elicitation: {} }, 'url', { elicitation: { url: {} } }],
    [{ elicitation: {} }, 'sampling', { sampling: {} }],
    [{ elicitation: {} }, 'roots', { roots: {} }],
  ])('refuses a client that declared %j when it needs %s', async (capabilities, ability, requiredCapabilities) => {
    const server = serve(async ({ ask, visit, sample, roots }) => {
      if (ability === 'form') await ask('k', { message: 'k?', answer: yes })
      if (ability === 'url') await visit('k', { message: 'Go', url: 'https://example.com/' })
      if (ability === 'sampling') await sample('k', { messages: [], maxTokens: 1 })
      if (ability === 'roots') await roots('k')
      return 'ran'
    })
    await expect(call(server, {}, {}, capabilities)).rejects.toMatchObject({
      code: 'missing_client_capability',
      number: -32021,
      data: { requiredCapabilities },
    })
  })

  // client/sampling#tools-in-sampling, #capabilities
  // spec: sampling-tools-declared, sampling-context
  it.each([
    [{ tools: [] }, 'tools'],
    [{ toolChoice: { mode: 'none' } }, 'tools'],
    [{ includeContext: 'thisServer' }, 'context'],
    [{ includeContext: 'allServers' }, 'context'],
  ] as const)('asks for a message with %j only a client that declared %s', async (more, part) => {
    const server = serve(async ({ sample }) => {
      await sample('k', { messages: [], maxTokens: 1, ...more })
      return 'ran'
    })
    await expect(call(server, {}, {}, { sampling: {} })).rejects.toMatchObject({
      number: -32021,
      data: { requiredCapabilities: { sampling: { [part]: {} } } },
    })
    const asked = await call(server, {}, {}, { sampling: { [part]: {} } })
    expect(asked.inputRequests?.['k']?.params).toMatchObject(more)
  })

  // spec: elicit-empty-capability
  it('lets a handler look before it asks', async () => {
    const server = serve(({ can }) => `${can('form')} ${can('url')} ${can('sampling')} ${can('roots')}`)
    expect((await call(server, {}, {}, { elicitation: {}, roots: {} })).content?.[0]?.text).toBe(
      'true false false true',
    )
    expect((await call(server, {}, {}, { elicitation: { url: {} }, sampling: {} })).content?.[0]?.text).toBe(
      'false true true false',
    )
  })

  it('works in prompts and resources as well', async () => {
    const ask = { message: 'Tone?', answer: z.object({ tone: z.string() }) }
    const server = createServer(
      { name: 'n', version: '1', keys },
      {
        prompts: {
          p: prompt({ description: 'p', render: async (_, context) => (await context.ask('tone', ask)).tone }),
        },
        resources: {
          r: resource({
            uri: 'r://{id}',
            read: async ({ id }, context) => `${id} ${(await context.ask('tone', ask)).tone}`,
          }),
        },
      },
    )
    const inputResponses = { tone: accept({ tone: 'dry' }) } as never
    const given = { clientCapabilities: form }
    const p = (await callServer(server, 'prompts/get', { name: 'p' }, given)) as Round
    const r = (await callServer(server, 'resources/read', { uri: 'r://7' }, given)) as Round
    expect(
      await callServer(server, 'prompts/get', { name: 'p', inputResponses, requestState: p.requestState }, given),
    ).toMatchObject({ messages: [{ content: { text: 'dry' } }] })
    expect(
      await callServer(server, 'resources/read', { uri: 'r://7', inputResponses, requestState: r.requestState }, given),
    ).toMatchObject({ contents: [{ text: '7 dry' }] })
  })

  // basic/patterns/mrtr#supported-requests
  // spec: mrtr-methods
  it('is not possible where a list or a completion is wanted', async () => {
    const asking = async (context: unknown): Promise<never> => {
      await (context as { ask: (key: string, question: object) => Promise<unknown> }).ask('k', {
        message: 'k?',
        answer: yes,
      })
      throw new Error('The question was answered.')
    }
    const server = createServer(
      { name: 'n', version: '1', keys, log: () => {} },
      {
        resources: {
          r: resource({
            uri: 'r://{id}',
            list: asking,
            complete: { id: (_, context) => asking(context) },
            read: () => 'x',
          }),
        },
      },
    )
    const given = { clientCapabilities: form }
    await expect(callServer(server, 'resources/list', {}, given)).rejects.toThrow(/asked a question/)
    const params = { ref: { type: 'ref/resource', uri: 'r://{id}' }, argument: { name: 'id', value: '' } } as const
    await expect(callServer(server, 'completion/complete', params, given)).rejects.toThrow(/asked a question/)
  })

  // spec: sampling-iterations
  it('ends a handler that asks for ever', async () => {
    const server = serve(async ({ ask }) => {
      for (let n = 0; ; n++) await ask(`q${n}`, { message: 'And?', answer: yes })
    })
    let round = await call(server)
    for (let n = 0; n < 40 && round.requestState !== undefined; n++)
      round = await call(server, round, { [`q${n}`]: accept({ yes: true }) })
    expect(round).toMatchObject({ isError: true })
  })
})

describe('visit, sample and roots', () => {
  // client/sampling#messages
  // spec: sampling-role
  it('send messages that have a role and content', () => {
    expectTypeOf<SamplingMessage['role']>().toEqualTypeOf<'user' | 'assistant'>()
    expectTypeOf<{ role: 'user' }>().not.toExtend<SamplingMessage>()
  })

  // spec: mrtr-kinds, elicit-url
  it('send their own requests and give back what came', async () => {
    const server = serve(async ({ visit, sample, roots }) => {
      const [, message, folders] = await Promise.all([
        visit('pay', { message: 'Pay here', url: 'https://pay.example/1' }),
        sample('capital', {
          messages: [{ role: 'user', content: { type: 'text', text: 'Capital of France?' } }],
          maxTokens: 10,
        }),
        roots('folders'),
      ])
      return `${message.model} ${folders.map((folder: { uri: string }) => folder.uri).join()}`
    })
    const can = { elicitation: { url: {} }, sampling: {}, roots: {} }
    const first = await call(server, {}, {}, can)
    expect(first.inputRequests).toMatchObject({
      pay: { method: 'elicitation/create', params: { mode: 'url', url: 'https://pay.example/1' } },
      capital: { method: 'sampling/createMessage' },
      folders: { method: 'roots/list' },
    })
    const answers = {
      pay: { action: 'accept' },
      capital: { role: 'assistant', content: { type: 'text', text: 'Paris' }, model: 'm1' },
      folders: { roots: [{ uri: 'file:///a' }] },
    }
    expect((await call(server, first, answers, can)).content?.[0]?.text).toBe('m1 file:///a')
  })

  // spec: elicit-url
  it('refuses a URL that is none, as a defect of the server', async () => {
    const log = vi.fn<() => void>()
    const asking = tool({
      description: 'd',
      effect: 'read',
      run: async (_, { visit }) => visit('v', { message: 'm', url: 'nowhere' }),
    })
    const server = createServer({ name: 'n', version: '1', keys, log }, { tools: { asking } })
    expect(await call(server, {}, {}, { elicitation: { url: {} } })).toMatchObject({ isError: true })
    expect(log).toHaveBeenCalledOnce()
  })
})

describe('once', () => {
  it('runs once however often the handler is re-entered', async () => {
    let charges = 0
    const server = serve(async ({ ask, once }) => {
      const receipt = await once('charge', () => ({ number: ++charges, at: new Date(0) }))
      await ask('a', { message: 'a?', answer: yes })
      await ask('b', { message: 'b?', answer: yes })
      return JSON.stringify(receipt)
    })
    const second = await call(server, await call(server), { a: accept({ yes: true }) })
    const third = await call(server, second, { b: accept({ yes: true }) })
    expect(third.content?.[0]?.text).toBe('{"number":1,"at":"1970-01-01T00:00:00.000Z"}')
    expect(charges).toBe(1)
  })

  it('waits for work that started beside a question before it suspends', async () => {
    let runs = 0
    const work = Promise.withResolvers<number>()
    const server = serve(async ({ ask, once }) => {
      const [n] = await Promise.all([
        once('slow', () => (runs++, work.promise)),
        ask('a', { message: 'a?', answer: yes }),
      ])
      return String(n)
    })
    const pending = call(server)
    setTimeout(() => work.resolve(42), 20)
    const first = await pending
    expect((await call(server, first, { a: accept({ yes: true }) })).content?.[0]?.text).toBe('42')
    expect(runs).toBe(1)
  })

  it('shares work that is asked for twice at once', async () => {
    let runs = 0
    const server = serve(async ({ once }) =>
      String(await Promise.all([once('k', async () => ++runs), once('k', async () => ++runs)])),
    )
    expect((await call(server)).content?.[0]?.text).toBe('1,1')
  })

  it('may fail, and is tried again when the handler is', async () => {
    let runs = 0
    const server = serve(
      async ({ ask, once }) => {
        await ask('a', { message: 'a?', answer: yes }).catch(() => {})
        return once('k', () => {
          if (++runs === 1) throw fail('Not yet.')
          return 'now'
        })
      },
      { effect: 'read' },
    )
    const first = await call(server)
    const failed = await call(server, first, { a: accept({ yes: true }) })
    expect(failed).toMatchObject({ isError: true, content: [{ text: 'Not yet.' }] })
    expect((await call(server, first, { a: accept({ yes: true }) })).content?.[0]?.text).toBe('now')
  })

  it('does not wait for the end of time when it asks inside', async () => {
    const log = vi.fn<Log>()
    const server = serve(
      ({ ask, once }) => once('pay', () => ask('sum', { message: 'How much?', answer: yes })),
      {},
      log,
    )
    expect(await call(server)).toMatchObject({ isError: true })
    expect(log.mock.lastCall?.[0].message).toMatch('"sum" is asked inside once("pay"). Ask before once')
  })

  it('tells the author what it waits for when it asks inside after a while', async () => {
    const log = vi.fn<Log>()
    const server = serve(
      ({ ask, once }) =>
        once('pay', async () => {
          await Promise.resolve()
          return ask('sum', { message: 'How much?', answer: yes })
        }),
      { timeout: 20 },
      log,
    )
    expect(await call(server)).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching('not finish') }],
    })
    expect(log.mock.lastCall?.[0].message).toMatch('"sum" is asked when once("pay") ends')
  })

  it('refuses a value that JSON cannot carry', async () => {
    const server = serve(async ({ once }) => String(await once('k', () => () => 1)))
    expect(await call(server)).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^Internal error \(ref /) }],
    })
  })
})

describe('confirm', () => {
  const wipe = (run = vi.fn<() => string>(() => 'gone')) => ({
    run,
    server: serve(run, { effect: 'destroy', confirm: () => 'Really?' }),
  })

  it('asks before it runs', async () => {
    const { run, server } = wipe()
    const first = await call(server)
    expect(first.inputRequests?.['confirm']?.params?.message).toBe('Really?')
    expect(run).not.toHaveBeenCalled()
    expect((await call(server, first, { confirm: { action: 'accept' } })).content?.[0]?.text).toBe('gone')
  })

  it('counts once, however often the answer is sent', async () => {
    const { run, server } = wipe()
    const first = await call(server)
    const answers = { confirm: { action: 'accept' } }
    const settled = await Promise.allSettled([call(server, first, answers), call(server, first, answers)])
    expect(settled.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    await expect(call(server, first, answers)).rejects.toMatchObject({
      code: 'invalid_params',
      message: expect.stringMatching(/it was used.*Send it again without requestState/),
    })
    expect(run).toHaveBeenCalledOnce()
    const anew = await call(server)
    expect((await call(server, anew, answers)).content?.[0]?.text).toBe('gone')
  })

  it.each([{ action: 'decline' }, { action: 'cancel' }])('does not run after %j', async (answer) => {
    const { run, server } = wipe()
    expect(await call(server, await call(server), { confirm: answer })).toMatchObject({ isError: true })
    expect(run).not.toHaveBeenCalled()
  })

  it('fails closed when the client cannot be asked, and says why', async () => {
    const { run, server } = wipe()
    await expect(call(server, {}, {}, {})).rejects.toMatchObject({
      code: 'missing_client_capability',
      message: expect.stringContaining('confirm'),
    })
    expect(run).not.toHaveBeenCalled()
  })

  it('does not take an answer for a confirmation that was never asked', async () => {
    const { run, server } = wipe()
    const params = { name: 'asking', inputResponses: { confirm: { action: 'accept' } } }
    expect(await callServer(server, 'tools/call', params as never, { clientCapabilities: form })).toMatchObject({
      resultType: 'input_required',
    })
    expect(run).not.toHaveBeenCalled()
  })

  it('keeps its key to itself', async () => {
    const server = serve(async ({ ask }) => String(await ask('confirm', { message: '?', answer: yes })), {
      effect: 'destroy',
      confirm: () => 'Really?',
    })
    expect(await call(server, await call(server), { confirm: { action: 'accept' } })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('Internal error') }],
    })
  })
})

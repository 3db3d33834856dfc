import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import type { Reply } from '../call/index.ts'
import { server } from '../client/fixtures/notes.ts'
import type { Client } from '../client/index.ts'
import { mcp } from '../mcp.ts'
import type { InputRequest } from '../protocol/index.ts'
import { connect, type TestClient } from './connect.ts'

const app = mcp({ name: 'quay', version: '1.0.0', log: () => {} })

const moor = app.tool({
  description: 'Moor a boat.',
  effect: 'write',
  input: z.object({ boat: z.string() }),
  run: async ({ boat }, { ask, visit, can }) => {
    if (!can('form')) return `Nobody can be asked about ${boat}.`
    const { berth } = await ask('berth', {
      message: `Which berth for ${boat}?`,
      answer: z.object({
        berth: z
          .number()
          .int()
          .default(1)
          .refine((number) => number < 9, 'That berth is taken.'),
      }),
    })
    if (can('url')) await visit('fee', { message: 'Pay the fee.', url: 'https://quay.example.com/fee' })
    return `${boat} lies at ${berth}.`
  },
})

const survey = app.tool({
  description: 'Survey the yard.',
  effect: 'read',
  run: async (_, { roots, sample }) => {
    const folders = await roots('folders')
    const { content } = await sample('opinion', { messages: [], maxTokens: 5 })
    return JSON.stringify([folders, content])
  },
})

const leak = app.tool({
  description: 'Fail without meaning to.',
  effect: 'read',
  run: () => {
    throw new Error('secret')
  },
})

const quay = app.server({ tools: { moor, survey, leak } })

describe('a scripted client', () => {
  it('accepts, declines, dismisses and fills in by key', async () => {
    const say = async (answers: Parameters<typeof connect>[1]) =>
      (await connect(quay, answers)).tools.moor({ boat: 'Ada' })
    expect(await say({ answers: { berth: { berth: 4 }, fee: true } })).toBe('Ada lies at 4.')
    expect(await say({ answers: { berth: {}, fee: true } })).toBe('Ada lies at 1.')
    expect(await say({ answers: { berth: true, fee: true } })).toBe('Ada lies at 1.')
    await expect(say({ answers: { berth: false } })).rejects.toThrow('declined')
    await expect(say({ answers: { berth: true, fee: 'cancel' } })).rejects.toThrow('dismissed')
  })

  it('computes an answer from the question', async () => {
    await using client = await connect(quay, {
      answers: {
        berth: ({ message }, { key, round }) => ({ berth: message.length + key.length + round - 25 }),
        fee: (page) => 'url' in page && page.url === 'https://quay.example.com/fee',
      },
    })
    expect(await client.tools.moor({ boat: 'Ada' })).toBe(`Ada lies at ${'Which berth for Ada?'.length + 6 - 25}.`)
  })

  it('confirms what a tool is about to destroy', async () => {
    await using yes = await connect(server, { answers: { confirm: true, keep: { keep: false } } })
    expect(await yes.tools.wipe()).toBe('Deleted 3 notes.')
    await using no = await connect(server, { answers: { confirm: false } })
    await expect(no.tools.wipe()).rejects.toMatchObject({ name: 'ToolError' })
  })

  it('fails a call that asks what the script does not foresee, naming key and message', async () => {
    await using client = await connect(quay, { answers: JSON.parse('{"__proto__":true}') as {} })
    await expect(client.tools.moor({ boat: 'Ada' })).rejects.toThrow(
      'Unanswered question "berth": Which berth for Ada?\nGive it an answer: answers: { "berth": … }.',
    )
  })

  it('has no answer to a question that is called like something every object has', async () => {
    const requestedSchema = { type: 'object', properties: {} } as const
    const question: InputRequest = { method: 'elicitation/create', params: { message: 'Sure?', requestedSchema } }
    const inputRequests = Object.fromEntries([['constructor', question]])
    const reply: Reply = { resultType: 'input_required', inputRequests }
    const client = await connect(async () => reply)
    await expect(client.call('build')).rejects.toThrow('Unanswered question "constructor": Sure?')
  })

  it('fails a call that asks again because a fixed answer was not accepted', async () => {
    await using client = await connect(quay, { answers: { berth: { berth: 9 }, fee: true } })
    await expect(client.tools.moor({ boat: 'Ada' })).rejects.toThrow(
      /The question "berth" was asked again after \{"berth":9\}: .*taken/s,
    )
    await expect(client.tools.moor({ boat: 'Bea' })).rejects.toThrow('asked again')
  })

  it('may answer differently each time with a function', async () => {
    let berth = 9
    await using client = await connect(quay, { answers: { berth: () => ({ berth: berth-- }), fee: true } })
    expect(await client.tools.moor({ boat: 'Ada' })).toBe('Ada lies at 8.')
  })

  it('can be one that cannot be asked', async () => {
    const moored = async (can: readonly ('form' | 'url')[]) =>
      (await connect(quay, { can, answers: { berth: true } })).tools.moor({ boat: 'Ada' })
    expect(await moored([])).toBe('Nobody can be asked about Ada.')
    expect(await moored(['form'])).toBe('Ada lies at 1.')
  })

  it('has a model and folders when it is given them', async () => {
    await using client = await connect(quay, {
      sample: () => ({ role: 'assistant', model: 'm', content: { type: 'text', text: 'fine' } }),
      roots: () => [{ uri: 'file:///yard' }],
    })
    expect(JSON.parse(await client.tools.survey())).toEqual([[{ uri: 'file:///yard' }], { type: 'text', text: 'fine' }])
    await using bare = await connect(quay)
    await expect(bare.tools.survey()).rejects.toMatchObject({ code: 'missing_client_capability' })
  })

  it('is a client of the server in every other way', async () => {
    await using client = await connect(server, { as: { subject: 'ada', scopes: ['notes:read'] } })
    expectTypeOf(client).toEqualTypeOf<TestClient<typeof server>>()
    expectTypeOf(client).toExtend<Client<typeof server>>()
    expect(await client.tools.search({ query: 'tide' })).toEqual({ hits: ['tide × 10'] })
    await expect(client.tools.wipe()).rejects.toMatchObject({ code: 'forbidden' })
  })
})

describe('a trace', () => {
  const run = async () => {
    const client = await connect(quay, { answers: { berth: true, fee: true } })
    await client.tools.moor({ boat: 'Ada' })
    await client.tools.leak().catch(() => {})
    await client.call('nothing').catch(() => {})
    await client.close()
    return client.trace
  }

  it('is the same for the same run', async () => {
    expect(await run()).toEqual(await run())
  })

  it('holds what was sent and what came back', async () => {
    expect(await run()).toEqual([
      {
        method: 'tools/call',
        params: { name: 'moor', arguments: { boat: 'Ada' } },
        reply: {
          resultType: 'input_required',
          inputRequests: {
            berth: {
              method: 'elicitation/create',
              params: expect.objectContaining({ message: 'Which berth for Ada?' }),
            },
          },
          requestState: '(sealed)',
        },
      },
      {
        method: 'tools/call',
        params: {
          name: 'moor',
          arguments: { boat: 'Ada' },
          inputResponses: { berth: { action: 'accept', content: { berth: 1 } } },
          requestState: '(sealed)',
        },
        reply: {
          resultType: 'input_required',
          inputRequests: {
            fee: {
              method: 'elicitation/create',
              params: { mode: 'url', message: 'Pay the fee.', url: 'https://quay.example.com/fee' },
            },
          },
          requestState: '(sealed)',
        },
      },
      {
        method: 'tools/call',
        params: {
          name: 'moor',
          arguments: { boat: 'Ada' },
          inputResponses: { fee: { action: 'accept' } },
          requestState: '(sealed)',
        },
        reply: { content: [{ type: 'text', text: 'Ada lies at 1.' }] },
      },
      {
        method: 'tools/call',
        params: { name: 'leak', arguments: {} },
        reply: { content: [{ type: 'text', text: 'Internal error (ref …)' }], isError: true },
      },
      {
        method: 'tools/call',
        params: { name: 'nothing', arguments: {} },
        error: { code: 'invalid_params', message: 'Unknown tool: nothing' },
      },
    ])
  })

  it('holds notifications, and requests that are still open', async () => {
    const reply = Promise.withResolvers<Reply>()
    const client = await connect(async ({ notify, params }) => {
      notify({
        method: 'notifications/progress',
        params: { progressToken: params._meta?.progressToken ?? 0, progress: 1 },
      })
      return reply.promise
    })
    const calling = client.call('slow')
    expect(client.trace).toEqual([
      {
        method: 'tools/call',
        params: { name: 'slow', arguments: {} },
        notifications: [{ method: 'notifications/progress', params: { progress: 1 } }],
      },
    ])
    reply.resolve({ content: [] })
    await calling
    expect(client.trace[0]).toHaveProperty('reply', { content: [] })
  })
})

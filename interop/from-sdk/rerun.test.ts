import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { UrlElicitationRequiredError } from '@modelcontextprotocol/sdk/types.js'
import { connect } from 'hawser'
import { fromSdk } from 'hawser/from-sdk'
import { describe, expect, it } from 'vitest'
import { wrap } from './wrap.ts'

const FORM = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } as const
const textOf = (result: object): string => (result as { content: [{ text: string }] }).content[0].text

/** A server for each call, which counts how often its tool began and remembers what people have paid. */
const setUp = () => {
  const count = { begun: 0, open: 0 }
  let isPaid = false
  let word = 'boat'
  const create = () => {
    const server = new McpServer({ name: 'harbour', version: '1' })
    count.open++
    Object.assign(server.server, { onclose: () => void count.open-- })
    const ask = async (message: string) => {
      const { content } = await server.server.elicitInput({ message, requestedSchema: { ...FORM, required: ['name'] } })
      return content?.['name'] ?? 'nobody'
    }
    server.registerTool('book', {}, async () => {
      count.begun++
      const boat = await ask(`Which ${word}?`)
      const [skipper, berth] = await Promise.all([ask('Which skipper?'), ask(`Which berth for ${String(boat)}?`)])
      return { content: [{ type: 'text', text: `${String(boat)}, ${String(skipper)}, ${String(berth)}` }] }
    })
    server.registerTool('pay', {}, () => {
      if (!isPaid) {
        const page = { mode: 'url' as const, message: 'Pay', url: 'https://pay.example.com/1', elicitationId: '1' }
        throw new UrlElicitationRequiredError([page])
      }
      return { content: [{ type: 'text', text: 'paid' }] }
    })
    return server
  }
  return { count, create, pay: () => (isPaid = true), rename: (next: string) => (word = next) }
}

describe('a call that is made again for each answer', () => {
  it.each(['by itself', 'mounted'])('asks everything once, and leaves no server open: %s', async (how) => {
    const { count, create } = setUp()
    const local = fromSdk(create, { rerun: true, log: () => {} })
    const asked: string[] = []
    await using client = await connect(how === 'mounted' ? wrap(local) : local, {
      answers: {
        elicit: ({ message }) => {
          asked.push(message.replace('[old] ', ''))
          return { action: 'accept', content: { name: `n${asked.length}` } }
        },
      },
    })
    expect(textOf(await client.call('book'))).toBe('n1, n2, n3')
    expect(asked).toEqual(['Which boat?', 'Which skipper?', 'Which berth for n1?'])
    expect(count).toEqual({ begun: 3, open: 0 })
  })

  it('asks anew where the question is another one by then', async () => {
    const { create, rename } = setUp()
    const asked: string[] = []
    await using client = await connect(fromSdk(create, { rerun: true, log: () => {} }), {
      answers: {
        elicit: ({ message }) => {
          asked.push(message)
          if (asked.length === 1) rename('ship')
          return { action: 'accept', content: { name: 'x' } }
        },
      },
    })
    expect(textOf(await client.call('book'))).toBe('x, x, x')
    expect(asked).toEqual(['Which boat?', 'Which ship?', 'Which skipper?', 'Which berth for x?'])
  })

  it('sends people to a page, and goes on when they were there', async () => {
    const { count, create, pay } = setUp()
    const visited: string[] = []
    await using client = await connect(fromSdk(create, { rerun: true, log: () => {} }), {
      answers: {
        visit: ({ url }) => {
          visited.push(url)
          pay()
          return { action: 'accept' }
        },
      },
    })
    expect(textOf(await client.call('pay'))).toBe('paid')
    expect(visited).toEqual(['https://pay.example.com/1'])
    expect(count.open).toBe(0)
  })

  it.each(['', '{}', 'made up', '[[1]]', '[["question-1"]]', '[null, ["question-1", 7]]'])(
    'makes nothing of a state that is none: %s',
    async (requestState) => {
      const { create } = setUp()
      await using client = await connect(fromSdk(create, { rerun: true, log: () => {} }))
      const retry = client.request('tools/call', { name: 'book', arguments: {}, requestState })
      const outcome = await retry.then(
        ({ isError }) => isError,
        ({ code }: { readonly code: string }) => code,
      )
      expect([true, 'invalid_params']).toContain(outcome)
    },
  )
})

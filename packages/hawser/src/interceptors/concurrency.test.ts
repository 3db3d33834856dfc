import { describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import type { Reply } from '../call/index.ts'
import { connect } from '../connect.ts'
import { mcp } from '../mcp.ts'
import { memoryChanges } from '../server/index.ts'
import { concurrency, type ConcurrencyOptions } from './concurrency.ts'

const app = mcp({ name: 'notes', version: '1.0.0', log: () => {}, changes: memoryChanges() })

/** A server whose tool goes on until it is told to end. */
const serve = (options: ConcurrencyOptions) => {
  const running = new Map<number, () => void>()
  const work = app.tool({
    description: 'Work.',
    effect: 'read',
    input: z.object({ job: z.number() }),
    run: ({ job }) => new Promise<string>((resolve) => running.set(job, () => resolve(`done ${job}`))),
  })
  const server = app.server({ tools: { work }, use: [concurrency(options)] })
  const end = async (job: number) => {
    await vi.waitUntil(() => running.has(job), { interval: 1 })
    running.get(job)?.()
    running.delete(job)
  }
  return { running, end, as: (subject: string) => connect(server, { as: { subject } }) }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))
const refused = { code: 'too_many_requests', number: 429 }

describe('a cap on calls at once', () => {
  it('lets so many run, lets so many wait in order, and refuses the rest', async () => {
    const { as, running, end } = serve({ calls: 2, waiting: 2 })
    const ada = await as('ada')
    const calls = [1, 2, 3, 4].map((job) => ada.tools.work({ job }))
    await expect(ada.tools.work({ job: 5 })).rejects.toMatchObject(refused)
    expect([...running.keys()]).toEqual([1, 2])
    await end(2)
    await end(3)
    await end(1)
    await end(4)
    expect(await Promise.all(calls)).toEqual(['done 1', 'done 2', 'done 3', 'done 4'])
  })

  it('lets one caller take no more than its share, and nobody else wait for it', async () => {
    const { as, running, end } = serve({ calls: 3, callsPerCaller: 1, waiting: 10, waitingPerCaller: 1 })
    const [ada, bob] = await Promise.all([as('ada'), as('bob')])
    const first = ada.tools.work({ job: 1 })
    const second = ada.tools.work({ job: 2 })
    await expect(ada.tools.work({ job: 3 })).rejects.toMatchObject(refused)
    const other = bob.tools.work({ job: 4 })
    await settle()
    expect([...running.keys()]).toEqual([1, 4])
    await end(1)
    await end(2)
    await end(4)
    await Promise.all([first, second, other])
  })

  it('gives a place back when a call fails or its caller leaves, running or waiting', async () => {
    const { as, running, end } = serve({ calls: 1, waiting: 1 })
    const ada = await as('ada')
    const leaving = new AbortController()
    const runs = ada.tools.work({ job: 1 }, { signal: leaving.signal })
    await settle()
    const waits = new AbortController()
    const waiting = ada.tools.work({ job: 2 }, { signal: waits.signal })
    await settle()
    waits.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' })
    const next = ada.tools.work({ job: 3 })
    await settle()
    expect(running.has(3)).toBe(false)
    // A handler that ignores its signal holds its place until it ends.
    leaving.abort()
    await expect(runs).rejects.toMatchObject({ code: 'aborted' })
    await end(1)
    await end(3)
    expect(await next).toBe('done 3')
    await expect(ada.call('nothing')).rejects.toMatchObject({ code: 'invalid_params' })
    const last = ada.tools.work({ job: 4 })
    await end(4)
    expect(await last).toBe('done 4')
  })

  it('is about a client as well', async () => {
    const gates: (() => void)[] = []
    const client = await connect(() => new Promise<Reply>((resolve) => gates.push(() => resolve({ content: [] }))), {
      use: [concurrency({ calls: 1 })],
    })
    const both = [client.call('a'), client.call('b')]
    await settle()
    expect(gates).toHaveLength(1)
    gates[0]?.()
    await vi.waitUntil(() => gates.length === 2, { interval: 1 })
    gates[1]?.()
    await Promise.all(both)
  })
})

describe('a cap on subscriptions', () => {
  it('shares places out by caller, apart from those of calls, and none waits', async () => {
    const { as, end } = serve({ calls: 1, subscriptions: 3, subscriptionsPerCaller: 2 })
    const [ada, bob] = await Promise.all([as('ada'), as('bob')])
    const open = () => ada.listen({ toolsListChanged: true })
    const [one] = await Promise.all([open(), open()])
    await expect(open()).rejects.toMatchObject(refused)
    const other = await bob.listen({ toolsListChanged: true })
    await expect(bob.listen({ toolsListChanged: true })).rejects.toMatchObject(refused)
    const call = ada.tools.work({ job: 1 })
    await end(1)
    expect(await call).toBe('done 1')
    other.close()
    await other.ended
    one.close()
    await one.ended
    await settle()
    await open()
    await ada.close()
    await bob.close()
  })
})

it.each([{ calls: 0 }, { callsPerCaller: Number.NaN }, { waiting: -1 }, { subscriptions: 0 }])(
  'refuses %j',
  (options) => {
    expect(() => concurrency(options)).toThrow(RangeError)
  },
)

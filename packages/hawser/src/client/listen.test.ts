import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { AuthorizationError, type Call, ConnectionError, type Handle, ProtocolError } from '../call/index.ts'
import { connect } from '../connect.ts'
import { mcp } from '../mcp.ts'
import { command } from '../node/index.ts'
import { memoryChanges } from '../server/index.ts'
import type { Change } from './change-queue.ts'
import { createClient } from './create-client.ts'
import type mortal from './fixtures/mortal.ts'
import type { Subscription } from './listen.ts'

/** A server that acknowledges and then does as it is told. */
const byHand = (acknowledge = true) => {
  const calls: { readonly call: Call; readonly end: () => void; readonly fail: (error: Error) => void }[] = []
  const handle: Handle = (call) =>
    new Promise((resolve, fail) => {
      calls.push({ call, end: () => resolve({}), fail })
      if (acknowledge)
        call.notify({
          method: 'notifications/subscriptions/acknowledged',
          params: { notifications: { toolsListChanged: true } },
        })
    })
  return { handle, calls, client: createClient(handle) }
}

const toolsChanged = { method: 'notifications/tools/list_changed' } as const
const updated = (uri: string) => ({ method: 'notifications/resources/updated', params: { uri } }) as const

const collect = async (subscription: Subscription): Promise<readonly Change[]> => {
  const seen: Change[] = []
  for await (const change of subscription) seen.push(change)
  return seen
}

/** What a promise is rejected with. */
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'It did not fail.',
    (error: unknown) => error,
  )

const notes = mcp({ name: 'notes', version: '1.0.0', changes: memoryChanges() })
const hello = notes.tool({ description: 'Say hello.', effect: 'read', run: () => 'hello' })
const note = notes.resource({ uri: 'notes://{id}', read: ({ id }) => id })

afterEach(() => {
  vi.useRealTimers()
})

describe('listening to a server', () => {
  it('yields what changes until it is closed', async () => {
    const server = notes.server({ tools: { hello }, resources: { note } })
    await using client = await connect(server)
    const heard: Change[] = []
    const subscription = await client.listen(
      { toolsListChanged: true, resourceSubscriptions: ['notes://1'] },
      { onChange: (change) => heard.push(change) },
    )
    await server.changed.tools()
    await server.changed.prompts()
    await server.changed.resource('notes://1')
    await server.changed.resource('notes://2')
    subscription.close()
    const expected = [{ kind: 'tools' }, { kind: 'resource', uri: 'notes://1' }]
    expect(await collect(subscription)).toEqual(expected)
    expect(heard).toEqual(expected)
    await subscription.ended
  })

  // basic/patterns/subscriptions#acknowledgment: clients check what was agreed to.
  // spec: listen-subset
  it('says what the server agreed to', async () => {
    const server = notes.server({ tools: { hello } })
    await using client = await connect(server)
    const asked = { toolsListChanged: true, promptsListChanged: true, resourceSubscriptions: ['notes://1'] }
    await using subscription = await client.listen(asked)
    expect(subscription.filter).toEqual({ toolsListChanged: true })
  })

  it('ends when the server closes, or has nothing to tell', async () => {
    const server = notes.server({ tools: { hello } })
    await using client = await connect(server)
    const subscription = await client.listen({ toolsListChanged: true })
    await server.close()
    expect(await collect(subscription)).toEqual([])
    expect(await collect(await client.listen({}))).toEqual([])
  })

  it('ends when the client is closed or a signal is aborted', async () => {
    const server = notes.server({ tools: { hello } })
    const client = await connect(server)
    const controller = new AbortController()
    const one = await client.listen({ toolsListChanged: true }, { signal: controller.signal })
    const two = await client.listen({ toolsListChanged: true })
    controller.abort()
    await one.ended
    await client.close()
    await two.ended
    await expect(client.listen({ toolsListChanged: true })).rejects.toMatchObject({ code: 'aborted' })
  })
})

describe('a subscription', () => {
  it('wakes a reader that waits', async () => {
    const { client, calls } = byHand()
    const subscription = await client.listen({ toolsListChanged: true })
    const reading = subscription[Symbol.asyncIterator]().next()
    calls[0]?.call.notify(toolsChanged)
    expect(await reading).toEqual({ done: false, value: { kind: 'tools' } })
    subscription.close()
  })

  it('serves two readers, each change to one of them', async () => {
    const { client, calls } = byHand()
    const subscription = await client.listen({ toolsListChanged: true })
    const reading = Promise.all([collect(subscription), collect(subscription)])
    await Promise.resolve()
    calls[0]?.call.notify(toolsChanged)
    calls[0]?.end()
    expect((await reading).flat()).toEqual([{ kind: 'tools' }])
  })

  it('does not repeat a change that still waits to be read', async () => {
    const { client, calls } = byHand()
    const subscription = await client.listen({ toolsListChanged: true })
    for (let time = 0; time < 3; time++) calls[0]?.call.notify(toolsChanged)
    for (const uri of ['a', 'b', 'a']) calls[0]?.call.notify(updated(uri))
    calls[0]?.end()
    expect(await collect(subscription)).toEqual([
      { kind: 'tools' },
      { kind: 'resource', uri: 'a' },
      { kind: 'resource', uri: 'b' },
    ])
  })

  it('keeps a thousand changes and forgets the oldest', async () => {
    const { client, calls } = byHand()
    const subscription = await client.listen({})
    for (let at = 0; at < 1500; at++) calls[0]?.call.notify(updated(`${at}`))
    calls[0]?.end()
    const seen = await collect(subscription)
    expect([seen.length, seen[0]]).toEqual([1000, { kind: 'resource', uri: '500' }])
  })

  it('throws where it is read when the connection breaks', async () => {
    const { client, calls } = byHand()
    const subscription = await client.listen({ toolsListChanged: true }, { reconnect: 0 })
    calls[0]?.call.notify(toolsChanged)
    calls[0]?.fail(new ConnectionError('disconnected', 'gone'))
    const reader = subscription[Symbol.asyncIterator]()
    expect(await reader.next()).toEqual({ done: false, value: { kind: 'tools' } })
    await expect(reader.next()).rejects.toMatchObject({ code: 'disconnected' })
    await expect(subscription.ended).rejects.toMatchObject({ code: 'disconnected' })
  })

  // basic/patterns/subscriptions#acknowledgment: nothing before it.
  it('ignores what comes before the acknowledgment', async () => {
    const { client, calls } = byHand(false)
    const listening = client.listen({ toolsListChanged: true })
    calls[0]?.call.notify(toolsChanged)
    calls[0]?.call.notify({ method: 'notifications/subscriptions/acknowledged', params: { notifications: {} } })
    calls[0]?.end()
    expect(await collect(await listening)).toEqual([])
  })

  it('ignores what comes after its end', async () => {
    const { client, calls } = byHand()
    const subscription = await client.listen({ toolsListChanged: true })
    calls[0]?.end()
    await subscription.ended
    calls[0]?.call.notify(toolsChanged)
    expect(await collect(subscription)).toEqual([])
  })

  it('that ends without an acknowledgment is refused', async () => {
    const { client, calls } = byHand(false)
    const listening = client.listen({ toolsListChanged: true })
    calls[0]?.end()
    await expect(listening).rejects.toMatchObject({ code: 'bad_reply' })
  })

  it('must be acknowledged in time, and then has no limit', async () => {
    vi.useFakeTimers()
    const silent = failure(byHand(false).client.listen({}, { timeout: 500 }))
    await vi.advanceTimersByTimeAsync(500)
    expect(await silent).toMatchObject({ code: 'timeout' })
    const { client, calls } = byHand()
    const subscription = await client.listen({ toolsListChanged: true })
    expect(vi.getTimerCount()).toBe(0)
    expect(calls[0]?.call.signal.aborted).toBe(false)
    subscription.close()
    expect(calls[0]?.call.signal.aborted).toBe(true)
  })

  it('surfaces the error of a callback that throws', async () => {
    const { client, calls } = byHand()
    const cause = new Error('broken callback')
    const onChange = () => {
      throw cause
    }
    const subscription = await client.listen({ toolsListChanged: true }, { onChange })
    calls[0]?.call.notify(toolsChanged)
    await expect(subscription.ended).rejects.toMatchObject({ cause })
  })
})

describe('a subscription that is lost', () => {
  const lost = new ConnectionError('disconnected', 'gone')
  const turns = () => vi.advanceTimersByTimeAsync(0)

  it('is opened again, and then reports everything that it listens to', async () => {
    vi.useFakeTimers()
    const { client, calls } = byHand()
    const heard: Change[] = []
    const subscription = await client.listen(
      { toolsListChanged: true },
      { onChange: (change) => void heard.push(change) },
    )
    calls[0]?.fail(lost)
    await vi.advanceTimersByTimeAsync(500)
    expect(calls).toHaveLength(2)
    expect(heard).toEqual([{ kind: 'tools', gap: true }])
    // What is late from the lost connection does not count.
    calls[0]?.call.notify(toolsChanged)
    calls[1]?.call.notify(toolsChanged)
    expect(heard).toEqual([{ kind: 'tools', gap: true }, { kind: 'tools' }])
    calls[1]?.end()
    await subscription.ended
  })

  it('knows of a gap in all that was agreed before or is now', async () => {
    vi.useFakeTimers()
    const calls: Call[] = []
    const filters = [
      { promptsListChanged: true, resourceSubscriptions: ['a', 'b'] },
      { resourcesListChanged: true, resourceSubscriptions: ['b', 'c'] },
    ]
    const fails: ((error: Error) => void)[] = []
    const client = createClient(
      (call) =>
        new Promise((_, fail) => {
          call.notify({
            method: 'notifications/subscriptions/acknowledged',
            params: { notifications: filters[calls.length] ?? {} },
          })
          calls.push(call)
          fails.push(fail)
        }),
    )
    const subscription = await client.listen({ resourceSubscriptions: ['a', 'b', 'c'] })
    expect(subscription.filter).toBe(filters[0])
    fails[0]?.(lost)
    await vi.advanceTimersByTimeAsync(500)
    expect(subscription.filter).toBe(filters[1])
    subscription.close()
    expect(await collect(subscription)).toEqual([
      { kind: 'prompts', gap: true },
      { kind: 'resources', gap: true },
      { kind: 'resource', uri: 'a', gap: true },
      { kind: 'resource', uri: 'b', gap: true },
      { kind: 'resource', uri: 'c', gap: true },
    ])
  })

  it('waits twice as long before each attempt, a minute at most, and not all clients the same time', async () => {
    vi.useFakeTimers()
    const { client, calls } = byHand()
    const subscription = await client.listen({ toolsListChanged: true })
    for (const [at, full] of [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000].entries()) {
      const random = vi.spyOn(Math, 'random').mockReturnValue(at % 2 === 0 ? 0 : 0.999)
      calls[at]?.fail(lost)
      const least = at % 2 === 0 ? full / 2 : full * 0.999
      await vi.advanceTimersByTimeAsync(Math.floor(least) - 1)
      expect(calls).toHaveLength(at + 1)
      await vi.advanceTimersByTimeAsync(full * 0.001 + 2)
      expect(calls).toHaveLength(at + 2)
      random.mockRestore()
    }
    subscription.close()
  })

  it('starts with the shortest wait when it had been well for a while', async () => {
    vi.useFakeTimers()
    const { client, calls } = byHand()
    const subscription = await client.listen({ toolsListChanged: true })
    for (let at = 0; at < 5; at++) {
      calls[at]?.fail(lost)
      await vi.advanceTimersByTimeAsync(16_000)
    }
    await vi.advanceTimersByTimeAsync(60_000)
    calls[5]?.fail(lost)
    await vi.advanceTimersByTimeAsync(501)
    expect(calls).toHaveLength(7)
    subscription.close()
  })

  it('waits as long as the server asks', async () => {
    vi.useFakeTimers()
    const { client, calls } = byHand()
    const subscription = await client.listen({ toolsListChanged: true })
    calls[0]?.fail(new ConnectionError('unavailable', 'busy', { retryAfterMs: 90_000 }))
    await vi.advanceTimersByTimeAsync(89_999)
    expect(calls).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(calls).toHaveLength(2)
    subscription.close()
  })

  it('is given up after so many attempts in a row', async () => {
    vi.useFakeTimers()
    const { client, calls } = byHand()
    const subscription = await client.listen({ toolsListChanged: true }, { reconnect: 2 })
    const ended = failure(subscription.ended)
    for (const at of [0, 1, 2]) {
      calls[at]?.fail(lost)
      await vi.advanceTimersByTimeAsync(1000)
    }
    expect(await ended).toBe(lost)
    expect(calls).toHaveLength(3)
  })

  it.each([
    new ProtocolError('forbidden', 'no'),
    new ProtocolError('method_not_found', 'no'),
    new AuthorizationError('invalid_token', 'no'),
    new ConnectionError('aborted', 'no'),
  ])('is not opened again after %s', async (error) => {
    vi.useFakeTimers()
    const { client, calls } = byHand()
    const subscription = await client.listen({ toolsListChanged: true })
    calls[0]?.fail(error)
    expect(await failure(subscription.ended)).toBe(error)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is not opened again when the server has ended it, or when it was never open', async () => {
    vi.useFakeTimers()
    const { client, calls } = byHand()
    const subscription = await client.listen({ toolsListChanged: true })
    calls[0]?.end()
    await subscription.ended
    const other = byHand(false)
    const listening = failure(other.client.listen({}))
    other.calls[0]?.fail(lost)
    expect(await listening).toBe(lost)
    expect([calls.length, other.calls.length, vi.getTimerCount()]).toEqual([1, 1, 0])
  })

  it('can be left while it waits for its next attempt', async () => {
    vi.useFakeTimers()
    const { client, calls } = byHand()
    const subscription = await client.listen({ toolsListChanged: true })
    calls[0]?.fail(lost)
    await turns()
    subscription.close()
    await subscription.ended
    expect(vi.getTimerCount()).toBe(0)
    expect(calls).toHaveLength(1)
  })

  it('counts an attempt that is not acknowledged in time among those that failed', async () => {
    vi.useFakeTimers()
    let isSilent = false
    const calls: Call[] = []
    const fails: ((error: Error) => void)[] = []
    const client = createClient(
      (call) =>
        new Promise((_, fail) => {
          calls.push(call)
          fails.push(fail)
          if (!isSilent)
            call.notify({ method: 'notifications/subscriptions/acknowledged', params: { notifications: {} } })
        }),
    )
    const subscription = await client.listen({}, { timeout: 100 })
    isSilent = true
    fails[0]?.(lost)
    await vi.advanceTimersByTimeAsync(600)
    expect(calls[1]?.signal.aborted).toBe(true)
    await vi.advanceTimersByTimeAsync(1000)
    expect(calls).toHaveLength(3)
    subscription.close()
  })

  // basic/patterns/subscriptions#graceful-closure: on stdio the client must subscribe again.
  // spec: listen-again
  it('is opened again with a program that was killed and is started anew', async () => {
    await using client = await connect<typeof mortal>(
      command(process.execPath, ['--conditions=hawser-source', join(import.meta.dirname, 'fixtures/mortal.ts')]),
    )
    const changes = Promise.withResolvers<Change>()
    await using subscription = await client.listen({ toolsListChanged: true }, { onChange: changes.resolve })
    const before = await client.tools.pid()
    await client.tools.die().catch(() => {})
    expect(await changes.promise).toEqual({ kind: 'tools', gap: true })
    expect(await client.tools.pid()).not.toBe(before)
    subscription.close()
  })
})

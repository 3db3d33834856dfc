import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Miniflare, MiniflareOptions } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { followTasks, type Task } from '../../extensions/tasks/index.ts'
import { type Client, connect } from '../../index.ts'
import { bundle, COMPATIBILITY, startWorkers } from '../fixtures/start-workers.ts'
import { shardOf } from './shard.ts'

/** Two Workers, with the objects in the first. */
describe('durableTasks', () => {
  let folder: string
  let script: string
  let miniflare: Miniflare

  const optionsFor = (studio: string): MiniflareOptions => {
    const serve = (name: string, scriptName?: string) => ({
      name,
      modules: true,
      script,
      ...COMPATIBILITY,
      bindings: { STUDIO: studio },
      durableObjects: { HAWSER: { className: 'HawserObject', scriptName, useSQLite: true } },
      unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    })
    return { workers: [serve('one'), serve('two', 'one')], durableObjectsPersist: folder } as MiniflareOptions
  }
  const open = async (name: string, seen: Task[] = [], answers = {}): Promise<Client> =>
    connect(new URL('/mcp', await miniflare.unsafeGetDirectURL(name)), {
      use: [followTasks({ onTask: (task) => seen.push(task), cancel: false })],
      answers,
    })
  /** Calls a tool without following the task that it becomes. */
  const begin = async (
    client: Client,
    seen: Task[],
    tool: string,
    args = {},
  ): Promise<{ id: string; done: Promise<unknown> }> => {
    const done = client.call(tool, args).catch((error: unknown) => error)
    await vi.waitFor(() => expect(seen).toHaveLength(1))
    return { id: seen[0]?.taskId ?? '', done }
  }
  const evict = (id: string): Promise<void> =>
    miniflare.unsafeEvictDurableObject('one', 'HawserObject', { name: `tasks:${shardOf(id)}` })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hawser-tasks-'))
    script = await bundle('tasks-worker.ts')
    ;({ miniflare } = await startWorkers(optionsFor('Ada')))
  })
  afterAll(async () => {
    await miniflare?.dispose()
    await rm(folder, { recursive: true, force: true })
  })

  it('works on after the answer, and any instance has the result', async () => {
    const seen: Task[] = []
    await using one = await open('one', seen)
    await using two = await open('two')
    const { id, done } = await begin(one, seen, 'render', { ms: 1_500 })
    await vi.waitFor(async () =>
      expect(await two.request('tasks/get', { taskId: id })).toMatchObject({
        status: 'working',
        statusMessage: 'Half of it',
      }),
    )
    const result = { content: [{ text: 'rendered by Ada' }] }
    expect(await done).toMatchObject(result)
    expect(await two.request('tasks/get', { taskId: id })).toMatchObject({ status: 'completed', result })
  })

  it('tells whoever listens, in another instance', async () => {
    const seen: Task[] = []
    await using one = await open('one', seen)
    await using two = await open('two')
    const { id, done } = await begin(one, seen, 'render', { ms: 500 })
    const told: unknown[] = []
    await two.request(
      'subscriptions/listen',
      { notifications: { taskIds: [id] } },
      { onNotification: ({ params }) => void told.push((params as { status?: string }).status) },
    )
    expect(told.at(-1)).toBe('completed')
    await done
  })

  it.each([
    ['a deployment', () => miniflare.setOptions(optionsFor('Bob'))],
    ['its object left the memory', (id: string) => evict(id)],
  ])('goes on with what waits for an answer after %s, in another instance', async (_, disturb) => {
    const seen: Task[] = []
    const asked = Promise.withResolvers<void>()
    const never = { elicit: () => (asked.resolve(), new Promise<never>(() => {})) }
    const one = await open('one', seen, never)
    const { id, done } = await begin(one, seen, 'title')
    await asked.promise
    await one.close()
    await done
    await disturb(id)
    const follower = followTasks()
    await using two = await connect(new URL('/mcp', await miniflare.unsafeGetDirectURL('two')), {
      use: [follower],
      answers: { elicit: () => ({ action: 'accept', content: { name: 'Storm' } }) },
    })
    expect(await follower.resume(two, id)).toMatchObject({ content: [{ text: 'reel 7 is called Storm' }] })
  })

  it('ends with the reason when somebody deploys in the middle of it', async () => {
    const seen: Task[] = []
    await using one = await open('one', seen)
    const { id, done } = await begin(one, seen, 'render', { ms: 60_000 })
    await miniflare.setOptions(optionsFor('Cleo'))
    await using two = await open('two')
    expect(await two.request('tasks/get', { taskId: id })).toMatchObject({
      status: 'failed',
      statusMessage: 'The server stopped while it worked on this task. Call the tool again.',
    })
    await done
  })

  it('is cancelled from another instance', async () => {
    const seen: Task[] = []
    await using one = await open('one', seen)
    await using two = await open('two')
    const { id, done } = await begin(one, seen, 'render', { ms: 60_000 })
    await two.request('tasks/cancel', { taskId: id })
    await vi.waitFor(async () =>
      expect(await two.request('tasks/get', { taskId: id })).toMatchObject({ status: 'cancelled' }),
    )
    await done
  })

  it('says no more of a failure than a request would, and knows no tasks that it never had', async () => {
    const seen: Task[] = []
    await using one = await open('one', seen)
    expect(await one.call('fail')).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^Internal error \(ref /) }],
    })
    for (const taskId of ['00none', 'zz', '', '/'.repeat(24)]) {
      await expect(one.request('tasks/get', { taskId })).rejects.toMatchObject({ code: 'invalid_params' })
      await expect(one.request('tasks/cancel', { taskId })).rejects.toMatchObject({ code: 'invalid_params' })
    }
    await expect(one.call('render', { ms: 'long' })).resolves.toMatchObject({ isError: true })
  })
})

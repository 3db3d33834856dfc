import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createSender } from '../extensions/tasks/fixtures/send.ts'
import {
  followTasks,
  memoryTasks,
  type StoredTask,
  type Task,
  tasks,
  type TaskStore,
} from '../extensions/tasks/index.ts'
import type { LogEntry } from '../call/index.ts'
import type { Notification } from '../protocol/index.ts'
import { connect, type Handle, mcp } from '../index.ts'
import { command } from './connect-process.ts'
import { sqliteTasks } from './sqlite-tasks.ts'

function createPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-tasks-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'tasks.db')
}

function open(path = createPath(), maxTasks?: number) {
  const store = sqliteTasks(path, { maxTasks })
  onTestFinished(() => store.close())
  return store
}

const task = (id: string, more: Partial<StoredTask> = {}): StoredTask => ({
  id,
  owner: 'ada',
  version: 1,
  open: true,
  expiresAt: Date.now() + 60_000,
  body: '{"é":"\\u0000 \u{1F6A2}"}',
  ...more,
})

afterEach(() => void vi.useRealTimers())

describe('sqliteTasks', () => {
  it('keeps what it is given, in a file that only its owner may read', () => {
    const path = createPath()
    const first = open(path)
    expect(first.create(task('a'), 9)).toBe(true)
    expect(first.create(task('b', { open: false }), 9)).toBe(true)
    expect(first.count('ada')).toBe(2)
    first.close()
    const second = open(path)
    expect(second.read('a')).toMatchObject({ ...task('a'), expiresAt: expect.any(Number) })
    expect(second.read('none')).toBeUndefined()
    expect(second.listOpen()).toMatchObject([{ id: 'a' }])
    const others = process.platform === 'win32' ? 0 : statSync(path).mode & 0o077
    expect(others).toBe(0)
  })

  it('replaces only the version before', () => {
    const store = open()
    void store.create(task('a'), 9)
    expect(store.replace(task('a', { version: 2, body: '2' }))).toBe(true)
    expect(store.replace(task('a', { version: 2, body: 'late' }))).toBe(false)
    expect(store.replace(task('a', { version: 4, body: 'early' }))).toBe(false)
    expect(store.replace(task('none', { version: 2 }))).toBe(false)
    expect(store.read('a')).toMatchObject({ version: 2, body: '2' })
  })

  it('has room for so many tasks of one owner, and of all', () => {
    const store = open(undefined, 3)
    expect(store.create(task('a'), 1)).toBe(true)
    expect(store.create(task('b'), 1)).toBe(false)
    expect(store.create(task('c', { owner: 'eve' }), 1)).toBe(true)
    expect(store.create(task('d', { owner: 'bob' }), 1)).toBe(true)
    expect(store.create(task('e', { owner: 'joe' }), 1)).toBe(false)
  })

  it('forgets what has expired', () => {
    const store = open()
    void store.create(task('old', { expiresAt: Date.now() - 1 }), 9)
    expect(store.read('old')).toBeUndefined()
    expect(store.count('ada')).toBe(0)
    expect(store.replace(task('old', { version: 2 }))).toBe(false)
    expect(store.listOpen()).toEqual([])
    expect(store.create(task('new'), 1)).toBe(true)
  })

  it('loses nothing when writing fails', () => {
    const store = open()
    void store.create(task('a'), 9)
    expect(() => store.create(task('a'), 9)).toThrow('UNIQUE')
    expect(store.create(task('b'), 9)).toBe(true)
    expect(() => open(join(createPath(), 'no', 'folder.db')).count('ada')).toThrow('ENOENT')
  })

  it('does not open the file before it is needed', () => {
    const path = createPath()
    open(path)
    expect(() => statSync(path)).toThrow('ENOENT')
    expect(() => sqliteTasks(path, { maxTasks: 0 })).toThrow(RangeError)
  })

  it('knows of processes of this machine whether they are gone', async () => {
    const store = open()
    expect(await store.isGone?.(store.worker ?? '')).toBe(false)
    expect(await store.isGone?.(`${hostname()} ${process.ppid} x`)).toBe(false)
    expect(await store.isGone?.(`${hostname()} 2147483646 x`)).toBe(true)
    // The same number, but another process: this one has no such worker.
    expect(await store.isGone?.(`${hostname()} ${process.pid} x`)).toBe(true)
    expect(await store.isGone?.('another-machine 2147483646 x')).toBe(false)
    expect(await store.isGone?.('nonsense')).toBe(false)
  })
})

describe('both stores', () => {
  const { assert, asyncProperty, boolean, constantFrom, integer, nat, oneof, record } = fc
  const id = constantFrom('a', 'b', 'c', 'd')
  const owner = constantFrom('ada', 'eve')
  const step = oneof(
    record({ do: fc.constant('create' as const), id, owner, most: integer({ min: 1, max: 3 }), lasts: nat(3) }),
    record({ do: fc.constant('replace' as const), id, version: integer({ min: 1, max: 4 }), open: boolean() }),
    record({ do: fc.constant('look' as const), id, owner }),
    record({ do: fc.constant('wait' as const), ms: integer({ min: 1, max: 2 }) }),
  )

  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
  const take = async (store: TaskStore, each: Step): Promise<unknown> => {
    switch (each.do) {
      case 'create': {
        // Ids are random, so none is created twice.
        if ((await store.read(each.id)) !== undefined) return 'taken'
        const made = task(each.id, { owner: each.owner, expiresAt: Date.now() + each.lasts })
        return store.create(made, each.most)
      }
      case 'replace': {
        const known = (await store.read(each.id)) ?? task(each.id)
        return store.replace({ ...known, version: each.version, open: each.open, expiresAt: Date.now() + 2 })
      }
      case 'look':
        return Promise.all([store.read(each.id), store.count(each.owner), store.listOpen()])
      case 'wait':
        return void vi.setSystemTime(Date.now() + each.ms)
    }
  }
  const run = async (store: TaskStore, steps: readonly Step[]): Promise<unknown[]> => {
    vi.setSystemTime(1_000)
    const results: unknown[] = []
    for (const each of steps) results.push(await take(store, each))
    return results
  }

  it('do the same, whatever is done', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    await assert(
      asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        using file = sqliteTasks(':memory:', { maxTasks: 3 })
        expect(await run(file, steps)).toEqual(await run(memoryTasks({ maxTasks: 3 }), steps))
      }),
    )
  })
})

describe('a server with its tasks in a file', { timeout: 30_000 }, () => {
  /** Starts it anew with the next call after each crash. */
  const start = (path: string): Handle => {
    const file = join(import.meta.dirname, 'fixtures/film-server.ts')
    const link = command(process.execPath, ['--conditions=hawser-source', '--no-warnings', file, path])
    onTestFinished(() => link[Symbol.asyncDispose]())
    return link.handle
  }
  const answers = { elicit: () => ({ action: 'accept', content: { title: 'Storm' } }) as const }

  it('fails what it was working on when it crashed, and says so', async () => {
    const server = start(createPath())
    const seen = Promise.withResolvers<Task>()
    const working = Promise.withResolvers<void>()
    await using client = await connect(server, {
      use: [followTasks({ onTask: seen.resolve })],
      onProgress: ({ message }) => message === 'Half of it' && working.resolve(),
    })
    const rendering = client.call('render').catch((error: unknown) => error)
    await working.promise
    await client.call('crash').catch(() => {})
    expect(await rendering).toMatchObject({
      name: 'ProtocolError',
      code: 'internal_error',
      message: 'The server stopped while it worked on this task. Call the tool again.',
    })
    const { taskId } = await seen.promise
    expect(await client.request('tasks/get', { taskId })).toMatchObject({
      status: 'failed',
      error: { code: -32603 },
      statusMessage: 'The server stopped while it worked on this task. Call the tool again.',
    })
  })

  it('has the result of what was done before it crashed', async () => {
    const server = start(createPath())
    const seen: Task[] = []
    await using client = await connect(server, { use: [followTasks({ onTask: (each) => seen.push(each) })] })
    expect(await client.call('sketch')).toMatchObject({ content: [{ text: 'sketched' }] })
    await client.call('crash').catch(() => {})
    expect(await client.request('tasks/get', { taskId: seen[0]!.taskId })).toMatchObject({
      status: 'completed',
      result: { content: [{ text: 'sketched' }] },
    })
  })

  it('goes on in another process with what waited for an answer, if they share their keys', async () => {
    const server = start(createPath())
    const seen: Task[] = []
    const asked = Promise.withResolvers<void>()
    const never = { elicit: () => (asked.resolve(), new Promise<never>(() => {})) }
    const leaving = followTasks({ cancel: false, onTask: (each) => seen.push(each) })
    const client = await connect(server, { use: [leaving], answers: never })
    const titling = client.call('title', { film: 'reel 7' }).catch(() => {})
    await asked.promise
    await client.call('crash').catch(() => {})
    await client.close()
    await titling
    const follower = followTasks()
    await using again = await connect(server, { use: [follower], answers })
    expect(await follower.resume(again, seen[0]!.taskId)).toMatchObject({
      content: [{ text: 'reel 7 is called Storm; another process.' }],
    })
  })
})

describe('processes that share a file', { timeout: 60_000 }, () => {
  it('open it and write to it at the same time', async () => {
    const path = createPath()
    const file = join(import.meta.dirname, 'fixtures/film-server.ts')
    const links = Array.from({ length: 3 }, () =>
      command(process.execPath, ['--conditions=hawser-source', '--no-warnings', file, path]),
    )
    const clients = await Promise.all(links.map((link) => connect(link, { use: [followTasks()] })))
    onTestFinished(async () => void (await Promise.all(clients.map((client) => client.close()))))
    await Promise.all(clients.map((client) => client.discover()))
    const calls = clients.flatMap((client) => Array.from({ length: 20 }, () => client.call('sketch')))
    const results = await Promise.all(calls)
    expect(results.every(({ content }) => JSON.stringify(content).includes('sketched'))).toBe(true)
  })
})

describe('a server with its tasks in a file, over stdio', () => {
  it('tells subscribers how its tasks get on', async () => {
    const file = join(import.meta.dirname, 'fixtures/film-server.ts')
    const link = command(process.execPath, ['--conditions=hawser-source', '--no-warnings', file, createPath()])
    const seen = Promise.withResolvers<Task>()
    await using client = await connect(link, { use: [followTasks({ onTask: seen.resolve })] })
    const rendering = client.call('render').catch(() => {})
    const { taskId } = await seen.promise
    const notifications: Notification[] = []
    const onNotification = (notification: Notification) => void notifications.push(notification)
    const listening = client.request(
      'subscriptions/listen',
      { notifications: { taskIds: [taskId] } },
      { onNotification },
    )
    await expect
      .poll(() => notifications.at(-1))
      .toMatchObject({ method: 'notifications/tasks', params: { taskId, status: 'working' } })
    await client.request('tasks/cancel', { taskId })
    await listening
    expect(notifications.at(-1)).toMatchObject({ params: { status: 'cancelled' } })
    await rendering
  })
})

describe('servers that share a file', () => {
  const create = (store: TaskStore) => {
    const entries: LogEntry[] = []
    const aborted: unknown[] = []
    const app = mcp({ name: 'films', version: '1.0.0', log: (entry) => void entries.push(entry) })
    const server = app.server({
      tools: {
        render: app.tool({
          description: 'Renders.',
          effect: 'write',
          long: true,
          run: (_, { signal }) =>
            new Promise<string>((_resolve, reject) =>
              signal.addEventListener('abort', () => {
                aborted.push(signal.reason)
                reject(signal.reason as Error)
              }),
            ),
        }),
      },
      use: [tasks({ store, patience: 0, pollInterval: 10 })],
    })
    return { ada: createSender(server), entries, aborted }
  }

  it('leave each other’s work alone, as long as it gives signs of life', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    const path = createPath()
    const first = create({ ...open(path), isGone: undefined })
    const started = first.ada.start('render')
    await vi.advanceTimersByTimeAsync(1)
    const id = await started
    const second = create({ ...open(path), isGone: undefined })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await second.ada.get(id)).toMatchObject({ status: 'working' })
    // The first process hangs: its timers do not fire, and time passes for the others.
    vi.setSystemTime(Date.now() + 21_000)
    expect(await second.ada.get(id)).toMatchObject({ status: 'failed' })
    await vi.advanceTimersByTimeAsync(6_000)
    expect(first.aborted).toHaveLength(1)
    expect(await first.ada.get(id)).toMatchObject({ status: 'failed' })
  })

  it('cancel what another of them works on', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    const path = createPath()
    const first = create(open(path))
    const second = create(open(path))
    const started = first.ada.start('render')
    await vi.advanceTimersByTimeAsync(1)
    const taskId = await started
    expect(await second.ada.send('tasks/cancel', { taskId })).toMatchObject({ resultType: 'complete' })
    expect(await second.ada.get(taskId)).toMatchObject({ status: 'working', statusMessage: 'Cancelling.' })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await second.ada.get(taskId)).toMatchObject({ status: 'cancelled' })
    expect(first.aborted).toHaveLength(1)
  })

  it('clean up after one that crashed before they answer for any task', async () => {
    const path = createPath()
    const crashed = create({ ...open(path), worker: `${hostname()} 2147483646 x` })
    const id = await crashed.ada.start('render')
    const { ada, entries } = create(open(path))
    expect(await ada.send('tasks/get', { taskId: 'any' })).toMatchObject({ error: { code: -32602 } })
    expect(entries).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: 'Tasks that a process left unfinished when it ended: 1. They failed.',
      }),
    )
    const rows = new DatabaseSync(path, { readOnly: true }).prepare('SELECT open, body FROM tasks').all()
    expect(rows).toMatchObject([{ open: 0, body: expect.stringContaining('The server stopped') }])
    expect(await ada.get(id)).toMatchObject({ status: 'failed' })
  })
})

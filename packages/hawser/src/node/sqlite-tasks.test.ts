import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { followTasks, memoryTasks, type StoredTask, type Task, type TaskStore } from '../extensions/tasks/index.ts'
import type { Notification } from '../protocol/index.ts'
import { connect, type Handle } from '../index.ts'
import { testTaskStore } from '../extensions/tasks/fixtures/store-suite.ts'
import { command } from './connect-process.ts'
import { createFilms } from './fixtures/render.ts'
import { sqliteTasks } from './sqlite-tasks.ts'

/** Milliseconds after which whoever gave no sign of life is taken for dead. */
const LEASE = 21_000

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
  expiresAt: Date.now() + 60_000,
  body: '{"é":"\\u0000 \u{1F6A2}"}',
  ...more,
})

afterEach(() => void vi.useRealTimers())

describe.each([
  ['memoryTasks', () => memoryTasks()],
  ['sqliteTasks', () => open()],
])('a task in %s', (_, createStore) => {
  testTaskStore(createStore)
})

describe('sqliteTasks', () => {
  it('keeps what it is given, in a file that only its owner may read', () => {
    const path = createPath()
    const first = open(path)
    expect(first.create(task('a'), 9)).toBe(true)
    expect(first.create(task('b'), 9)).toBe(true)
    expect(first.count('ada')).toBe(2)
    first.close()
    const second = open(path)
    expect(second.read('a')).toMatchObject({ ...task('a'), expiresAt: expect.any(Number) })
    expect(second.read('none')).toBeUndefined()
    const others = process.platform === 'win32' ? 0 : statSync(path).mode & 0o077
    expect(others).toBe(0)
  })

  it('has room for so many tasks of one owner, and of all', () => {
    const store = open(undefined, 3)
    expect(store.create(task('a'), 1)).toBe(true)
    expect(store.create(task('b'), 1)).toBe(false)
    expect(store.create(task('c', { owner: 'eve' }), 1)).toBe(true)
    expect(store.create(task('d', { owner: 'bob' }), 1)).toBe(true)
    expect(store.create(task('e', { owner: 'joe' }), 1)).toBe(false)
  })

  it('loses nothing when writing fails', () => {
    const store = open()
    void store.create(task('a'), 9)
    expect(() => store.create(task('a'), 9)).toThrow('UNIQUE')
    expect(store.create(task('b'), 9)).toBe(true)
    expect(() => open(join(createPath(), 'no', 'folder.db')).count('ada')).toThrow('ENOENT')
  })

  // Where the locks of a process can be read. SQLite before 3.51 takes a file for unused whose lock is gone.
  it.skipIf(!existsSync('/proc/locks'))('leaves its file locked when another store of the process opens it', () => {
    const path = createPath()
    void open(path).count('ada')
    const isLocked = () => readFileSync('/proc/locks', 'utf8').includes(`:${statSync(path).ino} `)
    expect(isLocked()).toBe(true)
    void open(path).count('ada')
    expect(isLocked()).toBe(true)
  })

  it('does not open the file before it is needed', () => {
    const path = createPath()
    open(path)
    expect(() => statSync(path)).toThrow('ENOENT')
    expect(() => sqliteTasks(path, { maxTasks: 0 })).toThrow(RangeError)
  })
})

describe('both stores', () => {
  const { assert, asyncProperty, constantFrom, integer, nat, oneof, record } = fc
  const id = constantFrom('a', 'b', 'c', 'd')
  const owner = constantFrom('ada', 'eve')
  const step = oneof(
    record({ do: fc.constant('create' as const), id, owner, most: integer({ min: 1, max: 3 }), lasts: nat(3) }),
    record({ do: fc.constant('replace' as const), id, version: integer({ min: 1, max: 4 }) }),
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
        return store.replace({ ...known, version: each.version, expiresAt: Date.now() + 2 })
      }
      case 'look':
        return Promise.all([store.read(each.id), store.count(each.owner)])
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

  it('has failed what it was working on when it crashed, once that shows, and says so', async () => {
    const path = createPath()
    const seen = Promise.withResolvers<Task>()
    const working = Promise.withResolvers<void>()
    await using client = await connect(start(path), {
      use: [followTasks({ onTask: seen.resolve })],
      onProgress: ({ message }) => message === 'Half of it' && working.resolve(),
    })
    const rendering = client.call('render').catch(() => {})
    await working.promise
    const { taskId } = await seen.promise
    await client.call('crash').catch(() => {})
    expect(await client.request('tasks/get', { taskId })).toMatchObject({ status: 'working' })
    const { caller, entries } = createFilms(open(path), 'local')
    expect(await caller.get(taskId)).toMatchObject({ status: 'working' })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + LEASE })
    const statusMessage = 'The server stopped while it worked on this task. Call the tool again.'
    expect(await caller.get(taskId)).toMatchObject({ status: 'failed', error: { code: -32603 }, statusMessage })
    expect(entries).toEqual([
      { level: 'warn', name: 'render', message: 'A task has failed: whoever worked on it has given no sign of life.' },
    ])
    await client.close()
    await rendering
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
  it('leave each other’s work alone', async () => {
    const path = createPath()
    const file = join(import.meta.dirname, 'fixtures/film-server.ts')
    const link = command(process.execPath, ['--conditions=hawser-source', '--no-warnings', file, path])
    const seen = Promise.withResolvers<Task>()
    await using client = await connect(link, { use: [followTasks({ onTask: seen.resolve })] })
    const rendering = client.call('render').catch(() => {})
    const { taskId } = await seen.promise
    const { caller } = createFilms(open(path), 'local')
    expect(await caller.get(taskId)).toMatchObject({ status: 'working' })
    await client.request('tasks/cancel', { taskId })
    expect(await caller.until(taskId)).toMatchObject({ status: 'cancelled' })
    await rendering
  })

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

describe('threads that share a file', () => {
  it('leave each other’s work alone, for as long as it may still be under way', { timeout: 30_000 }, async () => {
    const path = createPath()
    const file = join(import.meta.dirname, 'fixtures/film-thread.ts')
    const execArgv = ['--conditions=hawser-source', '--no-warnings']
    const thread = new Worker(file, { workerData: path, execArgv, stdout: true })
    onTestFinished(async () => void (await thread.terminate()))
    const taskId = String(await once(thread.stdout, 'data'))
    const { caller } = createFilms(open(path))
    expect(await caller.get(taskId)).toMatchObject({ status: 'working' })
    await thread.terminate()
    expect(await caller.get(taskId)).toMatchObject({ status: 'working' })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + LEASE })
    expect(await caller.get(taskId)).toMatchObject({ status: 'failed' })
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
  it('leave each other’s work alone, as long as it gives signs of life', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    const path = createPath()
    const first = createFilms(open(path))
    const started = first.caller.start('render')
    await vi.advanceTimersByTimeAsync(1)
    const id = await started
    const second = createFilms(open(path))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await second.caller.get(id)).toMatchObject({ status: 'working' })
    // The first process hangs: its timers do not fire, and time passes for the others.
    vi.setSystemTime(Date.now() + LEASE)
    expect(await second.caller.get(id)).toMatchObject({ status: 'failed' })
    await vi.advanceTimersByTimeAsync(6_000)
    expect(first.aborted).toHaveLength(1)
    expect(await first.caller.get(id)).toMatchObject({ status: 'failed' })
  })

  it('cancel what another of them works on', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    const path = createPath()
    const first = createFilms(open(path))
    const second = createFilms(open(path))
    const started = first.caller.start('render')
    await vi.advanceTimersByTimeAsync(1)
    const taskId = await started
    expect(await second.caller.send('tasks/cancel', { taskId })).toMatchObject({ resultType: 'complete' })
    expect(await second.caller.get(taskId)).toMatchObject({ status: 'working', statusMessage: 'Cancelling.' })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await second.caller.get(taskId)).toMatchObject({ status: 'cancelled' })
    expect(first.aborted).toHaveLength(1)
  })
})

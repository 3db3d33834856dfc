import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { LogEntry } from '../../call/index.ts'
import { mcp } from '../../index.ts'
import type { Notification } from '../../protocol/index.ts'
import { createSender } from './fixtures/send.ts'
import { memoryTasks, tasks, type TasksOptions, type TaskStore } from './index.ts'

const UNKNOWN = {
  error: { code: -32602, message: 'Unknown task: params.taskId names none of yours, or it has expired.' },
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

function serve(options: TasksOptions = {}) {
  const entries: LogEntry[] = []
  const counts = { started: 0, aborted: 0 }
  const app = mcp({
    name: 'studio',
    version: '1.0.0',
    scopes: { films: 'Render films' },
    log: (entry) => void entries.push(entry),
  })
  const long = { description: 'Takes long.', effect: 'write', long: true } as const
  const server = app.server({
    tools: {
      hang: app.tool({
        ...long,
        run: async (_, { signal }) => {
          counts.started++
          signal.addEventListener('abort', () => counts.aborted++)
          await new Promise(() => {})
        },
      }),
      secret: app.tool({
        ...long,
        scopes: ['films'],
        run: async () => (await pause(20), 'the secret of ada'),
      }),
      huge: app.tool({
        ...long,
        input: z.object({ chars: z.number() }),
        run: async ({ chars }) => (await pause(20), 'x'.repeat(chars)),
      }),
      chatter: app.tool({
        ...long,
        run: async (_, { progress }) => {
          for (let n = 0; n < 100_000; n++) progress(n, undefined, 'x'.repeat(n % 5_000))
          await pause(200)
          return 'said'
        },
      }),
      ask: app.tool({
        ...long,
        input: z.object({ text: z.string().optional() }),
        run: async (_, { ask }) => {
          await pause(20)
          return JSON.stringify(await ask('q', { message: '?', answer: z.object({ yes: z.boolean() }) }))
        },
      }),
      askAndHang: app.tool({
        ...long,
        run: async (_, { ask }) => {
          await pause(20)
          await ask('q', { message: '?', answer: z.object({ yes: z.boolean() }) })
          await new Promise(() => {})
        },
      }),
      wrong: app.tool({
        ...long,
        output: z.any(),
        text: () => 'wrong',
        run: async () => (await pause(20), { n: 1n }),
      }),
    },
    use: [tasks({ patience: 0, pollInterval: 10, ...options })],
  })
  return { server, counts, entries, ada: createSender(server, { scopes: ['films'] }) }
}

/** A store that does as it is told. */
function breakStore(broken: Partial<TaskStore>, store = memoryTasks()): TaskStore {
  return { ...store, ...broken }
}

describe('ids of others', () => {
  // tasks#security-considerations: authorization checks on each task-related request
  it.each([
    ['another principal', { as: 'eve', scopes: ['films'] }],
    ['nobody', { as: null }],
    ['a principal whose name looks like none', { as: 'null' }],
  ])('are unknown to %s, by every method and in the same words', async (_, who) => {
    const { ada, server } = serve()
    const taskId = await ada.start('ask')
    await ada.until(taskId)
    const eve = createSender(server, who)
    for (const id of [taskId, 'none']) {
      expect(await eve.send('tasks/get', { taskId: id })).toEqual(UNKNOWN)
      const inputResponses = { q: { action: 'accept', content: { yes: true } } }
      expect(await eve.send('tasks/update', { taskId: id, inputResponses })).toEqual(UNKNOWN)
      expect(await eve.send('tasks/cancel', { taskId: id })).toEqual(UNKNOWN)
      const notifications: Notification[] = []
      await eve.send('subscriptions/listen', { notifications: { taskIds: [id] } }, { notifications })
      expect(notifications).toMatchObject([{ params: { notifications: {} } }])
    }
    expect(await ada.get(taskId)).toMatchObject({ status: 'input_required' })
  })

  // spec: handle-random
  it('cannot be guessed', async () => {
    const { ada } = serve()
    const ids = await Promise.all(Array.from({ length: 50 }, () => ada.start('hang')))
    expect(new Set(ids).size).toBe(50)
    // 144 bits in base64url.
    expect(ids.every((id) => /^[\w-]{24}$/.test(id))).toBe(true)
  })

  it('do not open what their owner may not see any more', async () => {
    const { ada, server } = serve()
    const taskId = await ada.start('secret')
    await ada.until(taskId)
    const narrowed = createSender(server)
    const refused = { error: { code: 403, data: { requiredScopes: ['films'] } } }
    expect(await narrowed.send('tasks/get', { taskId })).toMatchObject(refused)
    expect(await narrowed.send('tasks/cancel', { taskId })).toMatchObject(refused)
    expect(await narrowed.send('subscriptions/listen', { notifications: { taskIds: [taskId] } })).toMatchObject(refused)
  })

  it.each([undefined, null, 7, {}, [], '', 'x'.repeat(1_000_000), '__proto__', 'constructor'])(
    'that are none are refused: %.20j',
    async (taskId) => {
      expect(await serve().ada.send('tasks/get', { taskId })).toEqual(UNKNOWN)
    },
  )
})

describe('floods', () => {
  it('of tasks are bounded for each caller, and leave room for others', async () => {
    const { ada, server, counts } = serve({ perCaller: 5 })
    const replies = await Promise.all(Array.from({ length: 50 }, () => ada.send('tools/call', { name: 'hang' })))
    expect(replies.filter(({ resultType }) => resultType === 'task')).toHaveLength(5)
    const refused = replies.filter(({ isError }) => isError === true)
    expect(refused).toHaveLength(45)
    expect(JSON.stringify(refused[0])).toContain('too many tasks')
    // What is refused was not begun.
    expect(counts.started).toBe(5)
    expect(await createSender(server, { as: 'eve' }).start('hang')).toEqual(expect.any(String))
  })

  it('are over when tasks are forgotten', async () => {
    const { ada } = serve({ perCaller: 1, ttl: 40 })
    const id = await ada.start('secret')
    expect(await ada.send('tools/call', { name: 'secret' })).toMatchObject({ isError: true })
    await ada.until(id)
    await expect.poll(() => ada.send('tools/call', { name: 'secret' })).toMatchObject({ resultType: 'task' })
  })

  it('of looks change and keep nothing', async () => {
    const { ada } = serve()
    const id = await ada.start('hang')
    const before = await ada.get(id)
    const looks = await Promise.all(Array.from({ length: 5_000 }, () => ada.get(id)))
    expect(looks.every((look) => JSON.stringify(look) === JSON.stringify(before))).toBe(true)
  })

  it('of progress are written down once an interval', async () => {
    let writes = 0
    const store = memoryTasks()
    const counting = breakStore({ replace: (task) => (writes++, store.replace(task)) }, store)
    const { ada } = serve({ store: counting })
    const id = await ada.start('chatter')
    const { statusMessage } = await ada.get(id)
    expect(String(statusMessage).length).toBeLessThanOrEqual(1_000)
    expect(await ada.until(id)).toMatchObject({ status: 'completed' })
    expect(writes).toBeLessThan(30)
  })

  it('of subscriptions and ids are bounded', async () => {
    const { ada } = serve()
    const id = await ada.start('hang')
    const taskIds = Array.from({ length: 101 }, () => id)
    expect(await ada.send('subscriptions/listen', { notifications: { taskIds } })).toMatchObject({
      error: { code: -32602 },
    })
    expect(await ada.send('subscriptions/listen', { notifications: { taskIds: 'x' } })).toMatchObject({
      error: { code: -32602 },
    })
    expect(await ada.send('subscriptions/listen', { notifications: { taskIds: [7] } })).toMatchObject({
      error: { code: -32602 },
    })
    const aborter = new AbortController()
    const params = { notifications: { taskIds: [id] } }
    const open = Array.from({ length: 1024 }, () =>
      ada.send('subscriptions/listen', params, { signal: aborter.signal }),
    )
    expect(await ada.send('subscriptions/listen', params)).toMatchObject({ error: { code: -32603 } })
    aborter.abort()
    await Promise.all(open)
    const notifications: Notification[] = []
    const last = new AbortController()
    const listening = ada.send('subscriptions/listen', params, { notifications, signal: last.signal })
    await expect.poll(() => notifications).toHaveLength(2)
    last.abort()
    await listening
  })

  it('fill a store in memory to its bounds and no further', async () => {
    const { ada } = serve({ store: memoryTasks({ maxChars: 10_000 }) })
    const id = await ada.start('huge', { chars: 20_000 })
    expect(await ada.until(id)).toMatchObject({ status: 'failed', error: { code: -32603 } })
    const few = serve({ store: memoryTasks({ maxTasks: 2 }) })
    await few.ada.start('hang')
    await createSender(few.server, { as: 'eve' }).start('hang')
    const third = await createSender(few.server, { as: 'bob' }).send('tools/call', { name: 'hang' })
    expect(third).toMatchObject({ isError: true })
    expect(few.counts.aborted).toBe(1)
    expect(() => memoryTasks({ maxTasks: 0 })).toThrow(RangeError)
  })
})

describe('results', () => {
  it('that are huge are not kept, and the model is told', async () => {
    const { ada } = serve({ maxResultChars: 1_000 })
    const id = await ada.start('huge', { chars: 100_000 })
    const task = await ada.until(id)
    expect(task).toMatchObject({ status: 'completed', result: { isError: true } })
    expect(JSON.stringify(task).length).toBeLessThan(1_000)
  })

  it('that cannot be sent fail the task, with the cause in the log only', async () => {
    const { ada, entries } = serve()
    const task = await ada.until(await ada.start('wrong'))
    expect(task).toMatchObject({ status: 'failed', error: { code: -32603 } })
    expect(String(task['statusMessage'])).toMatch(/^Internal error \(ref \w+\)$/)
    expect(entries).toContainEqual(expect.objectContaining({ level: 'error', name: 'wrong' }))
  })
})

describe('times', () => {
  it.each([0, -1, 1.5, Number.NaN, Infinity, 2 ** 31])('of %d cannot be set', (ms) => {
    expect(() => tasks({ ttl: ms })).toThrow(RangeError)
    expect(() => tasks({ pollInterval: ms })).toThrow(RangeError)
    expect(() => tasks({ perCaller: ms })).toThrow(RangeError)
    expect(() => tasks({ maxResultChars: ms })).toThrow(RangeError)
    expect(() => tasks({ patience: ms || -1 })).toThrow(RangeError)
  })

  it('of the longest kind do not end at once', async () => {
    const { ada } = serve({ ttl: 2 ** 31 - 1 })
    const id = await ada.start('hang')
    await pause(20)
    expect(await ada.get(id)).toMatchObject({ status: 'working', ttlMs: 2 ** 31 - 1 })
  })

  it('are not for clients to choose', async () => {
    const { ada } = serve()
    const hint = { ttl: 1, pollInterval: 1 }
    expect(await ada.send('tools/call', { name: 'hang', task: hint })).toMatchObject({ ttlMs: 3_600_000 })
  })
})

describe('answers', () => {
  it.each([
    ['for unknown keys', { x: { action: 'accept', content: { yes: true } } }],
    ['for keys of every object', JSON.parse('{"__proto__":{"q":1},"constructor":{},"toString":{}}')],
    ['that are none', {}],
  ])('%s are acknowledged and do nothing', async (_, inputResponses) => {
    const { ada } = serve()
    const id = await ada.start('ask')
    const before = await ada.until(id)
    expect(await ada.send('tasks/update', { taskId: id, inputResponses })).toMatchObject({ resultType: 'complete' })
    expect(await ada.get(id)).toEqual(before)
  })

  it.each([
    ['missing', undefined],
    ['a list', []],
    ['text', 'yes'],
    ['null', null],
    ['huge', { q: { action: 'accept', content: { text: 'x'.repeat(300_000) } } }],
  ])('that are %s are refused', async (_, inputResponses) => {
    const { ada } = serve()
    const taskId = await ada.start('ask')
    await ada.until(taskId)
    expect(await ada.send('tasks/update', { taskId, inputResponses })).toMatchObject({ error: { code: -32602 } })
  })

  it.each([7, null, 'yes', {}, { action: 'maybe' }])('of the wrong shape are asked for again: %j', async (answer) => {
    const { ada } = serve()
    const taskId = await ada.start('ask')
    await ada.until(taskId)
    await ada.send('tasks/update', { taskId, inputResponses: { q: answer } })
    expect(await ada.until(taskId)).toMatchObject({ status: 'input_required', inputRequests: { 'q#2': {} } })
  })

  it('sent twice at once count once', async () => {
    const { ada } = serve()
    const taskId = await ada.start('ask')
    await ada.until(taskId)
    const answer = (yes: boolean) => ({ q: { action: 'accept', content: { yes } } })
    await Promise.all(
      [true, false, false].map((yes) => ada.send('tasks/update', { taskId, inputResponses: answer(yes) })),
    )
    expect(await ada.until(taskId)).toMatchObject({
      status: 'completed',
      result: { content: [{ text: '{"yes":true}' }] },
    })
  })

  it('to calls with huge arguments have nowhere to wait', async () => {
    const { ada } = serve()
    const id = await ada.start('ask', { text: 'x'.repeat(1_100_000) })
    expect(await ada.until(id)).toMatchObject({ status: 'failed', error: { code: -32603 } })
  })

  it('never end: a task asks 32 times at most', async () => {
    const { ada } = serve()
    const taskId = await ada.start('ask')
    for (let round = 1; ; round++) {
      const { status, inputRequests = {} } = await ada.until(taskId)
      if (status !== 'input_required') break
      expect(round).toBeLessThan(40)
      const inputResponses = Object.fromEntries(Object.keys(inputRequests as object).map((key) => [key, 7]))
      await ada.send('tasks/update', { taskId, inputResponses })
    }
    expect(await ada.get(taskId)).toMatchObject({ status: 'completed', result: { isError: true } })
  })
})

describe('a store that fails', () => {
  const down = (): never => {
    throw new Error('the password of the database')
  }

  it.each<[keyof TaskStore]>([['count'], ['create']])('to %s begets no task, and tells nobody why', async (method) => {
    const { ada, entries } = serve({ store: breakStore({ [method]: down }) })
    const reply = await ada.send('tools/call', { name: 'hang' })
    expect(JSON.stringify(reply)).toMatch(/Internal error \(ref \w+\)/)
    expect(JSON.stringify(reply)).not.toContain('password')
    expect(entries).toContainEqual(expect.objectContaining({ message: 'the password of the database' }))
  })

  it('for a while is asked again', async () => {
    let failures = 0
    const store = memoryTasks()
    const read: TaskStore['read'] = (id) => (failures++ === 0 ? down() : store.read(id))
    const { ada } = serve({ store: breakStore({ read }, store) })
    const id = await ada.start('hang')
    expect(await ada.get(id)).toMatchObject({ error: { code: -32603 } })
    expect(await ada.get(id)).toMatchObject({ status: 'working' })
  })

  it('to write the end of a task leaves it to its deadline, and the process up', async () => {
    const { ada, entries } = serve({ store: breakStore({ replace: down }) })
    const id = await ada.start('secret')
    await expect.poll(() => entries.length).toBeGreaterThan(1)
    expect(await ada.get(id)).toMatchObject({ status: 'working' })
  })
})

describe('a store that takes its time', () => {
  it('lets no cancellation get lost that comes while an answer is stored', async () => {
    const store = memoryTasks()
    const stored = Promise.withResolvers<void>()
    let isSlow = false
    const replace: TaskStore['replace'] = async (task) => {
      const isReplaced = store.replace(task)
      const wasSlow = isSlow
      isSlow = false
      if (wasSlow) await stored.promise
      return isReplaced
    }
    const { ada } = serve({ store: breakStore({ replace }, store) })
    const taskId = await ada.start('askAndHang')
    await ada.until(taskId, 'input_required')
    isSlow = true
    const inputResponses = { q: { action: 'accept', content: { yes: true } } }
    const answering = ada.send('tasks/update', { taskId, inputResponses })
    await expect.poll(() => ada.get(taskId)).toMatchObject({ status: 'working' })
    await ada.send('tasks/cancel', { taskId })
    stored.resolve()
    await answering
    await expect.poll(() => ada.get(taskId), { timeout: 3_000 }).toMatchObject({ status: 'cancelled' })
  })
})

describe('a caller that leaves', () => {
  it('before there is a task ends the work', async () => {
    const { ada, counts } = serve({ patience: 1_000 })
    const aborter = new AbortController()
    const calling = ada.send('tools/call', { name: 'hang' }, { signal: aborter.signal })
    await expect.poll(() => counts.started).toBe(1)
    aborter.abort()
    await expect.poll(() => counts.aborted).toBe(1)
    void calling
  })

  it('while the task is stored does not leave it working for nobody', async () => {
    const store = memoryTasks()
    const aborter = new AbortController()
    let id = ''
    const create: TaskStore['create'] = (task, most) => {
      aborter.abort()
      id = task.id
      return store.create(task, most)
    }
    const { ada, counts } = serve({ store: breakStore({ create }, store) })
    await ada.send('tools/call', { name: 'hang' }, { signal: aborter.signal })
    await expect.poll(() => counts.aborted).toBe(1)
    await expect.poll(() => ada.get(id)).toMatchObject({ status: 'failed' })
  })

  it('after that leaves the task working', async () => {
    const { ada, counts } = serve()
    const aborter = new AbortController()
    const created = await ada.send('tools/call', { name: 'hang' }, { signal: aborter.signal })
    aborter.abort()
    expect(await ada.get(String(created['taskId']))).toMatchObject({ status: 'working' })
    expect(counts.aborted).toBe(0)
  })
})

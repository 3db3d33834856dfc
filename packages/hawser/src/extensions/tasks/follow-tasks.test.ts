import { describe, expect, it, onTestFinished } from 'vitest'
import * as z from 'zod'
import {
  type Call,
  connect,
  ConnectionError,
  fail,
  type Handle,
  type Interceptor,
  mcp,
  ProtocolError,
} from '../../index.ts'
import { listen } from '../../node/index.ts'
import { connect as connectTest } from '../../testing/index.ts'
import { followTasks, memoryTasks, type Task, tasks, type TasksOptions } from './index.ts'

const Answer = z.object({ yes: z.boolean() })

function createGate() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { open: resolve, pass: promise }
}

function serve(options: TasksOptions = {}) {
  const app = mcp({ name: 'studio', version: '1.0.0', log: () => {} })
  const gate = createGate()
  const stopped: unknown[] = []
  const long = { description: 'Takes long.', effect: 'write', long: true } as const
  const server = app.server({
    tools: {
      quick: app.tool({ description: 'Is quick.', effect: 'read', run: () => 'quick' }),
      render: app.tool({
        ...long,
        input: z.object({ film: z.string() }),
        output: z.object({ seconds: z.number() }),
        run: async ({ film }, { progress, signal }) => {
          signal.addEventListener('abort', () => stopped.push(film))
          progress(1, 2, 'Half')
          await gate.pass
          return { seconds: film.length }
        },
      }),
      refuse: app.tool({
        ...long,
        run: async () => {
          await new Promise((resolve) => setTimeout(resolve, 20))
          throw fail('No such film.')
        },
      }),
      deny: app.tool({
        ...long,
        run: async () => {
          await new Promise((resolve) => setTimeout(resolve, 20))
          throw new ProtocolError('invalid_params', 'Not like this.')
        },
      }),
      wipe: app.tool({
        ...long,
        run: async (_, { ask }) => {
          await new Promise((resolve) => setTimeout(resolve, 20))
          const { yes } = await ask('sure', { message: 'Sure?', answer: Answer })
          await new Promise((resolve) => setTimeout(resolve, 20))
          const { yes: very } = await ask('very', { message: 'Very?', answer: Answer })
          return `${yes} ${very}`
        },
      }),
    },
    use: [tasks({ patience: 0, pollInterval: 50, ...options })],
  })
  return { server, gate, stopped }
}

/** Requests as they leave the client. */
function spy(): { readonly sent: Call[]; readonly interceptor: Interceptor } {
  const sent: Call[] = []
  return { sent, interceptor: (next) => (call) => (sent.push(call), next(call)) }
}

describe('a client that follows tasks', () => {
  it('gets typed results, as if the call had been answered directly', async () => {
    const { server, gate } = serve()
    const { sent, interceptor } = spy()
    await using client = await connect(server, { use: [followTasks({ onTask: () => gate.open() }), interceptor] })
    const { seconds }: { seconds: number } = await client.tools.render({ film: 'storm' })
    expect(seconds).toBe(5)
    expect(await client.tools.quick()).toBe('quick')
    expect(sent.map(({ method }) => method)).toEqual(['tools/call', 'tasks/get', 'tools/call'])
  })

  it('throws what the tool and the server say', async () => {
    await using client = await connect(serve().server, { use: [followTasks()] })
    await expect(client.tools.refuse()).rejects.toThrow('No such film.')
    await expect(client.tools.deny()).rejects.toMatchObject({ name: 'ProtocolError', code: 'invalid_params' })
  })

  it('answers the questions of a task by its answers', async () => {
    await using client = await connectTest(serve().server, {
      use: [followTasks()],
      answers: { sure: { yes: true }, very: { yes: false } },
    })
    expect(await client.tools.wipe()).toBe('true false')
  })

  it('is told of progress', async () => {
    const { server, gate } = serve()
    const news: object[] = []
    await using client = await connect(server, { use: [followTasks()] })
    const rendering = client.tools.render({ film: 'storm' }, { onProgress: (progress) => news.push(progress) })
    await expect.poll(() => news).toEqual([{ progress: 1, total: 2, message: 'Half' }])
    gate.open()
    await rendering
  })

  it('cancels the task when its call is aborted', async () => {
    const { server, stopped } = serve()
    await using client = await connect(server, { use: [followTasks()] })
    const aborter = new AbortController()
    const rendering = client.tools.render(
      { film: 'storm' },
      { signal: aborter.signal, onProgress: () => aborter.abort() },
    )
    await expect(rendering).rejects.toMatchObject({ code: 'aborted' })
    await expect.poll(() => stopped).toEqual(['storm'])
  })

  it('cancels the task when nobody answers its question', async () => {
    const { server } = serve()
    const { sent, interceptor } = spy()
    await using client = await connect(server, {
      use: [followTasks(), interceptor],
      answers: {
        elicit: () => {
          throw new Error('The window was closed.')
        },
      },
    })
    await expect(client.tools.wipe()).rejects.toThrow('The window was closed.')
    await expect.poll(() => sent.at(-1)?.method).toBe('tasks/cancel')
  })

  it('leaves the task alone if it is told to, and resumes it later', async () => {
    const { server, gate, stopped } = serve()
    const seen: Task[] = []
    const first = followTasks({ cancel: false, onTask: (task) => seen.push(task) })
    const client = await connect(server, { use: [first] })
    const rendering = client.tools.render({ film: 'storm' }).catch((error: unknown) => error)
    await expect.poll(() => seen).toHaveLength(1)
    await client.close()
    expect(await rendering).toBeInstanceOf(ConnectionError)
    gate.open()
    const later = followTasks()
    await using again = await connect(server, { use: [later] })
    const result = await later.resume(again, seen[0]!.taskId)
    expect(result.structuredContent).toEqual({ seconds: 5 })
    expect(stopped).toEqual([])
    await expect(later.resume(again, 'unknown')).rejects.toMatchObject({ code: 'invalid_params' })
  })

  it('resumes a task that asks', async () => {
    const { server } = serve()
    const seen: Task[] = []
    const first = followTasks({ cancel: false, onTask: (task) => seen.push(task) })
    const asked = Promise.withResolvers<void>()
    const client = await connect(server, {
      use: [first],
      answers: { elicit: () => (asked.resolve(), new Promise<never>(() => {})) },
    })
    const wiping = client.tools.wipe().catch(() => {})
    await asked.promise
    await client.close()
    await wiping
    const later = followTasks()
    const content = { yes: true }
    await using again = await connect(server, {
      use: [later],
      answers: { elicit: () => ({ action: 'accept', content }) },
    })
    const result = await later.resume(again, seen[0]!.taskId)
    expect(result.content).toEqual([{ type: 'text', text: 'true true' }])
  })

  it('gives up after the longest wait, and cancels', async () => {
    const { server, stopped } = serve()
    await using client = await connect(server, { use: [followTasks({ maxWait: 120 })] })
    await expect(client.tools.render({ film: 'storm' })).rejects.toMatchObject({ code: 'timeout' })
    await expect.poll(() => stopped).toEqual(['storm'])
  })

  it.each([0, -1, Number.NaN])('cannot wait for %d ms', (maxWait) => {
    expect(() => followTasks({ maxWait })).toThrow(RangeError)
  })

  // tasks#streamable-http-routing-headers
  it('does all that over HTTP, with the task in Mcp-Name', async () => {
    const { server } = serve()
    await using listener = await listen(server, { port: 0 })
    const names: (string | null)[][] = []
    await using client = await connectHttp(listener.url, names)
    expect(await client.call('wipe')).toMatchObject({ content: [{ text: 'true true' }] })
    const [, ...others] = names
    expect(others.length).toBeGreaterThan(3)
    const [, id] = others[0]!
    expect(others.every(([method, name]) => method?.startsWith('tasks/') && name === id)).toBe(true)
  })

  it('goes on when the server cannot be reached for a while', async () => {
    const { server, gate } = serve()
    let failures = 0
    const flaky: Interceptor = (next) => async (call) => {
      if (call.method === 'tasks/get' && failures++ < 2)
        throw new ConnectionError(failures === 1 ? 'disconnected' : 'unavailable', 'Gone.')
      return next(call)
    }
    await using client = await connect(server, { use: [followTasks({ onTask: () => gate.open() }), flaky] })
    expect(await client.tools.render({ film: 'storm' })).toEqual({ seconds: 5 })
    expect(failures).toBe(3)
  })

  async function connectHttp(url: string, names: (string | null)[][]) {
    return connect(url, {
      use: [followTasks()],
      answers: { elicit: () => ({ action: 'accept', content: { yes: true } }) },
      http: {
        fetch: (request) => {
          names.push([request.headers.get('mcp-method'), request.headers.get('mcp-name')])
          return fetch(request)
        },
      },
    })
  }
})

describe('a server that is not to be trusted', () => {
  const times = {
    createdAt: '2026-01-01T00:00:00Z',
    lastUpdatedAt: '2026-01-01T00:00:00Z',
    ttlMs: null,
    pollIntervalMs: 0,
  }
  const created = { resultType: 'task', taskId: 'x', status: 'working', ...times }
  const working = { taskId: 'x', status: 'working', ...times }
  const done = { ...working, status: 'completed', result: { content: [] } }

  /** Answers calls with the first reply, and each look with the next, the last one for ever. */
  async function against(first: object, looks: readonly object[] = [], onCall?: (call: Call) => void) {
    let n = 0
    const handle: Handle = async (call) => {
      onCall?.(call)
      const reply = call.method === 'tools/call' ? first : (looks[Math.min(n++, looks.length - 1)] ?? {})
      return structuredClone(reply)
    }
    const client = await connect(handle, {
      use: [followTasks({ maxWait: 500 })],
      answers: { elicit: () => ({ action: 'accept', content: {} }) },
    })
    onTestFinished(() => client.close())
    return client.call('any').catch((error: unknown) => error)
  }

  it.each<[what: string, first: object, looks?: object[]]>([
    ['a task without an id', { ...created, taskId: undefined }],
    ['a task with an empty id', { ...created, taskId: '' }],
    ['a task with an endless id', { ...created, taskId: 'x'.repeat(1_025) }],
    ['a task of an unknown status', { ...created, status: 'sleeping' }],
    ['a task whose interval is text', { ...created, pollIntervalMs: 'soon' }],
    ['another task', created, [{ ...done, taskId: 'y' }]],
    ['no task', created, [{}]],
    ['a task as the answer to a look', created, [created]],
    ['a question without a question', created, [{ ...working, status: 'input_required' }]],
    ['a completed task without a result', created, [{ ...done, result: undefined }]],
    ['a result that asks', created, [{ ...done, result: { resultType: 'input_required', requestState: 'x' } }]],
    ['a result that is a task', created, [{ ...done, result: created }]],
    ['a result that is none', created, [{ ...done, result: { text: 'x' } }]],
    ['a failed task without an error', created, [{ ...working, status: 'failed' }]],
    ['a failed task with half an error', created, [{ ...working, status: 'failed', error: { code: 'x' } }]],
  ])('is refused when it answers with %s', async (_, first, looks) => {
    expect(await against(first, looks)).toMatchObject({ name: 'ConnectionError', code: 'bad_reply' })
  })

  it('cannot make the client spin', async () => {
    let calls = 0
    const outcome = await against(created, [{ ...working, pollIntervalMs: -1 }], () => calls++)
    expect(outcome).toMatchObject({ code: 'timeout' })
    expect(calls).toBeLessThan(500 / 50 + 3)
  })

  // tasks#task-update-requests: clients deduplicate
  it('gets one answer to a question that it shows again', async () => {
    const question = {
      method: 'elicitation/create',
      params: { message: '?', requestedSchema: { type: 'object', properties: {} } },
    }
    const asking = { ...working, status: 'input_required', inputRequests: { q: question } }
    const updates: unknown[] = []
    const outcome = await against(created, [asking, {}, asking, asking, done], (call) => {
      if (call.method === 'tasks/update') updates.push(call.params)
    })
    expect(outcome).toEqual({ content: [] })
    expect(updates).toHaveLength(1)
  })

  it('is told apart when it cancels by itself', async () => {
    expect(await against(created, [{ ...working, status: 'cancelled' }])).toMatchObject({ code: 'aborted' })
  })

  // spec: result-type-known, result-type-unknown
  it('cannot answer with a task what is not followed, and nothing but a tool call', async () => {
    const server = mcp({ name: 'liar', version: '1.0.0', log: () => {} }).server({
      use: [() => async () => structuredClone<object>(created)],
    })
    await using plain = await connect(server)
    await using following = await connect(server, { use: [followTasks()] })
    await expect(plain.call('any')).rejects.toMatchObject({ code: 'bad_reply' })
    await expect(following.read('x:y')).rejects.toMatchObject({ code: 'bad_reply' })
  })
})

it('shares a store between servers without mixing up their tasks', async () => {
  const store = memoryTasks()
  const { server } = serve({ store })
  const seen: Task[] = []
  await using client = await connect(server, { use: [followTasks({ onTask: (task) => seen.push(task) })] })
  const rendering = client.tools.render({ film: 'storm' }).catch(() => {})
  await expect.poll(() => seen).toHaveLength(1)
  const app = mcp({ name: 'other', version: '1.0.0', log: () => {} })
  const other = app.server({ use: [tasks({ store })] })
  const follower = followTasks()
  await using stranger = await connect(other, { use: [follower] })
  await expect(follower.resume(stranger, seen[0]!.taskId)).rejects.toMatchObject({ code: 'invalid_params' })
  await client.close()
  await rendering
})

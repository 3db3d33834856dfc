import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { DefinitionError, fail, mcp, memoryChanges, ProtocolError } from '../../index.ts'
import type { LogEntry } from '../../call/index.ts'
import type { Notification } from '../../protocol/index.ts'
import type { Tools } from '../../server/index.ts'
import { createSender, speaksTasks } from './fixtures/send.ts'
import { tasks, type TasksOptions } from './index.ts'
import { TASKS } from './task.ts'

const Answer = z.object({ yes: z.boolean() })

/** A gate that work waits at. */
function createGate() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { open: resolve, pass: promise }
}

function serve(more: Tools<{}> = {}, options: TasksOptions = {}) {
  const entries: LogEntry[] = []
  const app = mcp({
    name: 'studio',
    version: '1.0.0',
    scopes: { films: 'Render films' },
    changes: memoryChanges(),
    log: (entry) => void entries.push(entry),
  })
  const gate = createGate()
  const long = { description: 'Takes long.', effect: 'write', long: true } as const
  const server = app.server({
    tools: {
      quick: app.tool({ description: 'Is quick.', effect: 'read', run: () => 'quick' }),
      short: app.tool({ ...long, run: () => 'at once' }),
      render: app.tool({
        ...long,
        input: z.object({ film: z.string().default('harbour') }),
        run: async ({ film }) => {
          await gate.pass
          return `${film} is rendered.`
        },
      }),
      refuse: app.tool({
        ...long,
        run: async () => {
          await gate.pass
          throw fail('No such film.')
        },
      }),
      explode: app.tool({
        ...long,
        run: async () => {
          await gate.pass
          throw new Error('secret')
        },
      }),
      deny: app.tool({
        ...long,
        run: async () => {
          await gate.pass
          throw new ProtocolError('invalid_params', 'Not like this.', { data: { why: 'because' } })
        },
      }),
      obey: app.tool({
        ...long,
        run: (_, { signal }) =>
          new Promise<string>((_resolve, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason as Error)),
          ),
      }),
      ...more,
    },
    use: [tasks({ patience: 0, pollInterval: 10, ...options })],
  })
  return {
    app,
    server,
    gate,
    entries,
    long,
    ada: createSender(server),
    plain: createSender(server, { capabilities: {} }),
  }
}

describe('a long tool', () => {
  // tasks#capability-negotiation
  it('is declared, so that clients know of it', async () => {
    const { server, ada } = serve()
    expect(server.capabilities.extensions).toEqual({ [TASKS]: {} })
    expect(await ada.send('server/discover')).toMatchObject({ capabilities: { extensions: { [TASKS]: {} } } })
  })

  // tasks#task-creation, tasks#polymorphic-results
  it('becomes a task, which is worked on after the reply and has the result in the end', async () => {
    const { ada, gate } = serve()
    const created = await ada.send('tools/call', { name: 'render', arguments: { film: 'storm' } })
    expect(created).toEqual({
      resultType: 'task',
      taskId: expect.stringMatching(/^[\w-]{24}$/),
      status: 'working',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      lastUpdatedAt: created['createdAt'],
      ttlMs: 3_600_000,
      pollIntervalMs: 10,
      _meta: expect.anything(),
    })
    const id = String(created['taskId'])
    expect(await ada.get(id)).toMatchObject({ resultType: 'complete', taskId: id, status: 'working' })
    gate.open()
    expect(await ada.until(id)).toMatchObject({
      resultType: 'complete',
      status: 'completed',
      result: { content: [{ type: 'text', text: 'storm is rendered.' }] },
    })
  })

  // tasks#capability-negotiation: a server MUST NOT return CreateTaskResult to a client that did not declare it
  // spec: extension-one-sided, extension-fallback
  it.each([
    ['nothing', {}],
    ['another extension', { extensions: { 'com.example/other': {} } }],
    ['the extension as something that is no object', { extensions: { [TASKS]: true } }],
    ['the extension by inheritance', { extensions: { __proto__: { [TASKS]: {} } } }],
  ])('is answered directly for a client that declares %s', async (_, capabilities) => {
    const { server, gate } = serve()
    gate.open()
    const reply = await createSender(server, { capabilities }).send('tools/call', { name: 'render' })
    expect(reply).toMatchObject({ resultType: 'complete', content: [{ text: 'harbour is rendered.' }] })
  })

  it('reports progress to a client that waits for it', async () => {
    const { app, long } = serve()
    const { server } = serve({
      count: app.tool({ ...long, run: (_, { progress }) => progress(3) }),
    })
    const notifications: Notification[] = []
    const sender = createSender(server, { capabilities: {} })
    await sender.send('tools/call', { name: 'count', _meta: { progressToken: 7 } }, { notifications })
    expect(notifications).toEqual([
      { method: 'notifications/progress', params: { progressToken: 7, progress: 3, total: undefined } },
    ])
  })

  it('is answered directly when it is quick, wrong or forbidden', async () => {
    const { app, long } = serve()
    const { ada } = serve({ films: app.tool({ ...long, scopes: ['films'], run: () => 'films' }) })
    expect(await ada.send('tools/call', { name: 'short' })).toMatchObject({ resultType: 'complete' })
    expect(await ada.send('tools/call', { name: 'render', arguments: { film: 7 } })).toMatchObject({ isError: true })
    expect(await ada.send('tools/call', { name: 'films' })).toMatchObject({ error: { code: 403 } })
    expect(await ada.send('tools/call', { name: 'quick' })).toMatchObject({ content: [{ text: 'quick' }] })
  })

  // tasks#capability-negotiation: -32021 with the extension that is required
  // spec: extension-one-sided
  it('is refused to clients without tasks when it is required, with the extension that is missing', async () => {
    const { plain, ada } = serve({}, { required: ['render'] })
    expect(await plain.send('tools/call', { name: 'render' })).toMatchObject({
      error: { code: -32021, data: { requiredCapabilities: { extensions: { [TASKS]: {} } } } },
    })
    expect(await ada.send('tools/call', { name: 'render' })).toMatchObject({ resultType: 'task' })
  })

  it.each(['quick', 'none', 'constructor'])('cannot be required when it is none: %s', (name) => {
    expect(() => serve({}, { required: [name] })).toThrow(
      expect.objectContaining({ constructor: DefinitionError, id: 'not-long' }),
    )
  })
})

describe('a task', () => {
  // tasks#task-execution-errors: an error of the tool completes the task
  it('is completed by an error for the model, and failed by one for the peer', async () => {
    const { ada, gate, entries } = serve()
    const [refused, exploded, denied] = await Promise.all(['refuse', 'explode', 'deny'].map((name) => ada.start(name)))
    gate.open()
    expect(await ada.until(refused!)).toMatchObject({
      status: 'completed',
      result: { isError: true, content: [{ text: 'No such film.' }] },
    })
    const { status, result } = await ada.until(exploded!)
    expect({ status, result }).toMatchObject({ status: 'completed', result: { isError: true } })
    expect(JSON.stringify(result)).toMatch(/Internal error \(ref \w+\)/)
    expect(JSON.stringify(result)).not.toContain('secret')
    expect(entries).toContainEqual(expect.objectContaining({ message: 'secret' }))
    expect(await ada.until(denied!)).toMatchObject({
      status: 'failed',
      statusMessage: 'Not like this.',
      error: { code: -32602, message: 'Not like this.', data: { why: 'because' } },
    })
  })

  it('says how far it is', async () => {
    const step = createGate()
    const { app, long } = serve()
    const { ada } = serve({
      paint: app.tool({
        ...long,
        run: async (_, { progress }) => {
          progress(1, 4, 'Sky')
          await step.pass
          progress(2, 4)
          await new Promise(() => {})
        },
      }),
    })
    const id = await ada.start('paint')
    await expect.poll(() => ada.get(id)).toMatchObject({ status: 'working', statusMessage: 'Sky' })
    step.open()
    await expect
      .poll(() => ada.get(id))
      .toMatchObject({ statusMessage: '2 of 4', _meta: { 'hawser/progress': { progress: 2, total: 4 } } })
  })

  // tasks#task-cancellation
  it('is cancelled when its client wants that, once and for all', async () => {
    const { ada } = serve()
    const id = await ada.start('obey')
    const ack = { resultType: 'complete', _meta: expect.anything() }
    expect(await ada.send('tasks/cancel', { taskId: id })).toEqual(ack)
    const task = await ada.until(id)
    expect(task).toMatchObject({ status: 'cancelled', statusMessage: 'Cancelled.' })
    expect(await ada.send('tasks/cancel', { taskId: id })).toEqual(ack)
    expect(await ada.send('tasks/update', { taskId: id, inputResponses: { any: {} } })).toEqual(ack)
    expect(await ada.get(id)).toEqual(task)
  })

  it('is completed all the same when its work comes to a good end before it notices', async () => {
    const { ada, gate } = serve()
    const id = await ada.start('render')
    await ada.send('tasks/cancel', { taskId: id })
    gate.open()
    expect(await ada.until(id)).toMatchObject({ status: 'completed' })
  })

  it('is cancelled soon, even if its work does not listen', async () => {
    const { ada } = serve()
    const id = await ada.start('render')
    await ada.send('tasks/cancel', { taskId: id })
    expect(await ada.get(id)).toMatchObject({ status: 'working', statusMessage: 'Cancelling.' })
    expect(await ada.until(id)).toMatchObject({ status: 'cancelled' })
  })

  // tasks#protocol-errors
  it('is not there for clients that do not declare the extension', async () => {
    const { ada, plain } = serve()
    const taskId = await ada.start('render')
    const error = { code: -32021, data: { requiredCapabilities: { extensions: { [TASKS]: {} } } } }
    expect(await plain.send('tasks/get', { taskId })).toMatchObject({ error })
    expect(await plain.send('tasks/update', { taskId, inputResponses: {} })).toMatchObject({ error })
    expect(await plain.send('tasks/cancel', { taskId })).toMatchObject({ error })
    const notifications = { taskIds: [taskId] }
    expect(await plain.send('subscriptions/listen', { notifications })).toMatchObject({ error })
  })

  it.each(['tasks/list', 'tasks/result'])('has no %s', async (method) => {
    expect(await serve().ada.send(method, { taskId: 'x' })).toMatchObject({ error: { code: -32601 } })
  })

  it('is failed as well when its call was under way as the server was shut down', async () => {
    const { ada, server } = serve({}, { patience: 20 })
    const starting = ada.start('obey')
    await server.close()
    expect(await ada.get(await starting)).toMatchObject({
      status: 'failed',
      error: { message: 'The server was shut down.' },
    })
  })

  it('is failed with the reason when the server is shut down', async () => {
    const { ada, server } = serve()
    const id = await ada.start('render')
    await server.close()
    expect(await ada.get(id)).toMatchObject({ status: 'failed', error: { message: 'The server was shut down.' } })
  })

  it('is stopped when its time is up, and what became of it is kept as long again', async () => {
    const { ada } = serve({}, { ttl: 200 })
    const id = await ada.start('render')
    const task = await ada.until(id)
    expect(task).toMatchObject({ status: 'completed', result: { isError: true } })
    expect(JSON.stringify(task['result'])).toContain('did not finish within 0.2 s')
    expect(Number(task['ttlMs'])).toBeGreaterThan(200)
    await expect.poll(() => ada.get(id)).toMatchObject({ error: { code: -32602 } })
  })
})

describe('a question of a task', () => {
  const asking = (calls: string[] = [], hold?: ReturnType<typeof createGate>) => {
    const { app, long } = serve()
    return {
      wipe: app.tool({
        ...long,
        input: z.object({ film: z.string() }),
        run: async ({ film }, { ask, once, progress }) => {
          progress(1)
          const copy = await once('copy', () => (calls.push('copy'), `${film}-copy`))
          await new Promise((resolve) => setTimeout(resolve, 20))
          const [{ yes }, { name }] = await Promise.all([
            ask('sure', { message: `Wipe ${film}?`, answer: Answer }),
            ask('who', { message: 'Who are you?', answer: z.object({ name: z.string().regex(/^[A-Z]/) }) }),
          ])
          return `${name} ${yes ? 'wiped' : 'kept'} ${film}, ${copy}.`
        },
      }),
      confirmed: app.tool({
        ...long,
        effect: 'destroy',
        confirm: () => 'Really?',
        run: async (_, { ask }) => {
          await hold?.pass
          return JSON.stringify(await ask('late', { message: 'Still?', answer: Answer }))
        },
      }),
    }
  }
  const accept = (content: object) => ({ action: 'accept', content })

  // tasks#task-update-requests
  it('waits in the task, is answered in parts, and the work goes on where it stopped', async () => {
    const calls: string[] = []
    const { ada } = serve(asking(calls))
    const id = await ada.start('wipe', { film: 'storm' })
    const task = await ada.until(id)
    expect(task).toMatchObject({
      status: 'input_required',
      statusMessage: 'Waiting for an answer.',
      inputRequests: {
        sure: { method: 'elicitation/create', params: { message: 'Wipe storm?' } },
        who: { method: 'elicitation/create' },
      },
    })
    expect(task).not.toHaveProperty('requestState')
    const ack = await ada.send('tasks/update', {
      taskId: id,
      inputResponses: { sure: accept({ yes: true }), never: accept({}) },
    })
    expect(ack).toEqual({ resultType: 'complete', _meta: expect.anything() })
    const { inputRequests } = await ada.get(id)
    expect(Object.keys(inputRequests as object)).toEqual(['who'])
    // Answered already: the second answer does not count.
    await ada.send('tasks/update', { taskId: id, inputResponses: { sure: accept({ yes: false }) } })
    await ada.send('tasks/update', { taskId: id, inputResponses: { who: accept({ name: 'Ada' }) } })
    expect(await ada.until(id)).toMatchObject({
      status: 'completed',
      result: { content: [{ text: 'Ada wiped storm, storm-copy.' }] },
    })
    expect(calls).toEqual(['copy'])
  })

  it('gets another key when it is asked again', async () => {
    const { ada } = serve(asking())
    const id = await ada.start('wipe', { film: 'storm' })
    await ada.until(id)
    const inputResponses = { sure: accept({ yes: true }), who: accept({ name: 'ada' }) }
    await ada.send('tasks/update', { taskId: id, inputResponses })
    const { inputRequests } = await ada.until(id)
    expect(Object.keys(inputRequests as object)).toEqual(['who#2'])
    await ada.send('tasks/update', { taskId: id, inputResponses: { who: accept({ name: 'Eve' }) } })
    expect(await ada.get(id)).toMatchObject({ status: 'input_required' })
    await ada.send('tasks/update', { taskId: id, inputResponses: { 'who#2': accept({ name: 'Ada' }) } })
    expect(await ada.until(id)).toMatchObject({ result: { content: [{ text: 'Ada wiped storm, storm-copy.' }] } })
  })

  it('tells the model when it is declined', async () => {
    const { ada } = serve(asking())
    const id = await ada.start('wipe', { film: 'storm' })
    await ada.until(id)
    const inputResponses = { sure: { action: 'decline' }, who: accept({ name: 'Ada' }) }
    await ada.send('tasks/update', { taskId: id, inputResponses })
    expect(await ada.until(id)).toMatchObject({ status: 'completed', result: { isError: true } })
  })

  // tasks#task-creation: what is asked at once is asked before there is a task
  it('comes before the task when it is asked at once, as a confirmation is', async () => {
    const hold = createGate()
    const { ada } = serve(asking([], hold), { patience: 1_000 })
    const first = await ada.send('tools/call', { name: 'confirmed' })
    expect(first).toMatchObject({ resultType: 'input_required', inputRequests: { confirm: {} } })
    const created = await ada.send('tools/call', {
      name: 'confirmed',
      requestState: first['requestState'],
      inputResponses: { confirm: accept({}) },
    })
    expect(created).toMatchObject({ resultType: 'task', status: 'working' })
    expect(created).not.toHaveProperty('requestState')
    const id = String(created['taskId'])
    hold.open()
    expect(await ada.until(id)).toMatchObject({ status: 'input_required', inputRequests: { late: {} } })
    await ada.send('tasks/update', { taskId: id, inputResponses: { late: accept({ yes: true }) } })
    expect(await ada.until(id)).toMatchObject({ result: { content: [{ text: '{"yes":true}' }] } })
  })

  it('is not asked of a client that cannot be asked', async () => {
    const { server } = serve(asking())
    const mute = createSender(server, { capabilities: { extensions: speaksTasks.extensions } })
    const id = await mute.start('wipe', { film: 'storm' })
    expect(await mute.until(id)).toMatchObject({ status: 'failed', error: { code: -32021 } })
  })

  it('is over when the task is cancelled', async () => {
    const { ada } = serve(asking())
    const id = await ada.start('wipe', { film: 'storm' })
    await ada.until(id)
    await ada.send('tasks/cancel', { taskId: id })
    expect(await ada.get(id)).toMatchObject({ status: 'cancelled' })
  })

  it('that nobody answers in time fails the task', async () => {
    const { ada } = serve(asking(), { ttl: 60 })
    const id = await ada.start('wipe', { film: 'storm' })
    await ada.until(id)
    await expect
      .poll(() => ada.get(id))
      .toMatchObject({
        status: 'failed',
        error: { message: 'Nobody answered in time. Call the tool again.' },
      })
  })
})

import { describe, expect, it, onTestFinished, vi } from 'vitest'
import * as z from 'zod'
import { connect, mcp, memoryChanges } from '../../index.ts'
import type { Notification } from '../../protocol/index.ts'
import { listen } from '../../node/index.ts'
import { createSender } from './fixtures/send.ts'
import { followTasks, memoryTasks, tasks, type TasksOptions } from './index.ts'

function serve(options: TasksOptions = {}) {
  const app = mcp({ name: 'studio', version: '1.0.0', changes: memoryChanges(), log: () => {} })
  const steps = [0, 1].map(() => Promise.withResolvers<void>())
  const server = app.server({
    tools: {
      render: app.tool({
        description: 'Renders.',
        effect: 'write',
        long: true,
        run: async (_, { progress }) => {
          await steps[0]!.promise
          progress(1, 2)
          await steps[1]!.promise
          return 'rendered'
        },
      }),
      ask: app.tool({
        description: 'Asks.',
        effect: 'write',
        long: true,
        run: async (_, { ask }) => {
          await steps[0]!.promise
          return (await ask('q', { message: '?', answer: z.object({ yes: z.boolean() }) })).yes ? 'yes' : 'no'
        },
      }),
    },
    use: [tasks({ patience: 0, pollInterval: 20, ...options })],
  })
  return { server, ada: createSender(server), steps }
}

const methodsOf = (notifications: readonly Notification[]): string[] => notifications.map(({ method }) => method)

describe('a subscription to tasks', () => {
  // tasks#task-status-notifications
  it('is acknowledged, tells the present state and every change, and is over with its tasks', async () => {
    const { ada, steps } = serve()
    const id = await ada.start('render')
    const notifications: Notification[] = []
    const listening = ada.send(
      'subscriptions/listen',
      { notifications: { taskIds: [id, id, 'unknown'] } },
      { notifications },
    )
    await expect.poll(() => notifications).toHaveLength(2)
    expect(notifications[0]).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: { taskIds: [id] } },
    })
    expect(notifications[1]).toMatchObject({ method: 'notifications/tasks', params: { taskId: id, status: 'working' } })
    steps[0]!.resolve()
    await expect.poll(() => notifications.at(-1)).toMatchObject({ params: { statusMessage: '1 of 2' } })
    steps[1]!.resolve()
    expect(await listening).toMatchObject({ resultType: 'complete' })
    const { resultType: _, _meta, ...task } = await ada.get(id)
    expect(notifications.at(-1)).toMatchObject({ method: 'notifications/tasks', params: task })
  })

  it('goes together with a subscription to changes', async () => {
    const { ada, server, steps } = serve()
    const id = await ada.start('render')
    const notifications: Notification[] = []
    const aborter = new AbortController()
    const listening = ada.send(
      'subscriptions/listen',
      { notifications: { taskIds: [id], toolsListChanged: true } },
      { notifications, signal: aborter.signal },
    )
    await expect.poll(() => notifications).toHaveLength(2)
    expect(notifications[0]).toMatchObject({ params: { notifications: { taskIds: [id], toolsListChanged: true } } })
    for (const step of steps) step.resolve()
    await expect.poll(() => notifications.at(-1)).toMatchObject({ params: { status: 'completed' } })
    await server.changed.tools()
    await expect.poll(() => methodsOf(notifications)).toContain('notifications/tools/list_changed')
    aborter.abort()
    await listening
  })

  it('agrees to nothing when the tasks are not those of the caller', async () => {
    const { ada, server } = serve()
    const id = await ada.start('render')
    const notifications: Notification[] = []
    const eve = createSender(server, { as: 'eve' })
    await eve.send('subscriptions/listen', { notifications: { taskIds: [id] } }, { notifications })
    expect(notifications).toEqual([
      { method: 'notifications/subscriptions/acknowledged', params: { notifications: {} } },
    ])
  })

  it('tells what is done already, and is over', async () => {
    const { ada, steps } = serve()
    const id = await ada.start('render')
    for (const step of steps) step.resolve()
    await ada.until(id)
    const notifications: Notification[] = []
    await ada.send('subscriptions/listen', { notifications: { taskIds: [id] } }, { notifications })
    expect(notifications).toHaveLength(2)
    expect(notifications[1]).toMatchObject({ params: { status: 'completed', result: {} } })
  })

  it('hears of what happens in another process by looking', async () => {
    const store = memoryTasks()
    const { ada, steps } = serve({ store })
    const { ada: elsewhere } = serve({ store })
    const id = await ada.start('render')
    const notifications: Notification[] = []
    const listening = elsewhere.send('subscriptions/listen', { notifications: { taskIds: [id] } }, { notifications })
    await expect.poll(() => notifications).toHaveLength(2)
    for (const step of steps) step.resolve()
    await listening
    expect(notifications.at(-1)).toMatchObject({ params: { status: 'completed' } })
  })

  it('looks at a task once an interval, however many listen', async () => {
    const store = memoryTasks()
    let reads = 0
    const read: typeof store.read = (id) => {
      reads++
      return store.read(id)
    }
    const { ada, steps } = serve({ store })
    const { ada: elsewhere } = serve({ store: { ...store, read } })
    const id = await ada.start('render')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const heard = Array.from({ length: 50 }, (): Notification[] => [])
    const listening = heard.map((notifications) =>
      elsewhere.send('subscriptions/listen', { notifications: { taskIds: [id] } }, { notifications }),
    )
    await vi.advanceTimersByTimeAsync(5)
    expect(heard.map(({ length }) => length)).toEqual(heard.map(() => 2))
    reads = 0
    await vi.advanceTimersByTimeAsync(100)
    expect(reads).toBe(5)
    for (const step of steps) step.resolve()
    await vi.waitFor(() => {
      for (const notifications of heard) expect(notifications.at(-1)).toMatchObject({ params: { status: 'completed' } })
    })
    await Promise.all(listening)
    reads = 0
    await vi.advanceTimersByTimeAsync(100)
    expect(reads).toBe(0)
  })

  it('does not read again what waits for an answer, until something changes', async () => {
    const store = memoryTasks()
    const { ada: elsewhere } = serve({ store })
    const { ada, steps } = serve({ store })
    const id = await ada.start('ask')
    steps[0]!.resolve()
    await ada.until(id, 'input_required')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const notifications: Notification[] = []
    const listening = elsewhere.send('subscriptions/listen', { notifications: { taskIds: [id] } }, { notifications })
    // The first look learns until when there is nothing to expect.
    await vi.advanceTimersByTimeAsync(25)
    expect(notifications).toHaveLength(2)
    const parse = vi.spyOn(JSON, 'parse')
    onTestFinished(() => parse.mockRestore())
    await vi.advanceTimersByTimeAsync(100)
    expect(parse).not.toHaveBeenCalled()
    await ada.send('tasks/update', { taskId: id, inputResponses: { q: { action: 'accept', content: { yes: true } } } })
    await vi.waitFor(() => expect(notifications.at(-1)).toMatchObject({ params: { status: 'completed' } }))
    await listening
  })

  it('ends with its server and with its caller', async () => {
    const { ada, server } = serve()
    const id = await ada.start('render')
    const aborter = new AbortController()
    const params = { notifications: { taskIds: [id] } }
    const left = ada.send('subscriptions/listen', params, { signal: aborter.signal })
    const stayed = ada.send('subscriptions/listen', params)
    aborter.abort()
    expect(await left).toMatchObject({ resultType: 'complete' })
    await server.close()
    expect(await stayed).toMatchObject({ resultType: 'complete' })
  })

  it('reaches clients that follow tasks over HTTP', async () => {
    const { server, steps } = serve()
    const listener = await listen(server, { port: 0 })
    onTestFinished(() => listener.close())
    const seen = Promise.withResolvers<string>()
    await using client = await connect(listener.url, {
      use: [followTasks({ onTask: ({ taskId }) => seen.resolve(taskId) })],
    })
    const rendering = client.call('render')
    const taskIds = [await seen.promise]
    const notifications: Notification[] = []
    const onNotification = (notification: Notification) => void notifications.push(notification)
    const listening = client.request('subscriptions/listen', { notifications: { taskIds } }, { onNotification })
    await expect.poll(() => notifications).toHaveLength(2)
    for (const step of steps) step.resolve()
    await listening
    expect(notifications.at(-1)).toMatchObject({ method: 'notifications/tasks', params: { status: 'completed' } })
    await rendering
  })
})

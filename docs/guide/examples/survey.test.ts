import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'hawser'
import { listen } from 'hawser/node'
import { followTasks, type Task } from 'hawser/tasks'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { runFile } from './fixtures/run-file.ts'

const folder = await mkdtemp(join(tmpdir(), 'survey-'))
afterAll(() => rm(folder, { recursive: true, force: true }))
vi.stubEnv('TASKS_FILE', join(folder, 'tasks.db'))
vi.stubEnv('METRE_MS', '20')
const { default: server, warnings } = await import('./survey.ts')

const shallowest = { depth: 5, at: 22 }
const answers = { elicit: () => ({ action: 'accept', content: { publish: true } }) as const }

beforeEach(() => void warnings.splice(0))

describe('survey', () => {
  it('runs within the request for a client without tasks, and tells it how far it is', async () => {
    const steps: number[] = []
    await using client = await connect(server, { answers, onProgress: ({ progress }) => steps.push(progress) })
    expect(await client.tools.survey({ metres: 2 })).toEqual({ depth: 9.62, at: 1 })
    expect(steps).toEqual([1, 2])
  })

  it('becomes a task, asks, and is seen through over HTTP', async () => {
    await using listener = await listen(server, { port: 0 })
    expect(await runFile('follow-survey.ts', [listener.url])).toBe(
      [
        'became a task with 24 characters',
        'The fairway is 5 m deep at 22 m. Warn the ships?',
        'shallowest: 5 m at 22 m',
        '',
      ].join('\n'),
    )
    expect(warnings).toEqual([shallowest])
  })

  it('is waited for again by a client that comes back', async () => {
    const seen = Promise.withResolvers<Task>()
    const first = await connect(server, { answers, use: [followTasks({ cancel: false, onTask: seen.resolve })] })
    const left = first.tools.survey({ metres: 30 }).catch(() => {})
    const { taskId } = await seen.promise
    await first.close()
    await left
    // #region resume
    const follower = followTasks()
    await using harbour = await connect(server, { use: [follower], answers })
    const result = await follower.resume(harbour, taskId)
    // #endregion
    expect(result.structuredContent).toEqual(shallowest)
  })
})

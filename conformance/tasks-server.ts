import { fail, mcp, ProtocolError } from 'hawser'
import { tasks } from 'hawser/tasks'
import * as z from 'zod'

/** What the official suite looks for in a server with tasks, under the names it looks for, through public API only. */

/** Calls that are not over after this have become tasks. (milliseconds) */
const PATIENCE = 40

const kit = mcp({ name: 'everything-long', version: '1.0.0', log: () => {} })
const { tool } = kit
const long = { effect: 'read', long: true } as const

const after = (ms: number, signal?: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    })
  })
const Confirmed = z.object({ confirm: z.boolean() })

const tools = {
  greet: tool({
    description: 'Greets.',
    effect: 'read',
    input: z.object({ name: z.string() }),
    run: ({ name }) => `Hello, ${name}!`,
  }),
  slow_compute: tool({
    ...long,
    description: 'Computes for a while.',
    input: z.object({ seconds: z.number(), label: z.string() }),
    run: async ({ seconds, label }, { signal }) => {
      await after(seconds * 1000, signal)
      return `${label} took ${seconds} s.`
    },
  }),
  failing_job: tool({
    ...long,
    description: 'Fails after a second.',
    run: async (_, { signal }) => {
      await after(1000, signal)
      throw fail('The job failed.')
    },
  }),
  protocol_error_job: tool({
    ...long,
    description: 'Breaks.',
    run: async (_, { signal }) => {
      await after(2 * PATIENCE, signal)
      throw new ProtocolError('internal_error', 'The job broke.')
    },
  }),
  confirm_delete: tool({
    ...long,
    description: 'Looks for a file, then asks whether to delete it.',
    input: z.object({ filename: z.string() }),
    run: async ({ filename }, { ask, signal }) => {
      await after(2 * PATIENCE, signal)
      const { confirm } = await ask('confirm', { message: `Delete ${filename}?`, answer: Confirmed })
      return confirm ? `Deleted ${filename}.` : `Kept ${filename}.`
    },
  }),
  multi_input: tool({
    ...long,
    description: 'Works a little, then asks two questions at once.',
    run: async (_, { ask, signal }) => {
      await after(2 * PATIENCE, signal)
      const answer = z.object({ name: z.string() })
      const [first, second] = await Promise.all([
        ask('first', { message: 'Which first name?', answer }),
        ask('second', { message: 'Which second name?', answer }),
      ])
      return `${first.name} and ${second.name}`
    },
  }),
  test_tool_with_task: tool({
    ...long,
    description: 'Asks for a name, then works for a while.',
    run: async (_, { ask, signal }) => {
      const { name } = await ask('user_name', { message: 'What is your name?', answer: z.object({ name: z.string() }) })
      await after(2 * PATIENCE, signal)
      return `Done for ${name}.`
    },
  }),
}

export default kit.server({
  tools,
  use: [tasks({ patience: PATIENCE, pollInterval: 100, required: ['failing_job', 'test_tool_with_task'] })],
})

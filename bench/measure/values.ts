import * as z from 'zod'
import type { Values } from '../rows/row.ts'
import type { Program } from './program.ts'

const shape = z.union([z.object({ values: z.record(z.string(), z.number()) }), z.object({ failure: z.string() })])

/** Sends a program its task and waits for the figures; throws with what went wrong there. */
export const askForValues = async (program: Program, task: object): Promise<Values> => {
  const answered = await program.ask(task, shape)
  if ('failure' in answered) throw new Error(answered.failure)
  return answered.values
}

/** What such a program does: takes one task, and answers with figures or with what went wrong. */
export const answerWithValues = (run: (task: never) => Promise<Values>): void => answerTasks('once', run)

/** As above, for as many tasks as come, one after the other. */
export const answerEach = (run: (task: never) => Promise<Values>): void => {
  process.on('disconnect', () => process.exit(0))
  answerTasks('on', run)
}

const answerTasks = (often: 'on' | 'once', run: (task: never) => Promise<Values>): void => {
  process[often]('message', (task: unknown) => {
    // The runner is ours, and sends what the program takes.
    run(task as never).then(
      (values) => process.send?.({ values }),
      (error: unknown) =>
        process.send?.({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
}

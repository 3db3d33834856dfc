import { readFile } from 'node:fs/promises'
import { COMMON } from '../command-line/options.ts'
import { takeFile } from '../command-line/take-file.ts'
import { usageFailure } from '../failure.ts'
import { clean } from '../output/sanitize.ts'
import { defineCommand } from './command.ts'

export const replay = defineCommand({
  name: 'replay',
  summary: 'Serve a recorded trace over stdio: answer as it was recorded.',
  usage: ['FILE [--strict] [--timing]'],
  about: [
    'FILE was written by --record of another command, or by createRecording of hawser/testing.',
    'A call that was not recorded is refused, and the refusal says what differs from the nearest one that was.',
  ],
  takesTarget: false,
  options: {
    strict: { type: 'boolean', about: 'Take calls in their recorded order only.' },
    timing: { type: 'boolean', about: 'Answer as late as it was recorded.' },
    ...COMMON,
  },
  examples: [
    { line: 'hawser call https://example.com/mcp search --query x --record bug.jsonl', about: 'Record a call' },
    { line: 'hawser call search --query x -- hawser replay bug.jsonl', about: 'Make the same call without the server' },
  ],
  run: async ({ values, words }) => {
    const file = takeFile('replay', words)
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw usageFailure(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
    })
    const [{ createReplayService }, { serveStdio }] = await Promise.all([
      import('hawser/testing'),
      import('hawser/stdio'),
    ])
    serveStdio(
      readTrace(file, () =>
        createReplayService(text, {
          mode: values.strict === true ? 'strict' : 'match',
          timing: values.timing ?? false,
          log: ({ message }) => void process.stderr.write(`hawser: ${clean(message)}\n`),
        }),
      ),
    )
    return undefined
  },
})

function readTrace<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof TypeError) throw usageFailure(`${file}: ${error.message}`)
    throw error
  }
}

import type { CallOptions } from 'hawser'
import type { Output } from '../../packages/cli/src/output/create-output.ts'
import { createProgress } from '../../packages/cli/src/output/progress.ts'
import type { Repository } from './choose-repository.ts'
import { fit, paragraph, spread } from './layout.ts'
import type { GitClient, Question } from './questions.ts'
import { type Page, plural } from './show-answer.ts'

const INDENT = '   '
/** A narrower terminal breaks lines by itself. (columns) */
const LEAST_WIDTH = 40

/** Prints what is asked and what comes back, while it happens. */
export interface Tour {
  readonly open: (repository: Repository) => void
  /** Says which way the next questions go, and who answers there. */
  readonly enter: (transport: string, address: string, client: GitClient) => Promise<void>
  readonly ask: (question: Question, client: GitClient) => Promise<void>
  /** Shows progress on long work. */
  readonly wait: <T>(label: string, work: (options: CallOptions) => Promise<T>) => Promise<T>
  readonly close: () => void
}

export function createTour(output: Output, signal: AbortSignal): Tour {
  const { paint, print } = output
  // The last column stays free: some terminals break a line that fills it.
  const width = Math.max(LEAST_WIDTH, output.width - 1)
  const inner = width - INDENT.length
  const times: number[] = []
  const opened = performance.now()

  const wait: Tour['wait'] = async (label, work) => {
    const progress = createProgress(label, output)
    try {
      return await work({ signal, onProgress: progress.report })
    } finally {
      progress.stop()
    }
  }

  return {
    wait,
    open: ({ folder, why }) => {
      print(`\n${fit([['Hawser', paint.bold], '  asks the git repository ', [folder, paint.bold]], width)}`)
      print(paint.dim('One server, reached in two ways by one typed client.'))
      for (const line of why === undefined ? [] : paragraph(why, width, 4)) print(paint.yellow(line))
    },
    enter: async (transport, address, client) => {
      const { value: tools, time } = await timed(() =>
        wait(`Starting over ${transport}`, (options) => client.listTools(options)),
      )
      const title = ` over ${transport} `
      print(`\n${paint.cyan(`──${title}${'─'.repeat(width - title.length - 2)}`)}`)
      print(spread([[address, paint.dim]], [`up in ${time}`, paint.dim], width))
      if (times.length > 0) return
      const offer = `It offers ${tools.map(({ name }) => name).join(', ')}.`
      for (const line of paragraph(offer, width, 4)) print(paint.dim(line))
    },
    ask: async ({ words, call, ask }, client) => {
      const page: Page = { paint, width: inner, now: Date.now() }
      const answer = await timed(() => wait(words, (options) => ask(client, page, options)))
      const number = String(times.push(answer.ms)).padStart(INDENT.length - 1)
      print(`\n${paint.cyan(number)} ${fit([[words, paint.bold]], inner)}`)
      print(`${INDENT}${spread([[call, paint.dim]], [answer.time, paint.dim], inner)}`)
      for (const line of answer.value) print(`${INDENT}${fit(line, inner)}`)
    },
    close: () => {
      const middle = times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0
      const total = ((performance.now() - opened) / 1000).toFixed(1)
      print(
        `\n${paint.dim(`${plural(times.length, 'answer')} in ${total} s, half of them within ${Math.round(middle)} ms.`)}`,
      )
    },
  }
}

interface Timed<T> {
  readonly value: T
  readonly ms: number
  /** For people. */
  readonly time: string
}

async function timed<T>(work: () => Promise<T>): Promise<Timed<T>> {
  const started = performance.now()
  const value = await work()
  const ms = performance.now() - started
  return { value, ms, time: ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms` }
}

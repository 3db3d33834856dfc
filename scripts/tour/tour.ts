import type { CallOptions, Client } from 'hawser'
import type { Output } from '../../packages/cli/src/output/create-output.ts'
import { createProgress, type Progress } from '../../packages/cli/src/output/progress.ts'
import type { Repository } from './choose-repository.ts'
import { fit, paragraph, spread } from './layout.ts'
import type { Question } from './questions.ts'
import { type Page, plural } from './show-answer.ts'

const INDENT = '   '
/** A narrower terminal breaks lines by itself. (columns) */
const LEAST_WIDTH = 40

/** Prints what is asked and what comes back, while it happens. */
export interface Tour {
  readonly open: (repository: Repository) => void
  /** Says which way the next questions go, and who answers there. */
  readonly enter: (transport: string, address: string, client: Pick<Client, 'listTools'>) => Promise<void>
  /** Begins another part. */
  readonly head: (title: string, address: string, about?: string) => void
  readonly ask: <Asked>(question: Question<Asked>, client: Asked) => Promise<void>
  /** Tells of what a person does in the middle of a question, whose time stands still meanwhile. */
  readonly interrupt: <T>(words: string, work: () => Promise<T>) => Promise<T>
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

  let progress: Progress | undefined
  let announce = (): void => {}
  /** Milliseconds that people took; of the question, and of the tour. */
  let heldUp = 0
  let heldUpInAll = 0

  const wait: Tour['wait'] = async (label, work) => {
    const shown = (progress = createProgress(label, output))
    try {
      return await work({ signal, onProgress: shown.report })
    } finally {
      shown.stop()
      progress = undefined
    }
  }

  const timed = async <T>(work: () => Promise<T>): Promise<Timed<T>> => {
    const started = performance.now()
    heldUp = 0
    const value = await work()
    const ms = performance.now() - started - heldUp
    return { value, ms, time: ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms` }
  }

  const rule = (title: string): void =>
    print(`\n${paint.cyan(`── ${title} ${'─'.repeat(Math.max(0, width - title.length - 4))}`)}`)
  const remark = (text: string): void => {
    for (const line of paragraph(text, width, 4)) print(paint.dim(line))
  }

  return {
    wait,
    open: ({ folder, why }) => {
      print(`\n${fit([['Hawser', paint.bold], '  asks the git repository ', [folder, paint.bold]], width)}`)
      print(paint.dim('One server, reached in two ways by one typed client; then one with sign-in.'))
      for (const line of why === undefined ? [] : paragraph(why, width, 4)) print(paint.yellow(line))
    },
    enter: async (transport, address, client) => {
      const { value: tools, time } = await timed(() =>
        wait(`Starting over ${transport}`, (options) => client.listTools(options)),
      )
      rule(`over ${transport}`)
      print(spread([[address, paint.dim]], [`up in ${time}`, paint.dim], width))
      if (times.length === 0) remark(`It offers ${tools.map(({ name }) => name).join(', ')}.`)
    },
    head: (title, address, about) => {
      rule(title)
      print(fit([[address, paint.dim]], width))
      if (about !== undefined) remark(about)
    },
    ask: async ({ words, call, ask }, client) => {
      const page: Page = { paint, width: inner, now: Date.now() }
      let isAnnounced = false
      announce = () => {
        if (isAnnounced) return
        isAnnounced = true
        const number = String(times.length + 1).padStart(INDENT.length - 1)
        print(`\n${paint.cyan(number)} ${fit([[words, paint.bold]], inner)}`)
      }
      const answer = await timed(() => wait(words, (options) => ask(client, page, options)))
      announce()
      times.push(answer.ms)
      print(`${INDENT}${spread([[call, paint.dim]], [answer.time, paint.dim], inner)}`)
      for (const line of answer.value) print(`${INDENT}${fit(line, inner)}`)
    },
    interrupt: async (words, work) => {
      const started = performance.now()
      const interrupted = async () => {
        announce()
        for (const line of paragraph(words, inner, 4)) print(`${INDENT}${paint.yellow(line)}`)
        return work()
      }
      try {
        return await (progress === undefined ? interrupted() : progress.pauseWhile(interrupted))
      } finally {
        const taken = performance.now() - started
        heldUp += taken
        heldUpInAll += taken
      }
    },
    close: () => {
      const middle = times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0
      const total = ((performance.now() - opened - heldUpInAll) / 1000).toFixed(1)
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

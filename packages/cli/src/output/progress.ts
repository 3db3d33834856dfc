import type { Output } from './create-output.ts'
import { cleanLine } from './sanitize.ts'
import { truncate } from './wrap.ts'

/** How far something has come, as servers report it. */
export interface Step {
  readonly progress: number
  readonly total?: number | undefined
  readonly message?: string | undefined
}

/** Shows on standard error that something takes time. */
export interface Progress {
  readonly report: (step: Step) => void
  /** Leaves the terminal to somebody else meanwhile. */
  readonly pauseWhile: <T>(work: () => Promise<T>) => Promise<T>
  readonly stop: () => void
}

/** Nothing is shown of what is done by then, in milliseconds. */
const PATIENCE = 400
const FRAME = 120
/** Between two lines where they cannot be overwritten, in milliseconds. */
const LINE_PAUSE = 1000

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/** One line that is drawn anew on a terminal; elsewhere a line for each report, but not more than one a second. */
export function createProgress(label: string, { note, notePaint }: Output): Progress {
  const { stderr } = process
  const started = performance.now()
  let step: Step | undefined
  let timer: NodeJS.Timeout | undefined
  let isPaused = false
  let isDrawn = false
  let lastLine = -Infinity

  const describe = (): string => {
    const seconds = Math.floor((performance.now() - started) / 1000)
    const parts = [cleanLine(label), seconds > 0 ? `${seconds} s` : '', step ? describeStep(step) : '']
    return parts.filter((part) => part !== '').join('  ')
  }
  const erase = (): void => {
    if (isDrawn) stderr.write('\r\u001b[K')
    isDrawn = false
  }
  const draw = (): void => {
    if (isPaused || performance.now() - started < PATIENCE) return
    const frame = FRAMES[Math.floor(performance.now() / FRAME) % FRAMES.length] ?? ''
    const line = truncate(describe(), (stderr.columns || 80) - 3)
    stderr.write(`\r\u001b[K${notePaint.cyan(frame)} ${line}`)
    isDrawn = true
  }
  if (stderr.isTTY) timer = setInterval(draw, FRAME).unref()

  return {
    report: (next) => {
      step = next
      if (stderr.isTTY || performance.now() - lastLine < LINE_PAUSE) return
      lastLine = performance.now()
      note(describe())
    },
    pauseWhile: async (work) => {
      isPaused = true
      erase()
      try {
        return await work()
      } finally {
        isPaused = false
      }
    },
    stop: () => {
      clearInterval(timer)
      isPaused = true
      erase()
    },
  }
}

/** `3/10 Reading`, `45 % Reading`, or the number alone. */
function describeStep({ progress, total, message }: Step): string {
  const number = (value: number): string => String(Math.round(value * 100) / 100)
  const done =
    total === undefined || !(total > 0)
      ? number(progress)
      : total === 1
        ? `${Math.round(progress * 100)} %`
        : `${number(progress)}/${number(total)}`
  return [done, message === undefined ? '' : cleanLine(message)].filter((part) => part !== '').join('  ')
}

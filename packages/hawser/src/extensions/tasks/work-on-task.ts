import { ConnectionError, type Log, ProtocolError } from '../../call/index.ts'
import type { CallToolParams } from '../../protocol/index.ts'
import { concludeWork, failWith, toConclusion } from './conclude.ts'
import type { Scribe } from './scribe.ts'
import type { TaskState } from './state.ts'
import type { Outcome, Progress, Work } from './work.ts'

/** Work under way in this process. */
export interface TaskWork {
  /** Asks the work to stop, and takes it for cancelled when it does not come to an end soon. */
  readonly cancel: () => void
  /** Gives the work up at once. */
  readonly drop: (why: string) => Promise<void>
}

export interface WorkOnTaskOptions {
  readonly log: Log
  readonly scribe: Scribe
  readonly ttl: number
  readonly pollInterval: number
  readonly maxResultChars: number
  readonly maxBytes: number | undefined
  /** Whether other processes have to be shown that this one is alive. */
  readonly isShared: boolean
  /** Called before the end is written down. */
  readonly onEnd: () => void
}

/** Milliseconds between two signs of life. */
const BEAT = 5_000
/** Milliseconds that work gets to come to an end by itself when it is cancelled, or when its time is up. */
const CANCEL_GRACE = 1_000
const TIMEOUT_GRACE = 5_000
/** The longest wait that timers know. */
const FOREVER = 2_147_483_647

/** Sees work through as the task of that id: writes down progress, signs of life, and what it came to. */
export function workOnTask(
  id: string,
  work: Work,
  { name, arguments: given = {} }: CallToolParams,
  options: WorkOnTaskOptions,
): TaskWork {
  const { scribe, ttl, pollInterval } = options
  const timers = new Set<ReturnType<typeof setTimeout>>()
  let isOver = false

  const after = (ms: number, run: () => void): void => {
    if (isOver) return
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        run()
      },
      Math.min(ms, FOREVER),
    )
    timers.add(timer)
  }
  const settle = async (step: (state: TaskState) => Partial<TaskState>): Promise<void> => {
    if (isOver) return
    isOver = true
    for (const timer of timers) clearTimeout(timer)
    options.onEnd()
    await scribe.conclude(id, name, step)
  }
  const settleAs = (outcome: Outcome): Promise<void> => {
    const conclusion = toConclusion(outcome, { ...options, tool: name, given })
    return settle((state) => concludeWork(state, conclusion, given))
  }
  const drop = (why: string): Promise<void> => {
    work.abort(new ConnectionError('aborted', why))
    return settle(() => failWith(scribe.fault(why)))
  }
  const cancel = (): void => {
    const reason = new ConnectionError('aborted', 'The task was cancelled.')
    work.abort(reason)
    after(CANCEL_GRACE, () => void settleAs({ error: new ProtocolError('internal_error', reason.message) }))
  }

  /** At most once an interval; what comes in between is told with the last of it. */
  const followProgress = (): void => {
    let latest: Progress | undefined
    let isPausing = false
    const write = (): void => {
      isPausing = latest !== undefined
      if (latest === undefined) return
      void scribe.noteProgress(id, latest)
      latest = undefined
      after(pollInterval, write)
    }
    work.onProgress((progress) => {
      latest = progress
      if (!isPausing && !isOver) write()
    })
  }
  const beat = async (): Promise<void> => {
    if (!(await scribe.renew(id))) cancel()
    after(BEAT, () => void beat())
  }

  after(ttl + TIMEOUT_GRACE, () => void drop(`It did not finish within ${ttl / 1000} s.`))
  if (options.isShared) after(BEAT, () => void beat())
  followProgress()
  void work.outcome.then(settleAs)
  return { cancel, drop }
}

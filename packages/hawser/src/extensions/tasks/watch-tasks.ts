import { type Log, reportInternal } from '../../call/index.ts'
import type { Desk } from './desk.ts'
import { createGiveWay } from './give-way.ts'
import type { Ledger } from './ledger.ts'
import type { Runner } from './runner.ts'
import { decodeEntry, type Entry, isDone, toDetailedTask } from './state.ts'
import type { TaskStore } from './store.ts'
import type { DetailedTask } from './task.ts'

/** A task as listeners are told of it: without what only its work needs, which may be large. */
export interface Sight {
  readonly version: number
  readonly isDone: boolean
  readonly task: DetailedTask
}

/** Nothing when the task is forgotten, or cannot be read. */
type Listener = (sight: Sight | undefined) => void

/** Follows tasks for all who listen, and looks at each of them once an interval, however many those are. */
export interface TaskWatch {
  readonly describe: (entry: Entry) => Sight
  /** Tells of what is newer than `version`, until the function is called that this returns. */
  readonly add: (id: string, version: number, listener: Listener) => () => void
}

export interface TaskWatchOptions {
  readonly store: TaskStore
  readonly desk: Desk
  readonly ledger: Ledger
  readonly runner: Runner
  readonly log: Log
  readonly pollInterval: number
}

interface Watched {
  readonly listeners: Set<Listener>
  version: number
  /** Milliseconds since 1970: until then only another version is news, so that the body need not be read. */
  quietUntil: number
  readonly stop: () => void
}

export function createTaskWatch({ store, desk, ledger, runner, log, pollInterval }: TaskWatchOptions): TaskWatch {
  const watched = new Map<string, Watched>()
  const giveWay = createGiveWay()
  let timer: ReturnType<typeof setTimeout> | undefined
  let isLooking = false

  const describe: TaskWatch['describe'] = (entry) => ({
    version: entry.version,
    isDone: isDone(entry.state),
    task: toDetailedTask(entry, pollInterval, {}),
  })

  const tell = (id: string, sight: Sight | undefined): void => {
    for (const listener of watched.get(id)?.listeners ?? []) listener(sight)
  }

  const take = (entry: Entry): void => {
    const known = watched.get(entry.id)
    if (known === undefined || known.version > entry.version) return
    const { phase, deadline } = entry.state
    known.quietUntil = phase.status === 'input_required' ? deadline : 0
    if (known.version === entry.version) return
    known.version = entry.version
    tell(entry.id, describe(entry))
  }

  const look = async (id: string, known: Watched): Promise<void> => {
    try {
      const stored = await store.read(id)
      if (stored?.version === known.version && Date.now() < known.quietUntil) return
      const entry = stored && (await desk.bury(decodeEntry(stored)))
      if (entry === undefined) tell(id, undefined)
      else take(entry)
    } catch (error) {
      reportInternal(error, log, { method: 'subscriptions/listen' })
      tell(id, undefined)
    }
  }

  // What changes in other processes, or by the passing of time, is not announced by anybody.
  const lookAround = async (): Promise<void> => {
    timer = undefined
    isLooking = true
    for (const [id, known] of watched) {
      if (runner.isRunning(id)) continue
      await look(id, known)
      await giveWay()
    }
    isLooking = false
    schedule()
  }
  const schedule = (): void => {
    if (watched.size === 0 || isLooking) return
    timer ??= setTimeout(() => void lookAround(), pollInterval)
  }

  const begin = (id: string, version: number): Watched => {
    const begun = { listeners: new Set<Listener>(), version, quietUntil: 0, stop: ledger.watch(id, take) }
    watched.set(id, begun)
    schedule()
    return begun
  }

  return {
    describe,
    add: (id, version, listener) => {
      const known = watched.get(id) ?? begin(id, version)
      // Others may know more by now: the next look tells it again.
      known.version = Math.min(known.version, version)
      known.listeners.add(listener)
      return () => {
        known.listeners.delete(listener)
        if (known.listeners.size > 0 || watched.get(id) !== known) return
        watched.delete(id)
        known.stop()
        if (watched.size > 0) return
        clearTimeout(timer)
        timer = undefined
      }
    },
  }
}

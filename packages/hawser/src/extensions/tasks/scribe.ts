import { type Log, ProtocolError, reportInternal, toWireError, type WireError } from '../../call/index.ts'
import { failWith } from './conclude.ts'
import type { Ledger } from './ledger.ts'
import type { Phase, TaskState } from './state.ts'
import type { TaskStore } from './store.ts'
import type { Progress } from './work.ts'

/** Writes down how work gets on, as long as it is wanted. Nothing here rejects: nobody waits for it. */
export interface Scribe {
  /** How a task at work is stored, for as long as this process gives signs of life. */
  readonly working: () => Phase
  readonly fault: (message: string) => WireError
  readonly noteProgress: (id: string, progress: Progress) => Promise<void>
  /** A sign of life; false when the work is not wanted any more. */
  readonly renew: (id: string) => Promise<boolean>
  /** Where the work has come to, unless the task is over. */
  readonly conclude: (id: string, tool: string, step: (state: TaskState) => Partial<TaskState>) => Promise<void>
}

export interface ScribeOptions {
  readonly store: TaskStore
  readonly ledger: Ledger
  readonly log: Log
  readonly ttl: number
}

/** Milliseconds that a sign of life is good for. */
const LEASE = 20_000
const MAX_MESSAGE = 1_000

export function createScribe({ store, ledger, log, ttl }: ScribeOptions): Scribe {
  const fault = (message: string): WireError => toWireError(new ProtocolError('internal_error', message), log).error
  const working = (): Phase => ({
    status: 'working',
    ...(store.isShared === true && { aliveUntil: Date.now() + LEASE }),
  })
  const note = (id: string, step: (state: TaskState) => TaskState) =>
    ledger.change(id, (state) => (isWanted(state) ? step(state) : undefined))
  const end = (id: string, step: (state: TaskState) => Partial<TaskState>) =>
    ledger.change(id, (state) => {
      if (state.phase.status !== 'working') return undefined
      const now = Date.now()
      return { ...state, updatedAt: now, deadline: now + ttl, ...step(state) }
    })

  return {
    working,
    fault,
    noteProgress: async (id, progress) => {
      try {
        await note(id, (state) => ({ ...state, updatedAt: Date.now(), ...describeProgress(progress) }))
      } catch (cause) {
        reportInternal(cause, log, { method: 'tools/call' })
      }
    },
    renew: async (id) => {
      try {
        const entry = await note(id, (state) => ({ ...state, phase: working() }))
        return entry !== undefined && isWanted(entry.state)
      } catch (cause) {
        // It may be there again at the next sign.
        reportInternal(cause, log, { method: 'tools/call' })
        return true
      }
    },
    conclude: async (id, tool, step) => {
      const place = { method: 'tools/call', name: tool }
      try {
        await end(id, step)
      } catch (cause) {
        // A store that does not take the result may still take the news that there is none.
        const { error } = toWireError(cause, log, place)
        await end(id, () => failWith(error)).catch((again: unknown) => void reportInternal(again, log, place))
      }
    },
  }
}

const isWanted = ({ phase }: TaskState): boolean => phase.status === 'working' && phase.cancelling !== true

function describeProgress({ progress, total, message }: Progress): Partial<TaskState> {
  const said = String(message ?? (total === undefined ? progress : `${progress} of ${total}`))
  return { message: said.slice(0, MAX_MESSAGE), progress: { progress, total } }
}

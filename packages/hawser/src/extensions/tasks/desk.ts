import { type Call, ProtocolError } from '../../call/index.ts'
import type { ExtendedServer } from '../../server/index.ts'
import { failWith } from './conclude.ts'
import type { Ledger } from './ledger.ts'
import type { Runner } from './runner.ts'
import type { Scribe } from './scribe.ts'
import { type Entry, isDone, type TaskState } from './state.ts'
import type { TaskStore } from './store.ts'

/** Finds tasks for those whom they belong to. */
export interface Desk {
  readonly ownerOf: (call: Call) => string
  /** @throws AuthorizationError when scopes of the task's tool are missing by now. */
  readonly look: (call: Call, id: string) => Promise<Entry | undefined>
  /** @throws ProtocolError `invalid_params`, the same for a task of somebody else as for none. */
  readonly find: (call: Call, id: unknown) => Promise<Entry>
}

const MAX_ID = 128

const LOST = 'The server stopped while it worked on this task. Call the tool again.'
const UNANSWERED = 'Nobody answered in time. Call the tool again.'

export interface DeskOptions {
  readonly server: ExtendedServer
  readonly store: TaskStore
  readonly ledger: Ledger
  readonly scribe: Scribe
  readonly runner: Runner
  readonly ttl: number
}

export function createDesk({ server, store, ledger, scribe, runner, ttl }: DeskOptions): Desk {
  /** Why a task that is not done can come to no end any more, if so. */
  const findDoom = async (id: string, { phase, deadline }: TaskState): Promise<string | undefined> => {
    const isLate = deadline <= Date.now()
    if (phase.status === 'input_required') return isLate ? UNANSWERED : undefined
    if (phase.status !== 'working' || runner.isRunning(id)) return undefined
    const { worker, aliveUntil = Infinity } = phase
    if (isLate || aliveUntil <= Date.now()) return LOST
    return worker !== undefined && (await store.isGone?.(worker)) ? LOST : undefined
  }

  const bury = async (entry: Entry): Promise<Entry | undefined> => {
    const doom = isDone(entry.state) ? undefined : await findDoom(entry.id, entry.state)
    if (doom === undefined) return entry
    return ledger.change(entry.id, (state) => {
      // Somebody gave a sign of life, or an end, in the meantime.
      if (JSON.stringify(state) !== JSON.stringify(entry.state)) return undefined
      const now = Date.now()
      return { ...state, updatedAt: now, deadline: now + ttl, ...failWith(scribe.fault(doom)) }
    })
  }

  /** Tasks that a process left behind when it crashed are failed before this one answers for any. */
  const recover = async (): Promise<void> => {
    let lost = 0
    for (const { id } of await store.listOpen()) {
      const entry = await ledger.read(id)
      const after = entry && (await bury(entry))
      if (entry !== undefined && after?.version !== entry.version) lost++
    }
    if (lost > 0) {
      server.log({
        level: 'warn',
        message: `Tasks that a process left unfinished when it ended: ${lost}. They failed.`,
      })
    }
  }
  let recovered: Promise<void> | undefined
  const untilRecovered = async (): Promise<void> => {
    recovered ??= recover()
    try {
      await recovered
    } catch (error) {
      recovered = undefined
      throw error
    }
  }

  const ownerOf = ({ principal }: Call): string => JSON.stringify([server.name, principal?.subject ?? null])

  const look: Desk['look'] = async (call, id) => {
    await untilRecovered()
    if (id.length > MAX_ID) return undefined
    const entry = await ledger.read(id)
    if (entry === undefined || entry.owner !== ownerOf(call)) return undefined
    server.tools.get(entry.state.tool)?.authorize?.(call.principal)
    return bury(entry)
  }
  return {
    ownerOf,
    look,
    find: async (call, id) => {
      const entry = typeof id === 'string' ? await look(call, id) : undefined
      if (entry !== undefined) return entry
      throw new ProtocolError('invalid_params', 'Unknown task: params.taskId names none of yours, or it has expired.')
    },
  }
}

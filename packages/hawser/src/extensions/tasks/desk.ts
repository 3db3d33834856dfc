import { type Call, callerId, ProtocolError } from '../../call/index.ts'
import type { ExtendedServer } from '../../server/index.ts'
import { failWith } from './conclude.ts'
import type { Ledger } from './ledger.ts'
import type { Runner } from './runner.ts'
import type { Scribe } from './scribe.ts'
import type { Entry, TaskState } from './state.ts'

/** Finds tasks for those whom they belong to. */
export interface Desk {
  readonly ownerOf: (call: Call) => string
  /** @throws AuthorizationError when scopes that the call took are missing by now. */
  readonly admit: (call: Call, entry: Entry) => Promise<void>
  readonly look: (call: Call, id: string) => Promise<Entry | undefined>
  /**
   * Finds a task and lets the call in.
   *
   * @throws ProtocolError `invalid_params`, the same for a task of somebody else as for none; as `admit`.
   */
  readonly find: (call: Call, id: unknown) => Promise<Entry>
}

const MAX_ID = 128

const LOST = 'The server stopped while it worked on this task. Call the tool again.'
const UNANSWERED = 'Nobody answered in time. Call the tool again.'

export interface DeskOptions {
  readonly server: ExtendedServer
  readonly ledger: Ledger
  readonly scribe: Scribe
  readonly runner: Runner
  readonly ttl: number
}

export function createDesk({ server, ledger, scribe, runner, ttl }: DeskOptions): Desk {
  /** Why a task that is not done can come to no end any more, if so. */
  const findDoom = (id: string, { phase, deadline }: TaskState): string | undefined => {
    const now = Date.now()
    if (phase.status === 'input_required') return deadline <= now ? UNANSWERED : undefined
    if (phase.status !== 'working' || runner.isRunning(id)) return undefined
    // Threads and containers share host names and process ids: only silence tells who is gone.
    return Math.min(deadline, phase.aliveUntil ?? Infinity) <= now ? LOST : undefined
  }

  const bury = async (entry: Entry): Promise<Entry | undefined> => {
    const doom = findDoom(entry.id, entry.state)
    if (doom === undefined) return entry
    let failed: TaskState | undefined
    const after = await ledger.change(entry.id, (state) => {
      // Somebody gave a sign of life, or an end, in the meantime.
      if (JSON.stringify(state) !== JSON.stringify(entry.state)) return undefined
      const now = Date.now()
      failed = { ...state, updatedAt: now, deadline: now + ttl, ...failWith(scribe.fault(doom)) }
      return failed
    })
    const isDone = failed !== undefined && after?.state === failed
    if (isDone && doom === LOST) {
      const message = 'A task has failed: whoever worked on it has given no sign of life.'
      server.log({ level: 'warn', message, name: entry.state.tool })
    }
    return after
  }

  const ownerOf = ({ principal }: Call): string => JSON.stringify([server.name, callerId(principal) ?? null])

  const admit: Desk['admit'] = async (call, { state }) =>
    server.tools.get(state.tool)?.access.readmit(call, unknownTask, state.scopes)

  const look: Desk['look'] = async (call, id) => {
    if (id.length > MAX_ID) return undefined
    const entry = await ledger.read(id)
    if (entry === undefined || entry.owner !== ownerOf(call)) return undefined
    return bury(entry)
  }
  return {
    ownerOf,
    look,
    admit,
    find: async (call, id) => {
      const entry = typeof id === 'string' ? await look(call, id) : undefined
      if (entry === undefined) throw unknownTask()
      await admit(call, entry)
      return entry
    },
  }
}

const unknownTask = (): ProtocolError =>
  new ProtocolError('invalid_params', 'Unknown task: params.taskId names none of yours, or it has expired.')

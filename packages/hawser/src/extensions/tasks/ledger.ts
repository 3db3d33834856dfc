import { type Entry, decodeEntry, encodeEntry, type TaskState } from './state.ts'
import type { TaskStore } from './store.ts'

/** Says what becomes of a state; nothing when it stays as it is. */
export type Step = (state: TaskState) => TaskState | undefined

/** The tasks of a store, as values, with news of what changes in this process. */
export interface Ledger {
  readonly create: (owner: string, state: TaskState, most: number) => Promise<Entry | undefined>
  readonly read: (id: string) => Promise<Entry | undefined>
  /** Takes a step from the newest state, whoever else does so at the same time. Resolves to what is stored then. */
  readonly change: (id: string, step: Step) => Promise<Entry | undefined>
  readonly watch: (id: string, listener: (entry: Entry) => void) => () => void
}

const ID_BYTES = 18
/** Writers of one task are few: a worker and its callers. */
const MAX_ATTEMPTS = 64

export function createLedger(store: TaskStore): Ledger {
  const listeners = new Map<string, Set<(entry: Entry) => void>>()

  const tell = (entry: Entry): void => {
    for (const listener of listeners.get(entry.id) ?? []) listener(entry)
  }
  const read: Ledger['read'] = async (id) => {
    const stored = await store.read(id)
    return stored && decodeEntry(stored)
  }

  return {
    create: async (owner, state, most) => {
      const id = `${store.prefixOf?.(owner) ?? ''}${createId()}`
      const entry: Entry = { id, owner, version: 1, state }
      return (await store.create(encodeEntry(entry), most)) ? entry : undefined
    },
    read,
    change: async (id, step) => {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const entry = await read(id)
        const state = entry && step(entry.state)
        if (entry === undefined || state === undefined) return entry
        const next: Entry = { ...entry, version: entry.version + 1, state }
        if (!(await store.replace(encodeEntry(next)))) continue
        if (state.updatedAt !== entry.state.updatedAt || state.phase.status !== entry.state.phase.status) tell(next)
        return next
      }
      throw new Error(`The task ${id} changes faster than it can be written.`)
    },
    watch: (id, listener) => {
      const known = listeners.get(id) ?? new Set()
      listeners.set(id, known.add(listener))
      return () => {
        known.delete(listener)
        if (known.size === 0 && listeners.get(id) === known) listeners.delete(id)
      }
    },
  }
}

/** Nobody can guess it, and it fits a header as it is. (tasks#security-considerations) */
function createId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(ID_BYTES))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
}

import type { Call, Principal } from '../call/index.ts'
import type { HeaderField } from '../protocol/index.ts'
import type { Own } from '../server/mounts.ts'
import type { Need, Snapshot } from './cached.ts'
import { callerKey, MAX_CALLERS } from './caller-key.ts'
import type { Exclude } from './exclusions.ts'
import type { Gate } from './gate.ts'
import {
  type Listed,
  mergePrompts,
  mergeResources,
  mergeTemplates,
  mergeTools,
  type Table,
  type TemplateTable,
  type ToolTable,
} from './merge.ts'
import type { OwnLists } from './own-lists.ts'
import type { Entries, Kind } from './remote.ts'

/** A merged list, and what its sources say of how long it holds. */
export interface Merged<T extends Table = Table> {
  readonly table: T
  readonly sources: readonly Snapshot<unknown>[]
}

/** The merged form of each list. */
export interface Tables {
  readonly tools: ToolTable
  readonly prompts: Table<Entries['prompts']>
  readonly resources: Table<Entries['resources']>
  readonly templates: TemplateTable
}

type Get<T extends Table> = (call: Call, need: Need) => Promise<Merged<T>>

/** All that the mounted servers list, merged. */
export type Catalogue = { readonly [K in Kind]: Get<Tables[K]> } & {
  /** As far as the list is known that the caller sees. */
  readonly headerFields: (tool: string, caller: Principal | undefined) => readonly HeaderField[] | undefined
}

/** A merged list as long as nothing new was told. */
interface Kept<T extends Table> {
  readonly ids: string
  readonly table: T
}

export function createCatalogue(
  gates: readonly Gate[],
  own: Own,
  { taken, templates }: OwnLists,
  exclude: Exclude,
): Catalogue {
  const ownTemplates = templates.map(({ listing }) => listing)
  const isOwnUri = (uri: string): boolean => own.find(uri) !== undefined
  const points = gates.map(({ point }) => point)
  const keyOf = points.some(({ perCaller }) => perCaller) ? callerKey : () => ''

  const keep =
    <K extends Kind, T extends Table>(
      kind: K,
      merge: (listed: Listed<Entries[K]>) => T,
      kept = new Map<string, Kept<T>>(),
    ): Get<T> =>
    async (call, need) => {
      const sources = await Promise.all(
        gates.map(async (gate) => {
          const remote = gate.remoteFor(call)
          return { remote, snapshot: await remote.lists[kind].get(need) }
        }),
      )
      const key = keyOf(call.principal)
      const ids = sources.map(({ snapshot }) => snapshot.id).join()
      const before = kept.get(key)
      const table =
        before?.ids === ids
          ? before.table
          : merge(sources.map(({ remote, snapshot }) => ({ remote, entries: snapshot.value })))
      kept.delete(key)
      kept.set(key, { ids, table })
      const [oldest] = kept.keys()
      if (kept.size > MAX_CALLERS && oldest !== undefined) kept.delete(oldest)
      return { table, sources: sources.map(({ snapshot }) => snapshot) }
    }

  const tools = new Map<string, Kept<ToolTable>>()
  return {
    tools: keep('tools', (listed) => mergeTools(listed, taken.tools, exclude), tools),
    prompts: keep('prompts', (listed) => mergePrompts(listed, taken.prompts, exclude)),
    resources: keep('resources', (listed) => mergeResources(listed, points, isOwnUri, exclude)),
    templates: keep('templates', (listed) => mergeTemplates(listed, ownTemplates, exclude)),
    headerFields: (tool, caller) => tools.get(keyOf(caller))?.table.headerFields.get(tool),
  }
}

import type { Call } from '../call/index.ts'
import type { HeaderField } from '../protocol/index.ts'
import type { Own } from '../server/mounts.ts'
import type { Need, Snapshot } from './cached.ts'
import type { Exclude } from './exclusions.ts'
import type { Gate } from './gate.ts'
import {
  findPromptProblem,
  findToolProblem,
  headerFieldsOf,
  type Listed,
  mergeNamed,
  mergeResources,
  mergeTemplates,
  type Table,
  type TemplateTable,
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
  readonly tools: Table<Entries['tools']>
  readonly prompts: Table<Entries['prompts']>
  readonly resources: Table<Entries['resources']>
  readonly templates: TemplateTable
}

type Get<T extends Table> = (call: Call, need: Need) => Promise<Merged<T>>

/** All that the mounted servers list, merged. */
export type Catalogue = { readonly [K in Kind]: Get<Tables[K]> } & {
  /** As far as it is known yet. */
  readonly headerFields: (tool: string) => readonly HeaderField[] | undefined
}

/** Merged lists that are kept of each kind: one, more where mounts tell callers apart. */
const MAX_KEPT = 64

export function createCatalogue(
  gates: readonly Gate[],
  own: Own,
  { taken, templates }: OwnLists,
  exclude: Exclude,
): Catalogue {
  const isOwnUri = (uri: string): boolean => own.find(uri) !== undefined
  const points = gates.map(({ point }) => point)
  let fields: ReadonlyMap<string, readonly HeaderField[]> = new Map()

  const keep = <K extends Kind, T extends Table>(kind: K, merge: (listed: Listed<Entries[K]>) => T): Get<T> => {
    const kept = new Map<string, T>()
    return async (call, need) => {
      const sources = await Promise.all(
        gates.map(async (gate) => {
          const remote = gate.remoteFor(call)
          return { remote, snapshot: await remote.lists[kind].get(need) }
        }),
      )
      const key = sources.map(({ snapshot }) => snapshot.id).join()
      let table = kept.get(key)
      if (table === undefined) {
        table = merge(sources.map(({ remote, snapshot }) => ({ remote, entries: snapshot.value })))
        const [oldest] = kept.keys()
        if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest)
        kept.set(key, table)
      }
      return { table, sources: sources.map(({ snapshot }) => snapshot) }
    }
  }

  return {
    tools: keep('tools', (listed) => {
      const table = mergeNamed('tool', listed, taken.tools, findToolProblem, exclude)
      fields = new Map(table.rows.map(({ entry }) => [entry.name, headerFieldsOf(entry)]))
      return table
    }),
    prompts: keep('prompts', (listed) => mergeNamed('prompt', listed, taken.prompts, findPromptProblem, exclude)),
    resources: keep('resources', (listed) => mergeResources(listed, points, isOwnUri, exclude)),
    templates: keep('templates', (listed) => mergeTemplates(listed, templates, exclude)),
    headerFields: (tool) => fields.get(tool),
  }
}

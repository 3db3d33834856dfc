import { type Call, type Principal, ProtocolError, type Reply } from '../call/index.ts'
import type { CacheHint } from '../protocol/index.ts'
import type { Access } from '../server/access.ts'
import type { Listed } from '../server/listing.ts'
import type { Own } from '../server/mounts.ts'
import { createPages, type List, slicePage } from '../server/page.ts'
import type { Need, Snapshot } from './cached.ts'
import type { Catalogue, Merged } from './catalogue.ts'
import type { Row, Table } from './merge.ts'
import type { MountPoint } from './mount-point.ts'
import type { OwnLists } from './own-lists.ts'

/** Most pages that are read of this server's own list: its families are bounded, its pages are its own. */
const MAX_OWN_PAGES = 1000

/** Kept for as long as its sources told nothing new, and for a second at most, since less and less of their time is left. */
interface Kept {
  readonly second: number
  readonly mask: string
  readonly list: List
}

/** The parts of a list that a caller may see, and how long and for whom it may be kept. */
interface Seen {
  readonly rows: readonly Row[]
  readonly hint: CacheHint
  readonly mask: string
}

/** Answers the list methods with what this server and the mounted ones offer. Mounts that a caller may not use are left out. */
export function createLists(catalogue: Catalogue, points: readonly MountPoint[], own: Own, lists: OwnLists) {
  const { frame } = own
  const kept = new WeakMap<Table, Kept>()
  const accesses = points.flatMap(accessesOf)

  // Who has to sign in can be granted more, so what is mounted is listed like what this server offers itself.
  const isShown = (access: Access, caller: Principal | undefined): boolean =>
    own.isExplicit ? (frame.shows?.(access, caller) ?? true) : access.permits(caller)

  const see = ({ table, sources }: Merged, caller: Principal | undefined): Seen => {
    const mask = accesses.map((access) => (isShown(access, caller) ? 1 : 0)).join('')
    const shown = new Set(accesses.filter((_, index) => mask[index] === '1'))
    const rows = mask.includes('0') ? table.rows.filter(({ access }) => shown.has(access)) : table.rows
    const hint = hintOf(sources, points, frame.cache)
    return { rows, mask, hint: frame.shows === undefined ? hint : { ...hint, cacheScope: 'private' } }
  }

  const fixed =
    (kind: 'tools' | 'prompts' | 'templates', field: string, entries: readonly Listed<object>[]) =>
    async (call: Call): Promise<Reply> => {
      const merged: Merged = await catalogue[kind](call, needFor(call))
      const { rows, hint, mask: theirs } = see(merged, call.principal)
      const ours = entries.map(({ access }) => frame.shows?.(access, call.principal) ?? true)
      const mask = frame.shows === undefined ? theirs : `${theirs} ${ours.map(Number).join('')}`
      const second = Math.floor(Date.now() / 1000)
      let found = kept.get(merged.table)
      if (found?.second !== second || found.mask !== mask) {
        const shown = entries.filter((_, index) => ours[index]).map(({ listing }) => listing)
        const list = createPages(field, [...shown, ...rows.map(({ entry }) => entry)], { ...frame, cache: hint })
        found = { second, mask, list }
        kept.set(merged.table, found)
      }
      return found.list(call)
    }

  const resources = async (call: Call<'resources/list'>): Promise<Reply> => {
    const [ours, merged] = await Promise.all([readOwn(call, own), catalogue.resources(call, needFor(call))])
    const { rows, hint } = see(merged, call.principal)
    const all = [...ours.entries, ...rows.map(({ entry }) => entry)]
    const { page, nextCursor } = slicePage(all, frame.pageSize, call.params.cursor, 'resources')
    const ttlMs = Math.min(hint.ttlMs, ours.hint.ttlMs)
    const cacheScope = ours.hint.cacheScope === 'private' ? 'private' : hint.cacheScope
    return { resources: page, nextCursor, ttlMs, cacheScope, _meta: frame.resultMeta } as Reply<'resources/list'>
  }

  return {
    'tools/list': fixed('tools', 'tools', lists.tools),
    'prompts/list': fixed('prompts', 'prompts', lists.prompts),
    'resources/templates/list': fixed('templates', 'resourceTemplates', lists.templates),
    'resources/list': resources,
  }
}

/** A list is asked for with its first page: one that changed between two pages would have to be read from the start again. */
const needFor = ({ params }: Call): Need => ('cursor' in params && params.cursor !== undefined ? 'known' : 'fresh')

/** As long as the shortest of all, and as private as the most private; a list that lacks a server is not kept. */
export function hintOf(
  sources: readonly Snapshot<unknown>[],
  points: readonly MountPoint[],
  own: CacheHint,
): CacheHint {
  const now = Date.now()
  const left = sources.map(({ at, ttlMs, isMissing }) => (isMissing ? 0 : Math.max(0, at + ttlMs - now)))
  const isPrivate =
    own.cacheScope === 'private' ||
    points.some((point) => point.perCaller || accessesOf(point).some(({ isPublic }) => !isPublic)) ||
    sources.some(({ cacheScope }) => cacheScope === 'private')
  return { ttlMs: Math.min(own.ttlMs, ...left), cacheScope: isPrivate ? 'private' : 'public' }
}

/** Who may reach what of a mount. */
const accessesOf = ({ access, toolAccess }: MountPoint): readonly Access[] => [access, ...toolAccess.values()]

/** What this server lists itself, as this caller sees it. */
async function readOwn(
  call: Call<'resources/list'>,
  { handle, capabilities, frame }: Own,
): Promise<{ readonly entries: readonly object[]; readonly hint: CacheHint }> {
  const entries: object[] = []
  let hint: CacheHint = frame.cache
  if (capabilities.resources === undefined) return { entries, hint }
  let cursor: string | undefined
  for (let page = 0; page < MAX_OWN_PAGES; page++) {
    const reply = (await handle({ ...call, params: { ...call.params, cursor } })) as Reply<'resources/list'>
    if (!('resources' in reply)) break
    entries.push(...reply.resources)
    hint = reply
    cursor = reply.nextCursor
    if (cursor === undefined) return { entries, hint }
  }
  throw new ProtocolError('internal_error', `The resources of this server take more than ${MAX_OWN_PAGES} pages.`)
}

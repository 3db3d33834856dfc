import { DefinitionError, type Principal } from '../call/index.ts'
import type { Access } from './access.ts'
import type { ServerFrame } from './frame.ts'
import { createPages, type List } from './page.ts'

/** What lists show: all there is, what the caller could be granted, or what they hold the scopes for. */
export type Listing = 'all' | 'grantable' | 'granted'

/** Whether an item is listed for a caller. */
export type Shows = (access: Access, principal: Principal | undefined) => boolean

/** @throws DefinitionError `bad-listing`. */
export function readListing(listing: Listing | undefined, grantable: unknown): Listing {
  const chosen = listing ?? (grantable === undefined ? 'all' : 'grantable')
  const problem =
    chosen === 'grantable' && grantable === undefined
      ? "`listing: 'grantable'` needs `grantable`, which says what could be granted to whom."
      : chosen === 'all' && grantable !== undefined
        ? "`listing: 'all'` shows what `grantable` hides. Leave one of them out."
        : ['all', 'grantable', 'granted'].includes(chosen)
          ? undefined
          : `\`listing\` is 'all', 'grantable' or 'granted'; it is ${JSON.stringify(chosen)}.`
  if (problem === undefined) return chosen
  throw new DefinitionError('bad-listing', `mcp({ … }): ${problem}`)
}

/** `undefined` where everybody is shown the same. */
export function createShows(listing: Listing): Shows | undefined {
  switch (listing) {
    case 'all':
      return undefined
    case 'grantable':
      return (access, principal) => !access.isHidden(principal)
    case 'granted':
      return (access, principal) => access.permits(principal)
  }
}

/** Selections of one list whose pages are kept: callers with the same rights see the same. */
const MAX_SELECTIONS = 64

/** An item as it is listed. */
export interface Listed<T = unknown> {
  readonly listing: T
  readonly access: Access
}

/** Answers the pages of a list: made when the module loads where everybody sees the same, else once for those who do. */
export function createListPages(field: string, items: readonly Listed[], frame: ServerFrame): List {
  const { shows, cache } = frame
  if (shows === undefined)
    return createPages(
      field,
      items.map(({ listing }) => listing),
      frame,
    )
  const made = new Map<string, List>()
  const make = (shown: readonly Listed[]): List =>
    createPages(
      field,
      shown.map(({ listing }) => listing),
      { ...frame, cache: { ...cache, cacheScope: 'private' } },
    )
  return (call) => {
    const selection = items.map(({ access }) => (shows(access, call.principal) ? '1' : '0')).join('')
    let list = made.get(selection)
    if (list === undefined) {
      list = make(items.filter((_, index) => selection[index] === '1'))
      made.set(selection, list)
      const [oldest] = made.keys()
      if (made.size > MAX_SELECTIONS && oldest !== undefined) made.delete(oldest)
    }
    return list(call)
  }
}

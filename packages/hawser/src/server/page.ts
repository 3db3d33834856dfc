import { precompute, ProtocolError, type Reply } from '../call/index.ts'
import type { CacheHint, Meta } from '../protocol/index.ts'

/** Answers one of the list methods. */
export type List = (cursor: string | undefined) => Reply

const EXPIRED = 'Unknown cursor: the list changed, or this server did not issue it. List again from the start.'

/** Answers every page of a list that never changes from text made when the module loads. (server/utilities/pagination) */
export function createPages<T>(
  items: readonly T[],
  pageSize: number,
  hint: CacheHint,
  meta: Meta,
  wrap: (page: readonly T[]) => object,
): List {
  const print = fingerprint(JSON.stringify(items))
  const pages = new Map<string | undefined, Reply>()
  const count = Math.max(1, Math.ceil(items.length / pageSize))
  for (let page = 0; page < count; page++) {
    const at = page === 0 ? undefined : encodeCursor(print, page * pageSize)
    const more = page + 1 < count ? { nextCursor: encodeCursor(print, (page + 1) * pageSize) } : {}
    const reply = {
      ...wrap(items.slice(page * pageSize, (page + 1) * pageSize)),
      ...more,
      ...hint,
      _meta: meta,
    } as Reply
    pages.set(at, precompute(reply))
  }
  return (cursor) => {
    const reply = pages.get(cursor)
    if (reply === undefined) throw new ProtocolError('invalid_params', EXPIRED)
    return reply
  }
}

/** One page of a list that is made anew for each request; the cursor is bound to the method's own lists. */
export function slicePage<T>(
  items: readonly T[],
  pageSize: number,
  cursor: string | undefined,
  name: string,
): { readonly page: readonly T[]; readonly nextCursor?: string } {
  const offset = cursor === undefined ? 0 : decodeCursor(name, cursor)
  if (offset === undefined || (offset >= items.length && offset > 0)) throw new ProtocolError('invalid_params', EXPIRED)
  const end = offset + pageSize
  const page = items.slice(offset, end)
  return end < items.length ? { page, nextCursor: encodeCursor(name, end) } : { page }
}

/** Opaque to clients: a page belongs to one version of one list. */
function encodeCursor(list: string, offset: number): string {
  return btoa(`${list}:${offset}`).replaceAll('=', '')
}

function decodeCursor(list: string, cursor: string): number | undefined {
  if (cursor.length > 64 || !/^[A-Za-z0-9+/]+$/.test(cursor) || cursor.length % 4 === 1) return undefined
  const [name, offset, ...rest] = atob(cursor).split(':')
  return name === list && rest.length === 0 && offset !== undefined && /^[1-9]\d{0,8}$/.test(offset)
    ? Number(offset)
    : undefined
}

/** FNV-1a, enough to notice that a list is not the one the cursor came from. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(36)
}

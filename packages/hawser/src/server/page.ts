import { precompute, type Principal, ProtocolError, type Reply } from '../call/index.ts'
import type { ListParams } from '../protocol/index.ts'
import type { ServerFrame } from './frame.ts'

/** Answers one of the list methods. */
export type List = (call: { readonly params: ListParams; readonly principal?: Principal | undefined }) => Reply

/** Answers every page of a list that never changes from text made when the module loads. (server/utilities/pagination) */
export function createPages(
  field: string,
  items: readonly unknown[],
  { pageSize, cache, resultMeta }: Pick<ServerFrame, 'pageSize' | 'cache' | 'resultMeta'>,
): List {
  const pages = new Map<string | undefined, Reply>()
  const list = fingerprint(JSON.stringify(items))
  let at: string | undefined
  do {
    const { page, nextCursor } = slicePage(items, pageSize, at, list)
    const reply = { [field]: page, nextCursor, ...cache, _meta: resultMeta } as unknown as Reply
    pages.set(at, precompute(reply))
    at = nextCursor
  } while (at !== undefined)
  return ({ params }) => pages.get(params.cursor) ?? expire()
}

/** One page of a list that is made anew for each request. A cursor is opaque to clients and belongs to its list. */
export function slicePage<T>(
  items: readonly T[],
  pageSize: number,
  cursor: string | undefined,
  list: string,
): { readonly page: readonly T[]; readonly nextCursor: string | undefined } {
  const start = cursor === undefined ? 0 : Number.parseInt(cursor.slice(list.length + 1), 10)
  const isOurs = cursor === undefined || (cursor === `${list}-${start}` && start > 0 && start < items.length)
  if (!isOurs) expire()
  const end = start + pageSize
  return { page: items.slice(start, end), nextCursor: end < items.length ? `${list}-${end}` : undefined }
}

function expire(): never {
  throw new ProtocolError('invalid_params', 'Unknown cursor, or the list has changed. List again from the start.')
}

/** FNV-1a, enough to notice that a list is not the one the cursor came from. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(36)
}

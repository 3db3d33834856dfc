import { isObject, type Meta } from '../protocol/index.ts'
import type { Access } from './access.ts'

/** Of a listed item: every scope that it takes, so that hosts can say so before it is called. */
const SCOPES = 'hawser/scopes'

/** The `_meta` of a listed item. What chooses its scopes by arguments tells of none, since nobody knows yet. */
export function listedMeta(meta: Meta | undefined, { isDynamic, scopes }: Access): Meta | undefined {
  return isDynamic || scopes.length === 0 ? meta : { ...meta, [SCOPES]: scopes }
}

/** As above for what another server lists: the scopes that it names are for this server's dealings with it, and no caller's affair. */
export function mountedMeta(theirs: unknown, access: Access): Meta | undefined {
  if (!isObject(theirs)) return listedMeta(undefined, access)
  const { [SCOPES]: _, ...meta } = theirs
  return listedMeta(Object.keys(meta).length > 0 ? meta : undefined, access)
}

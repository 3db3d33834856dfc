import type { GrantWatch } from '../call/index.ts'
import { META, type Implementation, type Meta } from '../protocol/index.ts'
import type { Shows } from './listing.ts'
import type { HandlerFrame } from './run-handler.ts'

/** What all features of one server share. */
export interface ServerFrame extends HandlerFrame {
  /** The `_meta` of results: who answered. (basic#meta, per-response protocol fields) */
  readonly resultMeta: Meta
  readonly cache: { readonly ttlMs: number; readonly cacheScope: 'public' | 'private' }
  readonly pageSize: number
  /** What lists show to whom; `undefined` where everybody is shown the same. */
  readonly shows: Shows | undefined
  /** Whether callers who stay still may; absent where nobody can revoke that. */
  readonly grants: GrantWatch | undefined
}

export function createResultMeta(info: Implementation): Meta {
  return Object.freeze({ [META.serverInfo]: Object.freeze(info) })
}

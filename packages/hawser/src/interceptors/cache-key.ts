import { type Call, callerId, LIMITS, type Principal } from '../call/index.ts'

/** What of `_meta` says nothing about the answer. */
const IGNORED: ReadonlySet<string> = new Set(['progressToken', 'traceparent', 'tracestate', 'baggage'])

/** The names under which an answer can be kept. */
export interface CacheKeys {
  /** For an answer that is the same for everybody. */
  readonly public: string
  /** For an answer to this authorization. */
  readonly private: string
  /** For a request that is under way: whoever joins it has as much time as the one who sent it. */
  readonly shared: string
}

/** All that may tell one answer from another: method and params, and who asks with which capabilities. (server/utilities/caching#cache-key) */
export function cacheKeys(call: Call, authorization: string): CacheKeys {
  const { method, params, protocolVersion, clientCapabilities, principal } = call
  const { _meta = {}, ...rest } = params
  const meta = Object.entries(_meta).filter(([name]) => !IGNORED.has(name))
  // A proven caller has passed the checks of the server behind, which another one might not.
  const own = [method, rest, meta, protocolVersion, clientCapabilities, principal && describe(principal)]
  const shared = JSON.stringify(own)
  const mine = JSON.stringify([...own, authorization])
  return { public: shared, private: mine, shared: `${mine}${JSON.stringify(call.values.get(LIMITS))}` }
}

function describe(principal: Principal): readonly unknown[] {
  return [callerId(principal), [...principal.scopes].sort()]
}

import { type Call, ConnectionError, type Interceptor, isCallOf, ProtocolError, type Reply } from '../call/index.ts'
import type { Method, Notification } from '../protocol/index.ts'
import { cacheKeys, type CacheKeys } from './cache-key.ts'
import { listedNames } from './listed-names.ts'
import { createReplyStore, type KeptReply } from './reply-store.ts'
import { createSharedCalls } from './shared-calls.ts'
import { targetOf } from './target.ts'

/** What may be said about a cache. */
export interface CacheOptions {
  /** Most answers that are kept; 1000 when left out. */
  readonly maxEntries?: number | undefined
  /** Most bytes that all of them take in memory; 16 MiB when left out. */
  readonly maxBytes?: number | undefined
  /** Most milliseconds that an answer is kept, whatever the server allows; a day when left out. */
  readonly maxTtl?: number | undefined
  /** Milliseconds after its time for which an answer stands in for one that the server fails to give; 0 when left out. */
  readonly staleOnError?: number | undefined
  /**
   * Tells authorizations apart when one connection serves several, such as by the token that will be sent. Private
   * answers to one are not given to another.
   */
  readonly partition?: ((call: Call) => string) | undefined
}

/** The method of each list, by what changes. */
const LISTS = {
  tools: ['tools/list'],
  prompts: ['prompts/list'],
  resources: ['resources/list', 'resources/templates/list'],
} as const

const KINDS = ['tools', 'prompts', 'resources'] as const

/** What may be kept. (server/utilities/caching#cacheable-results) */
const CACHEABLE: ReadonlySet<Method> = new Set<Method>([
  'server/discover',
  ...KINDS.flatMap((kind) => LISTS[kind]),
  'resources/read',
])

/** A refusal of one of these may say that the list it came from is out of date. */
const LIST_OF: ReadonlyMap<Method, (typeof KINDS)[number]> = new Map([
  ['tools/call', 'tools'],
  ['prompts/get', 'prompts'],
  ['resources/read', 'resources'],
])

const DAY = 86_400_000

/** Milliseconds before another refusal is taken to say that a list is out of date: what it lists is also refused for other reasons. */
const DOUBT_PAUSE = 5_000

/**
 * Keeps answers as long as the server allows with `ttlMs`, and by `cacheScope` for everybody or for one authorization.
 * Answers that depend on what a person was asked are not kept. What subscriptions of this connection report as changed is
 * forgotten at once, and so is what changed unnoticed before a subscription began. A list is forgotten as well when the
 * server refuses what it lists, every five seconds at most; a name that it does not list says nothing of it. Lists that are
 * asked for at the same time are fetched once; a resource is, too, once it is known that it may be kept.
 *
 * Each connection it is used for has a cache of its own. Behind a server's front it keeps what it has for each caller apart.
 *
 * @example
 * await using notes = await connect('https://notes.example.com/mcp', { use: [cache({ staleOnError: 60_000 })] })
 * @see server/utilities/caching
 */
export function cache(options: CacheOptions = {}): Interceptor {
  const { maxEntries = 1000, maxBytes = 16 * 1024 * 1024, maxTtl = DAY, staleOnError = 0, partition } = options
  return (next) => {
    const store = createReplyStore(maxEntries, maxBytes)
    const shared = createSharedCalls(next)
    /** Grows when something is forgotten, so that an answer which was on its way meanwhile is not kept. */
    let age = 0
    /** When a list was last forgotten for what the server refused, in milliseconds since the epoch. */
    const doubtedAt = new Map<(typeof KINDS)[number], number>()

    const forget = (isStale: (reply: KeptReply) => boolean): void => {
      age++
      shared.close()
      store.drop(isStale)
    }
    const forgetList = (kind: (typeof KINDS)[number]): void =>
      forget(({ method }) => LISTS[kind].some((list) => list === method))
    /** What strangers make up is refused as well, and a list does not suffer from it. */
    const doubtList = (call: Call): void => {
      const kind = LIST_OF.get(call.method)
      const name = targetOf(call)
      if (kind === undefined || name === undefined || isWithin(DOUBT_PAUSE, doubtedAt.get(kind))) return
      if (!store.some(({ method, names }) => LISTS[kind].some((list) => list === method) && names.has(name))) return
      doubtedAt.set(kind, Date.now())
      forgetList(kind)
    }
    /** Of a list whose cursor is not good any more, the other pages are not either. (server/utilities/caching#interaction-with-pagination) */
    const doubtPages = ({ method, params }: Call): void => {
      const cursor = 'cursor' in params ? params.cursor : undefined
      const isPage = (reply: KeptReply): boolean => reply.method === method
      if (cursor === undefined || !store.some((reply) => isPage(reply) && reply.nextCursor === cursor)) return
      forget(isPage)
    }
    const forgetReads = (uris: readonly string[]): void =>
      forget(({ method, uri }) => method === 'resources/read' && uri !== undefined && uris.includes(uri))

    const heed = ({ method, params }: Notification): void => {
      if (method === 'notifications/resources/updated') forgetReads([String(params?.uri)])
      if (method === 'notifications/subscriptions/acknowledged') {
        const { notifications: filter = {} } = params ?? {}
        for (const kind of KINDS) if (filter[`${kind}ListChanged`] === true) forgetList(kind)
        if (Array.isArray(filter.resourceSubscriptions)) forgetReads(filter.resourceSubscriptions)
      }
      for (const kind of KINDS) if (method === `notifications/${kind}/list_changed`) forgetList(kind)
    }

    const listen = (call: Call): Promise<Reply> =>
      next({
        ...call,
        notify: (notification) => {
          heed(notification)
          call.notify(notification)
        },
      })

    const keep = (keys: CacheKeys, { method, params }: Call, reply: Reply, askedAt: number): void => {
      const ttlMs = ttlOf(reply)
      if (ttlMs === 0 || age !== askedAt) return
      const isPublic = 'cacheScope' in reply && reply.cacheScope === 'public'
      const uri = 'uri' in params ? params.uri : undefined
      const text = JSON.stringify(reply)
      const nextCursor = 'nextCursor' in reply ? reply.nextCursor : undefined
      store.delete(isPublic ? keys.private : keys.public)
      store.set(isPublic ? keys.public : keys.private, {
        text,
        method,
        uri,
        names: listedNames(method, reply),
        nextCursor,
        receivedAt: Date.now(),
        ttlMs: Math.min(ttlMs, maxTtl),
      })
    }

    const find = (keys: CacheKeys): KeptReply | undefined => store.get(keys.private) ?? store.get(keys.public)

    const fetch = async (keys: CacheKeys, call: Call, isShared: boolean): Promise<Reply> => {
      const askedAt = age
      const reply = await (isShared ? shared.lead(keys.shared, call) : next(call))
      keep(keys, call, reply, askedAt)
      return reply
    }

    const join = async (flight: Promise<Reply>, call: Call): Promise<Reply | undefined> => {
      try {
        const reply = await flight
        // What may not be kept may be older than this call.
        return ttlOf(reply) > 0 ? copy(JSON.stringify(reply)) : undefined
      } catch (error) {
        // The time of the one who sent it was over, not that of this call.
        const isOthers = error instanceof ConnectionError && error.code === 'timeout' && !call.signal.aborted
        if (isOthers) return undefined
        throw error
      }
    }

    const answer = async (call: Call): Promise<Reply> => {
      const keys = cacheKeys(call, partition?.(call) ?? '')
      const kept = find(keys)
      if (kept !== undefined && isFresh(kept, 0)) return copy(kept.text)
      try {
        const isShared = call.method !== 'resources/read' || kept !== undefined
        // Nothing is waited for in between, or two calls would lead.
        const flight = isShared ? shared.follow(keys.shared, call) : undefined
        const joined = flight && (await join(flight, call))
        return joined ?? (await fetch(keys, call, isShared))
      } catch (error) {
        if (isRefusal(error)) doubtPages(call)
        if (kept !== undefined && !call.signal.aborted && isOutage(error) && isFresh(kept, staleOnError))
          return copy(kept.text)
        throw error
      }
    }

    return async (call) => {
      if (isCallOf(call, 'subscriptions/listen')) return listen(call)
      try {
        return await (isCacheable(call) ? answer(call) : next(call))
      } catch (error) {
        if (isRefusal(error)) doubtList(call)
        throw error
      }
    }
  }
}

/** Answers to what was asked in between depend on more than their key. (server/utilities/caching#cache-key) */
function isCacheable({ method, params }: Call): boolean {
  return CACHEABLE.has(method) && !('requestState' in params) && !('inputResponses' in params)
}

/** Milliseconds for which a reply may be kept: none unless it says so, and none for a question. */
function ttlOf(reply: Reply): number {
  if ('resultType' in reply || !('ttlMs' in reply)) return 0
  const { ttlMs } = reply
  return typeof ttlMs === 'number' && ttlMs > 0 ? ttlMs : 0
}

/** A clock that was set back makes what was kept before it old. (server/utilities/caching#freshness-calculation) */
function isFresh({ receivedAt, ttlMs }: KeptReply, grace: number): boolean {
  return isWithin(ttlMs + grace, receivedAt)
}

/** Whether less than so many milliseconds have passed since a moment. */
function isWithin(ms: number, since = -Infinity): boolean {
  const passed = Date.now() - since
  return passed >= 0 && passed < ms
}

/** Was serialised from a reply. */
const copy = (text: string): Reply => JSON.parse(text) as Reply

const REFUSALS: ReadonlySet<string> = new Set(['invalid_params', 'method_not_found', 'header_mismatch'])

const isRefusal = (error: unknown): boolean => error instanceof ProtocolError && REFUSALS.has(error.code)

const OUTAGES: ReadonlySet<string> = new Set(['disconnected', 'timeout', 'unavailable', 'bad_reply'])

/** The server is down, out of reach, or in trouble. */
function isOutage(error: unknown): boolean {
  if (error instanceof ConnectionError) return OUTAGES.has(error.code)
  return error instanceof ProtocolError && ['internal_error', 'too_many_requests'].includes(error.code)
}

import { after, badReply, ConnectionError } from '../call/index.ts'
import { type Entry, type ListMethod, pages } from '../client/pages.ts'
import type { Request } from '../client/request.ts'
import { isObject, type Result } from '../protocol/index.ts'
import type { Told } from './cached.ts'

/** Most pages and entries of one list of a mounted server, and UTF-16 units of it as JSON. */
const MAX_PAGES = 100
const MAX_ENTRIES = 10_000
const MAX_SIZE = 16 * 1024 * 1024

/** How long a result of a mounted server may be kept, whatever it says. Nothing said is nothing promised. */
export function readHint(result: {
  readonly ttlMs?: unknown
  readonly cacheScope?: unknown
}): Omit<Told<unknown>, 'value'> {
  const { ttlMs, cacheScope } = result
  return {
    ttlMs: typeof ttlMs === 'number' && ttlMs > 0 ? Math.min(Math.trunc(ttlMs), Number.MAX_SAFE_INTEGER) : 0,
    cacheScope: cacheScope === 'public' ? 'public' : 'private',
  }
}

/**
 * Reads all pages of a list.
 *
 * @param timeout Milliseconds for all of them together: everybody waits for the slowest of the mounted servers.
 * @throws ConnectionError `bad_reply` when it does not end within bounds, `timeout`; whatever the request throws.
 */
export async function readList<M extends ListMethod>(
  request: Request,
  method: M,
  timeout: number,
): Promise<Told<readonly Entry<M>[]>> {
  const late = new AbortController()
  const stop = after(timeout, () =>
    late.abort(new ConnectionError('timeout', `${method} did not end within ${timeout / 1000} s.`)),
  )
  try {
    return await readPages(
      (name, params, options) => request(name, params, { ...options, signal: late.signal }),
      method,
    )
  } finally {
    stop()
  }
}

async function readPages<M extends ListMethod>(request: Request, method: M): Promise<Told<readonly Entry<M>[]>> {
  const entries: Entry<M>[] = []
  let ttlMs = Number.MAX_SAFE_INTEGER
  let cacheScope: 'public' | 'private' = 'public'
  let size = 0
  const observed: Request = async (name, params, options) => {
    const result = await request(name, params, options)
    const hint = readHint(result as Result<ListMethod>)
    ttlMs = Math.min(ttlMs, hint.ttlMs)
    if (hint.cacheScope === 'private') cacheScope = 'private'
    return result
  }
  for await (const page of pages(observed, method, MAX_PAGES)) {
    size += JSON.stringify(page).length
    if (entries.length + page.length > MAX_ENTRIES || size > MAX_SIZE) {
      throw badReply(`${method} holds more than ${MAX_ENTRIES} entries, or ${MAX_SIZE} characters.`)
    }
    for (const entry of page) if (isObject(entry)) entries.push(entry)
  }
  // A server without the feature told nothing that could be kept; that it has none is not asked every time.
  return { value: entries, ttlMs: ttlMs === Number.MAX_SAFE_INTEGER ? 60_000 : ttlMs, cacheScope }
}

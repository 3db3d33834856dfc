import { workers } from '#workers'
import { FetchDocumentError, type FetchDocument, type FetchLimits } from '../cimd/fetch-document.ts'

const FLAG = 'global_fetch_strictly_public'
const ADDRESS = /^(?:\[.*\]|[\d.]+)$/

/** The flags that this Worker runs with. */
interface Runtime {
  readonly Cloudflare?: { readonly compatibilityFlags?: Readonly<Record<string, boolean>> }
}

/**
 * A `FetchDocument` of a Worker, whose runtime resolves names and connects to the public internet only. Numbers in place of a
 * name are refused, and redirects are not followed. Elsewhere than on Workers it fetches nothing.
 *
 * @throws TypeError when the Worker runs without the compatibility flag `global_fetch_strictly_public`: then `fetch` could reach
 * what lies behind the zone of the Worker.
 *
 * @example
 * const oauth = createOAuth({ …, clientDocuments: { fetch: publicDocuments() } })
 */
export function publicDocuments(): FetchDocument {
  if (workers.env === undefined) return elsewhere
  const { Cloudflare } = globalThis as Runtime
  if (!Cloudflare?.compatibilityFlags?.[FLAG]) {
    throw new TypeError(
      `publicDocuments needs the flag ${FLAG}; add to wrangler.jsonc: "compatibility_flags": ["${FLAG}"]`,
    )
  }
  return async (url, limits) => {
    if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') {
      throw new FetchDocumentError('blocked', `Expected an https address without user information, got ${url.protocol}`)
    }
    if (ADDRESS.test(url.hostname) || !url.hostname.includes('.')) {
      throw new FetchDocumentError('blocked', `${url.hostname} is no name of the public internet`)
    }
    const signal = AbortSignal.timeout(limits.timeoutMs)
    try {
      return await get(url, limits, signal)
    } catch (error) {
      if (error instanceof FetchDocumentError) throw error
      if (signal.aborted) throw new FetchDocumentError('timeout', `${url.host} took longer than ${limits.timeoutMs} ms`)
      throw new FetchDocumentError('unreachable', `${url.host} could not be asked`, { cause: error })
    }
  }
}

/** Nothing keeps `fetch` of another runtime out of the own network. */
const elsewhere: FetchDocument = async () => {
  throw new FetchDocumentError('blocked', 'This publicDocuments is for Workers; on Node use that of @hawser/oauth/node')
}

const get = async (url: URL, { maxBytes }: FetchLimits, signal: AbortSignal) => {
  const headers = { accept: 'application/json', 'user-agent': 'hawser-oauth' }
  const response = await fetch(url, { headers, redirect: 'manual', signal })
  const { status } = response
  const isWanted = status === 200
  // The body of an error page is nobody's business.
  if (!isWanted) await response.body?.cancel()
  return {
    status,
    contentType: response.headers.get('content-type') ?? '',
    cacheControl: response.headers.get('cache-control') ?? '',
    age: Number(response.headers.get('age')) || 0,
    body: isWanted ? await readBody(response, maxBytes) : new Uint8Array(),
  }
}

/** Counts what comes out of a compressed answer, which the runtime opens. */
const readBody = async (response: Response, maxBytes: number): Promise<Uint8Array> => {
  const body = new Uint8Array(maxBytes)
  let size = 0
  for await (const part of response.body ?? []) {
    if (size + part.length > maxBytes) {
      throw new FetchDocumentError('too_large', `The document has more than ${maxBytes} bytes`)
    }
    body.set(part, size)
    size += part.length
  }
  return body.subarray(0, size)
}

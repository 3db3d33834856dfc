import type { Client } from '../client.ts'
import { MetadataError, readKeySet, type MetadataPolicy } from '../register/client-metadata.ts'
import { readClientDocument } from './client-document.ts'
import { clientIdUrlProblem } from './client-id-url.ts'
import { FetchDocumentError, type FetchDocument, type FetchedDocument, type FetchLimits } from './fetch-document.ts'
import type { GrantStore, StoredDocument } from '../store.ts'
import { readJson } from './read-json.ts'

export interface ClientDocumentsOptions {
  /** `publicDocuments()` of `@hawser/oauth/node`, or a fetch of a runtime that reaches the public internet only. */
  readonly fetch: FetchDocument
  /** Which hosts may name clients; all unless given. (client-registration, domain trust) */
  readonly trust?: (host: string) => boolean
}

export interface ClientDocumentsContext extends Pick<MetadataPolicy, 'redirectSchemes'> {
  /** Own addresses: issuer and resources. Their hosts are never asked for a document. */
  readonly own: readonly string[]
  /** Counts one more; false when there were `limit` within the window. */
  readonly hit: (bucket: string, limit: number, windowMs: number) => Promise<boolean>
  readonly now: () => number
  /** What some process of this server has fetched. */
  readonly documents: Pick<GrantStore, 'readDocument' | 'saveDocument'>
  /** Told when a document is not what it was the last time. */
  readonly changed: (client: Client) => Promise<void>
}

export interface ClientDocuments {
  /** The client whose document lies there, from memory, from the store or from its host. Throws `ClientDocumentError`. */
  load(clientId: string, from?: { readonly address?: string | undefined }): Promise<Client>
}

/** Why a `client_id` names nobody. The message and the cause are for the log; strangers hear that the client is unknown. */
export class ClientDocumentError extends Error {
  override readonly name = 'ClientDocumentError'
  readonly code: 'client_id' | 'own_host' | 'not_trusted' | 'limited' | 'fetch' | 'unwell' | 'response' | 'document'

  constructor(code: ClientDocumentError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  /** Whether the same `client_id` may well be known a minute later. */
  get isPassing(): boolean {
    if (this.code === 'limited' || this.code === 'unwell') return true
    const { cause } = this
    return cause instanceof FetchDocumentError && (cause.code === 'unreachable' || cause.code === 'timeout')
  }
}

const LIMITS = { maxBytes: 5120, timeoutMs: 5000 }
/** Keys may come with their certificates. */
const KEY_LIMITS = { ...LIMITS, maxBytes: 16_384 }
const MINUTE = 60_000
const FRESH_AT_LEAST = 5 * MINUTE
const FRESH_AT_MOST = 24 * 60 * MINUTE
const MAX_KEPT = 1000
/**
 * For how long the store keeps a document, so that a change is noticed when it is fetched again: each as long, since those that end first
 * make room, and who says to be kept for long is to push nobody out.
 */
const REMEMBERED = 2 * FRESH_AT_MOST
/** Documents that are fetched at the same time. */
const MAX_PENDING = 32
/** Fetches a minute. Nothing bad is remembered (draft section 4.4), so these protect the host that is asked. */
const PER_CLIENT = 5
const PER_HOST = 20
const PER_ADDRESS = 20
const ALTOGETHER = 300

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/i

/** How long an answer is used, RFC 9111 section 5.2 within bounds of our own. */
export function freshFor({ cacheControl, age }: Pick<FetchedDocument, 'cacheControl' | 'age'>): number {
  const directives = cacheControl
    .toLowerCase()
    .split(',')
    .map((part) => part.trim())
  if (directives.includes('no-store') || directives.includes('no-cache')) return FRESH_AT_LEAST
  const seconds = directives.map((part) => /^max-age="?(\d+)"?$/.exec(part)?.[1]).find((found) => found !== undefined)
  const left = (Number(seconds ?? 0) - Math.max(0, age)) * 1000
  return Math.min(Math.max(left, FRESH_AT_LEAST), FRESH_AT_MOST)
}

const checkResponse = ({ status, contentType }: FetchedDocument): void => {
  if (status >= 500 || status === 429) throw new ClientDocumentError('unwell', `Expected status 200, got ${status}`)
  if (status !== 200)
    throw new ClientDocumentError('response', `Expected status 200, got ${status}; redirects are not followed`)
  const type = contentType.split(';', 1)[0]?.trim() ?? ''
  if (!JSON_TYPE.test(type)) throw new ClientDocumentError('response', `Expected application/json, got ${type}`)
}

/** A document that was fetched, and the client that it describes. */
interface Described {
  readonly client: Client
  readonly text: string
  readonly keys?: string | undefined
  /** Milliseconds. */
  readonly fresh: number
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Clients by their metadata documents, each fetched once at a time and kept as long as its host says, within bounds. */
export function createClientDocuments(
  options: ClientDocumentsOptions,
  context: ClientDocumentsContext,
): ClientDocuments {
  const kept = new Map<string, { readonly client: Client; readonly until: number }>()
  const pending = new Map<string, Promise<Client>>()
  let fetching = 0
  const ownHosts = new Set(context.own.map((url) => new URL(url).host))

  const check = (clientId: string): URL => {
    const problem = clientIdUrlProblem(clientId)
    if (problem) throw new ClientDocumentError('client_id', `A client_id that is an address ${problem}`)
    const url = new URL(clientId)
    if (options.trust && !options.trust(url.host))
      throw new ClientDocumentError('not_trusted', `${url.host} may not name clients here`)
    return url
  }

  const count = async (bucket: string, limit: number): Promise<void> => {
    if (!(await context.hit(bucket, limit, MINUTE)))
      throw new ClientDocumentError('limited', `Too many fetches: ${bucket}`)
  }

  const admit = async (url: URL, address: string | undefined): Promise<void> => {
    const buckets: readonly (readonly [string, number])[] = [
      // First who asks, so that nobody uses up the share of others.
      ...(address === undefined ? [] : [[`cimd:address:${address}`, PER_ADDRESS] as const]),
      [`cimd:client:${url.href}`, PER_CLIENT],
      ['cimd:all', ALTOGETHER],
    ]
    for (const [bucket, limit] of buckets) await count(bucket, limit)
  }

  const keep = (client: Client, until: number): void => {
    kept.delete(client.id)
    const [oldest] = kept.keys()
    if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest)
    kept.set(client.id, { client, until })
  }

  const get = async (url: URL, limits: FetchLimits): Promise<FetchedDocument> => {
    if (ownHosts.has(url.host))
      throw new ClientDocumentError('own_host', `${url.host} is this server or one of its resources`)
    await count(`cimd:host:${url.host}`, PER_HOST)
    try {
      const answer = await options.fetch(url, limits)
      checkResponse(answer)
      return answer
    } catch (error) {
      if (error instanceof ClientDocumentError) throw error
      const code = error instanceof FetchDocumentError ? error.code : 'unknown'
      throw new ClientDocumentError('fetch', `Nothing was fetched from ${url.host}: ${code}`, { cause: error })
    }
  }

  const describe = async (url: URL): Promise<Described> => {
    const answer = await get(url, LIMITS)
    const { client, jwksUri } = await readClientDocument(url.href, answer.body, context)
    const text = textOf(answer.body)
    if (jwksUri === undefined) return { client, text, fresh: freshFor(answer) }
    const keys = await get(new URL(jwksUri), KEY_LIMITS)
    return {
      client: { ...client, jwks: readKeySet(readJson(keys.body)) },
      text,
      keys: textOf(keys.body),
      fresh: Math.min(freshFor(answer), freshFor(keys)),
    }
  }

  /** The client of a document in the store, by the rules of this process, which may be others than when it was fetched. */
  const describeStored = async ({ clientId, text, keys }: StoredDocument): Promise<Client | undefined> => {
    try {
      const { client, jwksUri } = await readClientDocument(clientId, bytesOf(text), context)
      if (jwksUri === undefined) return client
      return keys === undefined ? undefined : { ...client, jwks: readKeySet(readJson(bytesOf(keys))) }
    } catch (error) {
      if (error instanceof MetadataError) return undefined
      throw error
    }
  }

  /** What another process has fetched; kept when its host need not be asked again. */
  const recall = async (url: URL): Promise<{ readonly client: Client; readonly isFresh: boolean } | undefined> => {
    const now = context.now()
    const stored = ownHosts.has(url.host) ? undefined : await context.documents.readDocument(url.href, now)
    const client = stored && (await describeStored(stored))
    if (stored === undefined || client === undefined) return undefined
    const isFresh = stored.freshUntil > now
    if (isFresh) keep(client, stored.freshUntil)
    return { client, isFresh }
  }

  const fetchClient = async (url: URL, address: string | undefined, known: Client | undefined): Promise<Client> => {
    if (fetching >= MAX_PENDING) throw new ClientDocumentError('limited', 'Too many documents are being fetched')
    fetching++
    try {
      await admit(url, address)
      const { client, text, keys, fresh } = await describe(url)
      // The store may have heard from another process since.
      const last = known ?? kept.get(client.id)?.client
      if (last && last.fingerprint !== client.fingerprint) await context.changed(client)
      const now = context.now()
      const freshUntil = now + fresh
      keep(client, freshUntil)
      const document = { clientId: client.id, text, keys, freshUntil, expiresAt: now + REMEMBERED }
      await context.documents.saveDocument(document, now)
      return client
    } catch (error) {
      if (!(error instanceof MetadataError)) throw error
      throw new ClientDocumentError('document', `The document at ${url.host} describes no client: ${error.message}`, {
        cause: error,
      })
    } finally {
      fetching--
    }
  }

  const find = async (url: URL, address: string | undefined): Promise<Client> => {
    const known = await recall(url)
    if (known?.isFresh === true) return known.client
    try {
      return await fetchClient(url, address, known?.client)
    } catch (error) {
      if (!(error instanceof ClientDocumentError && error.code === 'limited')) throw error
      // Those who were before may have fetched it meanwhile.
      const later = await recall(url)
      if (later?.isFresh === true) return later.client
      throw error
    }
  }

  return {
    async load(clientId, from = {}) {
      const url = check(clientId)
      const found = kept.get(clientId)
      if (found && found.until > context.now()) return found.client
      const running = pending.get(clientId)
      if (running) return running
      const finding = find(url, from.address).finally(() => pending.delete(clientId))
      pending.set(clientId, finding)
      return finding
    },
  }
}

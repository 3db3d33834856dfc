/** What a host answered when it was asked for a document. */
export interface FetchedDocument {
  readonly status: number
  readonly contentType: string
  readonly cacheControl: string
  /** Seconds that the answer has spent in caches already. */
  readonly age: number
  readonly body: Uint8Array
}

export interface FetchLimits {
  /** Bytes of the body. */
  readonly maxBytes: number
  /** Milliseconds for everything: name, connection, headers and body. */
  readonly timeoutMs: number
}

/**
 * Gets a document from an address that a stranger chose. It connects to the public internet only, follows no redirect,
 * sends no credentials and rejects when a limit is passed. On Node `publicDocuments()` of `@hawser/oauth/node` makes one.
 */
export type FetchDocument = (url: URL, limits: FetchLimits) => Promise<FetchedDocument>

/** Why nothing was fetched; a message says which host, so it is for the log and not for strangers. */
export class FetchDocumentError extends Error {
  override readonly name = 'FetchDocumentError'
  readonly code: 'blocked' | 'unreachable' | 'timeout' | 'too_large' | 'encoded'

  constructor(code: FetchDocumentError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/**
 * The shapes of the official SDK that are used, so that nothing of it is imported: what both of its major versions take
 * from, and give to, who connects their servers.
 */

/** Who calls, as handlers of the SDK find it in `extra.authInfo` or `ctx.http.authInfo`. */
export interface SdkAuthInfo {
  token: string
  clientId: string
  scopes: string[]
  /** Seconds since 1970. */
  expiresAt?: number
  extra?: Record<string, unknown>
}

/** Carries the messages of one connection. */
export interface SdkTransport {
  start(): Promise<void>
  send(message: object, options?: { relatedRequestId?: string | number | undefined }): Promise<void>
  close(): Promise<void>
  onclose?: (() => void) | undefined
  onerror?: ((error: Error) => void) | undefined
  onmessage?: ((message: never, extra?: { authInfo?: SdkAuthInfo }) => void) | undefined
}

/** `McpServer` or `Server`, of version 1 or 2. It serves one connection at a time. */
export interface SdkServer {
  connect(transport: never): Promise<void>
  close(): Promise<void>
}

/** What a function that makes servers is told. */
export interface SdkContext {
  /** Which of the two ways of version 2 the server is spoken to. */
  readonly era: 'legacy'
  readonly authInfo?: SdkAuthInfo
}

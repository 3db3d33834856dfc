import type { Principal } from './principal.ts'

/** What may be known of a request whose caller is to be found out. */
export interface Credentials {
  readonly method: string
  /** Absolute, where the runtime gives one. */
  readonly url?: string | undefined
  /** By lower-case name. Several lines of one name arrive joined with `, `. (RFC 9110 §5.3) */
  header(name: string): string | undefined
}

/** What a server says of itself to those who look for its authorization server. */
export interface Described {
  readonly name: string
  /** What a client asks for first. */
  readonly scopes: readonly string[]
}

/** A document that is served beside the endpoint to everybody, as JSON. */
export interface PublicDocument {
  /** Where it is, such as `/.well-known/oauth-protected-resource/mcp`. */
  readonly path: string
  readonly json: string
}

/**
 * Finds out who calls. The core knows nothing of tokens: `protectedResource({ … })` of `hawser/auth` makes one.
 *
 * @see basic/authorization
 */
export interface Authenticator {
  /** The URL of the endpoint as clients know it, where the authenticator is told. */
  readonly resource?: string | undefined
  /**
   * Who sent this, by its `Authorization` header alone; `undefined` without one.
   *
   * @throws AuthorizationError `invalid_token`; ProtocolError `unavailable` when nobody can tell now.
   */
  readonly authenticate: (
    header: string | undefined,
    request: Credentials,
  ) => Principal | undefined | Promise<Principal | undefined>
  /** Parameters that every challenge carries, such as `resource_metadata`. (RFC 9728 §5.1) */
  readonly challenge: Readonly<Record<string, string>>
  /** What is served beside the endpoint. (RFC 9728 §3) */
  readonly documents: (server: Described) => readonly PublicDocument[]
  /** Whether what the caller was granted still holds, for scopes that are `live`. Rejects when nobody can tell now. */
  readonly isLive?: ((principal: Principal) => boolean | Promise<boolean>) | undefined
}

/** What happened, for an audit trail: never a token, a code, a secret or a verifier. */
export interface OAuthEvent {
  readonly type:
    | 'authorization.refused'
    | 'client.refused'
    | 'client.registered'
    | 'client.changed'
    | 'code.refused'
    | 'code.replayed'
    | 'consent.shown'
    | 'consent.approved'
    | 'consent.denied'
    | 'grant.revoked'
    | 'key.rotated'
    | 'token.issued'
    | 'token.refreshed'
    | 'token.refresh_reuse'
    | 'token.refused'
  /** Milliseconds since 1970. */
  readonly at: number
  readonly clientId?: string | undefined
  /** As the client calls itself, without what could mislead. Nobody has verified it, unless the kind is `pre`. */
  readonly clientName?: string | undefined
  /** How the client is known: by the operator, by the document at the URL that is its id, or by itself. */
  readonly clientKind?: 'pre' | 'cimd' | 'dcr' | undefined
  readonly subject?: string | undefined
  readonly tenant?: string | undefined
  readonly resource?: string | undefined
  readonly grantId?: string | undefined
  readonly scopes?: readonly string[] | undefined
  /** Of an access token: names it without being it. */
  readonly tokenId?: string | undefined
  readonly grantType?: string | undefined
  /** One of a few fixed words, such as `wrong_verifier`. Of `grant.revoked` also who did it: `person`, `client` or `operator`. */
  readonly reason?: string | undefined
}

/** Awaited before anybody is answered; when it rejects, nothing is handed out. */
export type OnEvent = (event: OAuthEvent) => void | Promise<void>

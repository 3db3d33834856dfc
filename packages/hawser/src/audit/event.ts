/**
 * What can happen. `authz.decision` is a call that may begin, or may not, and `op.outcome` its end; one that ended before its decision was
 * written is an `op.outcome` with its `decision`. `admin.*` is for what operators and the audit itself do.
 */
export type AuditType =
  | 'authz.decision'
  | 'op.outcome'
  | 'token.issued'
  | 'token.refreshed'
  | 'token.refresh_reuse'
  | 'code.replayed'
  | 'grant.revoked'
  | 'consent.shown'
  | 'consent.approved'
  | 'consent.denied'
  | 'client.registered'
  | 'client.cimd_changed'
  | 'key.rotated'
  | 'stepup.challenged'
  | `admin.${string}`

export interface AuditWho {
  readonly sub?: string | undefined
  readonly iss?: string | undefined
  readonly kind: 'user' | 'service' | 'anonymous'
  readonly authTime?: string | undefined
  readonly act?: readonly { readonly sub: string }[] | undefined
}

export interface AuditClient {
  readonly id?: string | undefined
  readonly kind: 'pre' | 'cimd' | 'dcr' | 'none'
  /** Of an id that is a URL. */
  readonly host?: string | undefined
  readonly name?: string | undefined
  /** What the client says of itself. Nobody has checked it. */
  readonly info?: { readonly name: string; readonly version: string } | undefined
}

export interface AuditVia {
  readonly resource: string
  readonly transport: 'http' | 'stdio'
  readonly protocol: string
  readonly requestId: string
  readonly trace?: string | undefined
  readonly ipPrefix?: string | undefined
  readonly dpopJkt?: string | undefined
  readonly tokenRef?: string | undefined
  readonly grant?: string | undefined
}

export interface AuditOp {
  readonly kind: 'tool' | 'resource' | 'prompt' | 'list' | 'auth'
  readonly name: string
  readonly risk: string
  /** HMAC-SHA-256 of the arguments as canonical JSON, with a key of the tenant: they are too few to be hashed without one. */
  readonly argsHash?: string | undefined
  readonly argsRedacted?: unknown
  /** UTF-16 units of the arguments as canonical JSON. */
  readonly argBytes?: number | undefined
}

export interface AuditScope {
  readonly required: readonly string[]
  readonly granted: readonly string[]
  readonly used: readonly string[]
  readonly missing?: readonly string[] | undefined
}

export interface AuditDecision {
  readonly effect: 'allow' | 'deny' | 'challenge'
  readonly reason: 'ok' | 'scope' | 'audience' | 'expired' | 'policy' | 'tenant' | 'rate' | 'revoked'
  readonly rule?: string | undefined
  readonly policyVersion: string
}

export interface AuditOutcome {
  /** `asked` stopped for a question to the person; nothing is done before it was answered. */
  readonly status: 'ok' | 'asked' | 'tool_error' | 'protocol_error' | 'exception' | 'aborted'
  readonly ms: number
  readonly resultBytes?: number | undefined
  readonly errorCode?: number | undefined
  /** The id of the decision; its own where both are one record, which is stamped when the decision was made. */
  readonly decisionId: string
}

/** One thing that happened, before it has its place in a log. */
export interface AuditRecord {
  readonly v: 1
  /** A UUID of version 7: ids sort by time. */
  readonly id: string
  readonly ts: string
  readonly type: AuditType
  readonly tenant: string
  readonly who: AuditWho
  readonly client: AuditClient
  readonly via: AuditVia
  readonly op?: AuditOp | undefined
  readonly scope: AuditScope
  readonly decision?: AuditDecision | undefined
  readonly outcome?: AuditOutcome | undefined
}

/** A record in its place: each is linked to the one before it of its tenant. */
export interface AuditEvent extends AuditRecord {
  /** 1 for the first of a tenant. */
  readonly seq: number
  /** The hash of the record before; 64 zeros for the first. */
  readonly prevHash: string
  /** SHA-256 of all the rest as canonical JSON (RFC 8785), in hexadecimal. */
  readonly hash: string
}

/** Who is calling, as proven by the transport. What stands in it does not change: who keeps account remembers it. */
export interface Principal {
  /** Stable and unique within the issuer: the `sub` of a token, `local` on stdio. */
  readonly subject: string
  readonly scopes: ReadonlySet<string>
  /** Who vouches for the subject: the `iss` of a token. Absent for the local user, who has no grant that could be revoked. */
  readonly issuer?: string | undefined
  /** The program that the subject lets act, as the issuer knows it; `clientInfo` is only what it calls itself. */
  readonly clientId?: string | undefined
  readonly tenant?: string | undefined
  /** The consent that the token comes from, where the issuer names it. */
  readonly grant?: string | undefined
  /** Until when the proof is taken, in milliseconds since 1970. */
  readonly expiresAt?: number | undefined
}

/**
 * Names a caller: what one started, no other may go on with. The same person in another program is another caller, since a
 * grant is given to both together; the same subject of another issuer or tenant is somebody else.
 */
export function callerId(principal: Principal): string
export function callerId(principal: Principal | undefined): string | undefined
export function callerId(principal: Principal | undefined): string | undefined {
  if (principal === undefined) return undefined
  const { subject, issuer, tenant, clientId } = principal
  const isLocal = issuer === undefined && tenant === undefined && clientId === undefined
  // A local subject may be any text, also one that looks like a list.
  if (isLocal && !subject.startsWith('[')) return subject
  return JSON.stringify([issuer ?? null, tenant ?? null, subject, clientId ?? null])
}

/** The same for all that came of one token: a token that is checked anew is another principal. */
export function tokenKey(principal: Principal): string {
  const { grant = null, expiresAt = null, scopes } = principal
  return JSON.stringify([callerId(principal), grant, expiresAt, ...[...scopes].toSorted()])
}

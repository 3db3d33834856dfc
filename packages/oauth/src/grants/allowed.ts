import type { Client } from '../client.ts'
import type { ListedGrant } from '../store.ts'

/** What one application may do at one resource, by all the sign-ins of a person together. */
export interface Allowed {
  /** Of the newest sign-in. */
  readonly grantId: string
  readonly client: Pick<Client, 'id' | 'kind' | 'name'>
  readonly resource: string
  readonly scopes: readonly string[]
  /** Milliseconds since 1970: of the first sign-in that is left. */
  readonly since: number
  /** When it last came for tokens, by signing in or by refreshing; it goes on with them for some minutes. */
  readonly lastUsed: number
  readonly expiresAt: number
}

/** An older grant does not say who its client was: then nothing is claimed. */
const clientOf = ({ clientId, client }: ListedGrant): Allowed['client'] => ({
  id: clientId,
  ...(client ?? { kind: 'dynamic', name: '' }),
})

const join = (one: Allowed | undefined, grant: ListedGrant): Allowed => ({
  grantId: grant.id,
  client: clientOf(grant),
  resource: grant.resource,
  scopes: [...new Set([...(one?.scopes ?? []), ...grant.scopes])],
  since: one?.since ?? grant.createdAt,
  lastUsed: Math.max(one?.lastUsed ?? 0, grant.createdAt, grant.refreshedAt ?? 0),
  expiresAt: Math.max(one?.expiresAt ?? 0, grant.expiresAt),
})

/**
 * A program that asks for more, or runs on two machines, has several grants; people think of one application. What was used last
 * comes first.
 */
export function groupGrants(grants: readonly ListedGrant[]): readonly Allowed[] {
  const groups = new Map<string, Allowed>()
  for (const grant of grants.toSorted((one, other) => one.createdAt - other.createdAt)) {
    const key = JSON.stringify([grant.clientId, grant.resource])
    groups.set(key, join(groups.get(key), grant))
  }
  return [...groups.values()].toSorted((one, other) => other.lastUsed - one.lastUsed)
}

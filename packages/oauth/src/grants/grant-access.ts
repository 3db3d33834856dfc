import type { Core } from '../core.ts'
import type { GrantFilter, ListedGrant, ListPart } from '../store.ts'
import { tellRevoked } from '../token/grant.ts'

/** What people allowed, for whoever shows it or ends it. */
export interface GrantAccess {
  /**
   * Grants that are alive and equal the filter in all it says, in the order of their ids: 100, or up to 1000 as `limit` says, of
   * those that follow the id `after`.
   *
   * @throws RangeError for another limit.
   * @example
   * const grants = await oauth.grants.list({ subject: 'ada', kind: 'user' })
   */
  readonly list: (filter?: GrantFilter, part?: Partial<ListPart>) => Promise<readonly ListedGrant[]>
  /**
   * Ends every grant that equals the filter in all it says, forgets what was remembered of consent, and returns how many they
   * were. An empty filter ends none.
   *
   * @param by For the event: `person` where a page of the operator does it for the person whose grants they are.
   * @example
   * await oauth.grants.revoke({ subject: 'ada', clientId: 'https://app.example.com/client.json' }, 'person')
   */
  readonly revoke: (filter: GrantFilter, by?: 'operator' | 'person') => Promise<number>
}

const LIMIT = 100
/** Most grants of one answer. */
export const MAX_LIMIT = 1000

export const createGrantAccess = (core: Core): GrantAccess => ({
  list: async (filter = {}, { limit = LIMIT, after } = {}) => {
    if (!(Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT)) {
      throw new RangeError(`limit is 1 to ${MAX_LIMIT}; it is ${limit}.`)
    }
    return core.store.listGrants(filter, { limit, after }, core.now())
  },

  revoke: async (filter, by = 'operator') => {
    const { subject, clientId, grantId } = filter
    const isOfPerson = subject !== undefined && grantId === undefined
    // First, for whatever comes in between: with it the next request of a client would be answered without asking.
    if (isOfPerson) await core.store.removeConsents(subject, clientId)
    const revoked = await core.store.revokeGrants(filter)
    if (!isOfPerson) for (const grant of revoked) await core.store.removeConsents(grant.subject, grant.clientId)
    for (const grant of revoked) await tellRevoked(core, grant, by)
    return revoked.length
  },
})

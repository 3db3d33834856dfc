import { answerPage, redirect, withParameters } from './answer.ts'
import { labelOf, tellClient } from './client-label.ts'
import type { Decision, Ending } from './consent.ts'
import { forgetCookie, isSameBrowser } from './cookie.ts'
import type { Core } from './core.ts'
import type { OAuthEvent } from './events.ts'
import type { Lifetimes } from './lifetimes.ts'
import type { OAuthErrorCode } from './oauth-error.ts'
import { createGrantTokens } from './grant-token.ts'
import { admitsTenant } from './resources.ts'
import { nameGrant, type Grant } from './store.ts'
import type { Transaction, User } from './transaction.ts'

const HANDLE = /^[A-Za-z0-9_-]{43}$/

/** How a transaction ends: once, in an answer to the client. */
export function createEnding(core: Core, lifetimes: Lifetimes): Ending {
  const codes = createGrantTokens(core, 'code')
  const answer = (transaction: Transaction, parameters: Readonly<Record<string, string | undefined>>): Response => {
    const { redirectUri, state } = transaction
    const response = redirect(withParameters(redirectUri, { ...parameters, state, iss: core.issuer }))
    response.headers.append('set-cookie', forgetCookie(core, transaction))
    return response
  }
  const fail = (transaction: Transaction, error: OAuthErrorCode, error_description: string): Response =>
    answer(transaction, { error, error_description })
  const isOver = (): Response => answerPage(400, 'This sign-in is over. Start again from the application.')

  return {
    resume: async (request, handle) => {
      if (!HANDLE.test(handle)) return undefined
      const transaction = await core.find('transaction', handle, (key) => core.store.readTransaction(key, core.now()))
      return transaction && (await isSameBrowser(core, request, transaction)) ? transaction : undefined
    },

    deny: async (transaction) => {
      if (!(await core.store.takeTransaction(transaction.key, core.now()))) return isOver()
      await core.tell({ type: 'consent.denied', ...told(transaction) })
      return fail(transaction, 'access_denied', 'The person did not agree.')
    },

    approve: async (transaction, { user, scopes = transaction.scopes }: Decision) => {
      if (!scopes.every((scope) => transaction.scopes.includes(scope))) {
        return answerPage(400, 'The answer does not fit what was asked. Start again from the application.')
      }
      const now = core.now()
      if (!(await core.store.takeTransaction(transaction.key, now))) return isOver()
      const resource = core.resources.find(transaction.resource)
      if (!resource || !admitsTenant(resource, user.tenant)) {
        await core.tell({
          type: 'authorization.refused',
          ...told(transaction),
          subject: user.userId,
          tenant: user.tenant,
          reason: 'tenant',
        })
        return fail(transaction, 'access_denied', 'This account cannot use the resource.')
      }
      const grant = createGrant(core, transaction, user, scopes, now + lifetimes.codeMemory, now)
      await core.tell({
        type: 'consent.approved',
        ...told(transaction),
        scopes,
        subject: user.userId,
        tenant: user.tenant,
        grantId: grant.id,
      })
      const code = await codes.issue(grant.id)
      const lasts = transaction.client.grants.includes('refresh_token')
        ? lifetimes.grant
        : resource.tokenLifetime + lifetimes.code
      const isStored = await core.store.addGrant(
        grant,
        {
          key: code.key,
          grantId: grant.id,
          clientId: grant.clientId,
          redirectUri: transaction.redirectUri,
          codeChallenge: transaction.codeChallenge,
          expiresAt: now + lifetimes.code,
          forgetAt: now + lifetimes.codeMemory,
          grantExpiresAt: now + lasts,
        },
        now,
      )
      if (!isStored) return fail(transaction, 'temporarily_unavailable', 'Try again in some minutes.')
      return answer(transaction, { code: code.token })
    },
  }
}

const told = ({ client, resource, scopes, user }: Transaction): Omit<OAuthEvent, 'type' | 'at'> => ({
  ...tellClient(client.id, labelOf(client)),
  resource,
  scopes,
  subject: user?.userId,
  tenant: user?.tenant,
})

const createGrant = (
  { store }: Core,
  { client, resource }: Transaction,
  { userId, tenant, authTime }: User,
  scopes: readonly string[],
  expiresAt: number,
  now: number,
): Grant => ({
  id: nameGrant(store, userId),
  clientId: client.id,
  client: labelOf(client),
  subject: userId,
  kind: 'user',
  tenant,
  resource,
  scopes,
  authTime,
  createdAt: now,
  expiresAt,
})

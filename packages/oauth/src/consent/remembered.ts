import type { Core } from '../core.ts'
import { placed } from '../store.ts'
import type { Transaction, User } from '../transaction.ts'
import { redirectTarget } from './redirect-target.ts'

const LIFETIME = 30 * 24 * 60 * 60 * 1000

export interface Remembered {
  /** Scopes that the person allowed this client before, for the marks on the page. */
  readonly scopes: readonly string[]
  /** Whether exactly this may be answered without asking. */
  readonly isEnough: boolean
}

const NOTHING: Remembered = { scopes: [], isEnough: false }

const partsOf = ({ client, redirectUri, resource }: Transaction, { tenant, userId }: User): string =>
  JSON.stringify([tenant ?? null, userId, client.id, redirectTarget(redirectUri).remembered ?? null, resource])

/** A client that changed its name, redirects or keys is another one to the person who allowed it. */
const fingerprintOf = ({ client }: Transaction): string =>
  client.fingerprint ?? JSON.stringify([client.name, client.redirectUris, client.authentication])

/**
 * What this person allowed this client, at this host, for this resource. It is enough only for a website that is known to be
 * the client's: on a loopback address or an app's scheme anybody can listen, and a client that registered itself can
 * be anybody.
 */
export async function recall(core: Core, transaction: Transaction, user: User): Promise<Remembered> {
  const consent = await core.find('consent', partsOf(transaction, user), (key) =>
    core.store.readConsent(placed(core.store, user.userId, key), core.now()),
  )
  if (!consent || consent.fingerprint !== fingerprintOf(transaction)) return NOTHING
  const isKnown =
    transaction.client.kind !== 'dynamic' && redirectTarget(transaction.redirectUri).remembered !== undefined
  return {
    scopes: consent.scopes,
    isEnough:
      isKnown && transaction.scopes.length > 0 && transaction.scopes.every((scope) => consent.scopes.includes(scope)),
  }
}

export async function remember(
  core: Core,
  transaction: Transaction,
  user: User,
  scopes: readonly string[],
): Promise<void> {
  const now = core.now()
  const key = placed(core.store, user.userId, await core.digest('consent', partsOf(transaction, user)))
  const consent = {
    key,
    userId: user.userId,
    clientId: transaction.client.id,
    fingerprint: fingerprintOf(transaction),
    scopes,
  }
  await core.store.saveConsent({ ...consent, expiresAt: now + LIFETIME }, now)
}

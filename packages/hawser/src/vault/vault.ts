import { AuthorizationError, callerId, pause, type Principal } from '../call/index.ts'
import { Credentials, type CredentialValues } from './credentials.ts'
import { createSealer } from './seal.ts'
import type { VaultStore } from './store.ts'

/** Another service that people give this server access to. */
export interface VaultService {
  /**
   * Gets new credentials for those that end. `undefined` says that the service will give none any more, so that they are removed;
   * throw when it could not be asked.
   *
   * @example
   * renew: async ({ refreshToken }, signal) => exchange(refreshToken, signal)
   */
  readonly renew?: ((ending: Credentials, signal: AbortSignal) => Promise<CredentialValues | undefined>) | undefined
}

/** What a vault is for, and where it keeps what it is given. */
export interface VaultOptions<Service extends string> {
  readonly store: VaultStore
  /** At least 32 bytes, such as from `openssl rand -base64 48`. Of several the first seals, and all of them open. */
  readonly secret: string | Uint8Array | readonly (string | Uint8Array)[]
  readonly services: Readonly<Record<Service, VaultService>>
  /**
   * Who may use what was put in: `grant`, when left out, the same program under the same consent alone; `person` also the person's
   * other programs. Without a grant, as for the local user, it is the caller.
   */
  readonly by?: 'grant' | 'person' | undefined
  /** Milliseconds before their end from which credentials are renewed; a minute when left out. */
  readonly margin?: number | undefined
  /** Milliseconds after which credentials that nobody renewed or put in again are forgotten; 180 days when left out. */
  readonly keep?: number | undefined
}

/** The credentials of one caller. All members may be destructured. */
export interface Vault<Service extends string> {
  /**
   * Credentials that hold for a while longer; `undefined` when the person has given none, or the service took them back.
   *
   * @param rejected The access token that the service has just refused although it should hold: it is not given again.
   * @throws Whatever renewing throws, once the old ones have ended.
   */
  readonly get: (service: Service, rejected?: string) => Promise<Credentials | undefined>
  readonly put: (service: Service, credentials: CredentialValues) => Promise<void>
  readonly remove: (service: Service) => Promise<void>
}

/** The vaults of all callers of a server. */
export interface Vaults<Service extends string> {
  /** The vault of a caller. Without one its methods reject with AuthorizationError `missing_token`. */
  readonly of: (principal: Principal | undefined) => Vault<Service>
  /** Forgets all that a caller has put in, such as when the grant was revoked. */
  readonly forget: (principal: Principal) => Promise<void>
}

const MINUTE = 60_000
const DAY = 86_400_000
/** Characters of credentials. */
const MAX_CHARS = 32_768
/** Milliseconds that renewing may take, after which another process may try. */
const RENEWAL = 20_000
const POLL = 50

/**
 * Keeps what people gave a server to use other services for them: sealed with a key that is derived for each grant, and renewed once,
 * however many calls and processes want it. The token that a caller came with is never in it.
 *
 * @example
 * const accounts = createVault({ store: sqliteVault('vault.db'), secret: process.env.VAULT_KEY, services: { github: { renew } } })
 * const notes = mcp({ name: 'notes', version: '1.0.0', context: ({ principal }) => ({ vault: accounts.of(principal) }) })
 * // In a handler: const github = await vault.get('github')
 * @throws RangeError for a secret that is too short, or a time that is not above 0.
 */
export function createVault<const Service extends string>(options: VaultOptions<Service>): Vaults<Service> {
  const { store, secret, by = 'grant', margin = MINUTE, keep = 180 * DAY } = options
  const services = new Map(Object.entries<VaultService>(options.services))
  for (const [name, value] of Object.entries({ margin, keep }))
    if (!(value > 0)) throw new RangeError(`${name} must be more than 0; it is ${value}.`)
  const sealer = createSealer(Array.isArray(secret) ? secret : [secret as string | Uint8Array])
  /** What is being renewed in this process, by id and by what was refused. */
  const renewing = new Map<string, Promise<Credentials | undefined>>()

  const locate = async (principal: Principal | undefined, service: Service) => {
    if (!services.has(service))
      throw new Error(`This vault knows no service "${service}". It knows: ${[...services.keys()].join(', ')}.`)
    if (principal === undefined) throw new AuthorizationError('missing_token', 'Sign in first.')
    const owner = ownerOf(principal, by)
    return { owner, ids: await sealer.namesOf([owner, service]), service }
  }
  type Place = Awaited<ReturnType<typeof locate>>

  const find = async ({ owner, ids }: Place) => {
    for (const id of ids) {
      const stored = await store.read(id)
      const text = stored && (await sealer.open(stored.sealed, owner, id))
      // Whatever opens was sealed here.
      if (stored !== undefined && text !== undefined)
        return { stored, credentials: new Credentials(JSON.parse(text) as CredentialValues) }
    }
    return undefined
  }
  /** Under the name that the newest secret gives. */
  const seal = async ({ owner, ids: [id] }: Place, values: CredentialValues) => {
    const { accessToken, refreshToken, expiresAt, scopes } = values
    const text = JSON.stringify({ accessToken, refreshToken, expiresAt, scopes })
    if (text.length > MAX_CHARS)
      throw new RangeError(`Credentials have at most ${MAX_CHARS} characters; these have ${text.length}.`)
    const [ownerName] = await sealer.namesOf([owner])
    return { id, owner: ownerName, keptUntil: Date.now() + keep, sealed: await sealer.seal(text, owner, id) }
  }
  const put = async (place: Place, values: CredentialValues): Promise<void> => {
    if (!(await store.put(await seal(place, values)))) throw new Error('The vault is full.')
    for (const old of place.ids.slice(1)) await store.remove(old)
  }
  const isDue = ({ expiresAt = Number.POSITIVE_INFINITY, accessToken }: Credentials, rejected: string | undefined) =>
    accessToken === rejected || expiresAt - margin <= Date.now()

  /** Renews what was claimed. `false` when something else was put in its place meanwhile. */
  const renewClaimed = async (
    place: Place,
    { stored, credentials }: NonNullable<Awaited<ReturnType<typeof find>>>,
    ask: NonNullable<VaultService['renew']>,
  ): Promise<Credentials | undefined | false> => {
    const values = await ask(credentials, AbortSignal.timeout(RENEWAL))
    if (values === undefined) {
      await store.remove(stored.id)
      return undefined
    }
    // A service that gives no new refresh token means the old one to be used again. (RFC 6749 §6)
    const renewed = { ...values, refreshToken: values.refreshToken ?? credentials.refreshToken }
    const successor = await seal({ ...place, ids: [stored.id] }, renewed)
    if (!(await store.replace({ ...successor, version: stored.version + 1 }))) return false
    if (stored.id !== place.ids[0]) await put(place, renewed)
    return new Credentials(renewed)
  }

  /** Renews, or waits for whoever does. */
  const renew = async (place: Place, rejected: string | undefined): Promise<Credentials | undefined> => {
    const ask = services.get(place.service)?.renew
    const signal = AbortSignal.timeout(2 * RENEWAL)
    for (;;) {
      const found = await find(place)
      if (found === undefined || !isDue(found.credentials, rejected)) return found?.credentials
      const { stored, credentials } = found
      const stillHolds = holds(credentials, rejected)
      if (ask === undefined) return stillHolds ? credentials : undefined
      if (await store.claim(stored.id, stored.version, Date.now() + RENEWAL)) {
        try {
          const renewed = await renewClaimed(place, found, ask)
          if (renewed !== false) return renewed
        } catch (error) {
          await store.release(stored.id, stored.version)
          if (stillHolds) return credentials
          throw error
        }
      } else if (stillHolds) return credentials
      else await pause(POLL, signal)
    }
  }

  return {
    of: (principal) => ({
      get: async (service, rejected) => {
        const place = await locate(principal, service)
        const found = await find(place)
        if (found === undefined || !isDue(found.credentials, rejected)) return found?.credentials
        const key = JSON.stringify([place.ids[0], rejected])
        const under = renewing.get(key)
        if (under !== undefined) return under
        const started = renew(place, rejected).finally(() => renewing.delete(key))
        renewing.set(key, started)
        return started
      },
      put: async (service, values) => put(await locate(principal, service), values),
      remove: async (service) => {
        for (const id of (await locate(principal, service)).ids) await store.remove(id)
      },
    }),
    forget: async (principal) => {
      for (const owner of await sealer.namesOf([ownerOf(principal, by)])) await store.removeOwner(owner)
    },
  }
}

/** Whose credentials they are; no other owner can open them. */
function ownerOf(principal: Principal, by: 'grant' | 'person'): string {
  const { subject, issuer, tenant, grant } = principal
  if (by === 'person') return JSON.stringify(['person', issuer ?? null, tenant ?? null, subject])
  return JSON.stringify(['grant', callerId(principal), grant ?? null])
}

function holds(
  { expiresAt = Number.POSITIVE_INFINITY, accessToken }: Credentials,
  rejected: string | undefined,
): boolean {
  return accessToken !== rejected && expiresAt > Date.now()
}

import { refreshTokenGrantRequest, revocationRequest } from 'oauth4webapi'
import { after } from '../../call/index.ts'
import { isPrivateWay, type Surroundings } from './address.ts'
import { type BoundedFetch, createBoundedFetch, type Fetch } from './bounded-fetch.ts'
import { covers, createScopeChoice, type ScopeLimits, union } from './choose-scopes.ts'
import { authenticateClient } from './client-auth.ts'
import { discover, type Found } from './discover.ts'
import { createDpopKey, type DpopKey, keepNonce, prove, readDpopKey } from './dpop-key.ts'
import type { Application, Departure, Grant, Obtained } from './grant.ts'
import type { Challenge } from './read-challenges.ts'
import type { Secret } from './secret.ts'
import { SignInError } from './sign-in-error.ts'
import type { CredentialStore } from './store.ts'
import { exchange, IssuerRefusal, requestOptions } from './token-request.ts'
import { decodeTokens, encodeTokens, readTokens, type Tokens } from './tokens.ts'

/** What holds for every way of signing in. */
export interface Settings extends ScopeLimits {
  readonly store: CredentialStore
  readonly fetch: Fetch
  readonly dpop: boolean
  readonly offline: boolean
  readonly guessIssuer: boolean
  readonly privateNetwork: boolean
}

/** Why tokens are wanted. */
export interface Need {
  /** The tokens that were refused, or are about to expire. */
  readonly instead: Tokens | undefined
  readonly challenge: Challenge | undefined
  /** Whether the tokens can be refreshed, or must be asked for anew. */
  readonly mayRefresh: boolean
  /** Whether nothing was refused yet, so that no person is asked. */
  readonly isEarly?: boolean
  /** What a step-up is for; without it, it is about being signed in at all. */
  readonly operation?: string
}

/** Where tokens came from: somebody else had got them, a refresh, or the issuer's consent. */
export type Source = 'found' | 'refreshed' | 'granted'

/** A departure of one server, with the private key that its tokens will be bound to. */
export interface KeyedDeparture extends Departure {
  readonly server: string
  readonly key?: Secret | undefined
}

/** Being signed in at one server. */
export interface Session {
  readonly server: URL
  /** Whether tokens are asked for that are bound to a key. */
  readonly usesDpop: boolean
  /** What is stored, whatever its age. */
  readonly stored: () => Promise<Tokens | undefined>
  /** The tokens to send with; refreshed when they are about to expire. */
  readonly tokens: () => Promise<Tokens | undefined>
  /** Headers that prove who sends one request. */
  readonly headers: (tokens: Tokens, method: string, url: string) => Promise<Readonly<Record<string, string>>>
  readonly keepNonce: (tokens: Tokens, nonce: string, url: string) => Promise<void>
  /** Gets tokens that are not those that were refused. Whoever needs the same waits for the same. */
  readonly renew: (need: Need) => Promise<Source>
  /** Begins to sign a person in: where to go, and what it takes to finish, which may be elsewhere. */
  readonly depart: (
    redirectUri: string,
    challenge: Pick<Challenge, 'scopes' | 'resourceMetadata'>,
  ) => Promise<{ readonly page: URL; readonly departure: KeyedDeparture }>
  /** Finishes it, with where the browser came back to. */
  readonly arrive: (departure: KeyedDeparture, back: URL) => Promise<void>
  /** Differs for whatever may be answered differently: another consent, other scopes, nobody. */
  readonly partition: () => string
  /** Forgets a refusal, so that a person who wants to can try at once. */
  readonly forgive: () => void
  readonly signOut: () => Promise<void>
}

/** Milliseconds before its end that a token is no longer used. */
const MARGIN = 30_000
/** Milliseconds that signing in may take in all. */
const PATIENCE = 10 * 60_000
/** Milliseconds for which a refusal is remembered, so that calls in a row do not ask in a row. */
const REMEMBERED = 60_000

/** Not when the clock was put back since. */
const isRecent = (at: number): boolean => Date.now() >= at && Date.now() < at + REMEMBERED

/** What a need is about, so that a refusal is not taken for one of something else. */
const aboutOf = ({ operation, challenge }: Need): string =>
  operation === undefined ? 'sign in' : `${operation} ${challenge?.scopes.join(' ')}`

/** Where the tokens for a server are kept. */
const tokensKey = ({ href }: URL): string => `tokens ${href}`

export const isStale = ({ expiresAt = Infinity }: Tokens, margin: number): boolean => Date.now() >= expiresAt - margin

/** @param server Where requests go; tokens go nowhere else. */
export function createSession(server: URL, grant: Grant, settings: Settings): Session {
  const { store } = settings
  const surroundings: Surroundings = { server, privateNetwork: settings.privateNetwork }
  const fetch: BoundedFetch = createBoundedFetch(settings.fetch, surroundings)
  const trustedFetch = (address: string): BoundedFetch =>
    createBoundedFetch(settings.fetch, { server: new URL(address), privateNetwork: true })
  const chooseScopes = createScopeChoice(server, settings)
  const key = tokensKey(server)
  let current: Tokens | undefined
  let dpop: DpopKey | undefined
  let loading: Promise<unknown> | undefined
  /** How often there was nobody any more. */
  let departures = 0
  let flight: Promise<Source> | undefined
  let refusal: { readonly about: string; readonly error: SignInError; readonly at: number } | undefined

  const load = async (): Promise<Tokens | undefined> => {
    const stored = decodeTokens(await store.get(key))
    const { client } = grant
    const isOurs = client === undefined || (stored?.clientId === client.id && stored.issuer === client.issuer)
    if (stored === undefined || !isOurs || !isPrivateWay(server)) return undefined
    current = stored
    return stored
  }

  /** On the disk before anybody uses it: of a rotated token there is no second copy. */
  const keep = async (tokens: Tokens): Promise<void> => {
    await store.set(key, encodeTokens(tokens))
    current = tokens
  }

  const leave = (): void => {
    current = undefined
    departures++
  }

  const keyOf = async ({ key: secret }: Tokens): Promise<DpopKey | undefined> => {
    if (secret === undefined) return undefined
    if (dpop?.secret.reveal() !== secret.reveal()) dpop = await readDpopKey(secret)
    return dpop
  }

  const find = (resourceMetadata: string | undefined, stored: Tokens | undefined): Promise<Found> =>
    discover({
      fetch,
      surroundings,
      resourceMetadata,
      earlierMetadata: stored?.resourceMetadata,
      issuer: grant.client?.issuer,
      preferred: stored?.issuer,
      guessIssuer: settings.guessIssuer,
    })

  /** Says whether it worked: an issuer may no longer know the grant. */
  const refresh = async (old: Tokens, found: Found): Promise<boolean> => {
    const client = grant.recall(found, old.registration)
    if (old.refresh === undefined || client?.id !== old.clientId) return false
    const token = old.refresh.reveal()
    const handle = (await keyOf(old))?.handle
    try {
      const response = await exchange({ found, client, fetch, dpop: handle }, (known, options) =>
        refreshTokenGrantRequest(found.as, known, authenticateClient(found.as, client), token, {
          ...options,
          additionalParameters: { resource: found.resource },
        }),
      )
      const fresh = readTokens(response, { ...old, requested: old.requested }, Date.now())
      const scopes = response.scope === undefined ? old.scopes : fresh.scopes
      const account = fresh.account ?? old.account
      // What was private to one account is not given to another that an issuer puts in its place. (OpenID Connect §12.2)
      const grantId = account === old.account ? old.grant : crypto.randomUUID()
      await keep({ ...fresh, scopes, refresh: fresh.refresh ?? old.refresh, account, grant: grantId })
      return true
    } catch (error) {
      if (!(error instanceof IssuerRefusal)) throw error
      return false
    }
  }

  /** @throws SignInError `forbidden_address`: it would get tokens in the open. */
  const checkWay = (): void => {
    if (isPrivateWay(server)) return
    throw new SignInError('forbidden_address', `${server.host} is asked without TLS, so it gets no token. Use https.`)
  }

  const isFrom = (stored: Tokens | undefined, found: Found): stored is Tokens =>
    stored?.issuer === found.issuer && stored.resource === found.resource

  /** @param made What the tokens are to be bound to. */
  const apply = (
    found: Found,
    scopes: readonly string[],
    made: DpopKey | undefined,
    { signal } = new AbortController(),
  ): Application => {
    const wantsOffline = grant.asksPerson && settings.offline && found.as.scopes_supported?.includes('offline_access')
    const asked = union(scopes, wantsOffline === true ? ['offline_access'] : [])
    return { found, scopes: asked, store, fetch, trustedFetch, dpop: made?.handle, signal }
  }
  const makeKey = async (): Promise<DpopKey | undefined> => (settings.dpop ? createDpopKey() : undefined)

  const accept = async (
    { found, scopes: requested }: Application,
    { response, clientId, registration }: Obtained,
    made: DpopKey | undefined,
  ): Promise<void> => {
    const { issuer, resource, place: resourceMetadata } = found
    const context = { issuer, resource, resourceMetadata, clientId, registration, requested, key: made?.secret }
    const tokens = readTokens(response, { ...context, grant: crypto.randomUUID() }, Date.now())
    if (made !== undefined) dpop = made
    await keep(tokens)
  }

  const ask = async (found: Found, scopes: readonly string[]): Promise<void> => {
    const made = await makeKey()
    const giveUp = new AbortController()
    const stop = after(PATIENCE, () => giveUp.abort())
    try {
      const application = apply(found, scopes, made, giveUp)
      await accept(application, await grant.obtain(application), made)
    } finally {
      stop()
    }
  }

  const depart: Session['depart'] = async (redirectUri, challenge) => {
    if (grant.depart === undefined) throw new TypeError('Nobody is asked where a program signs in as itself.')
    checkWay()
    const stored = await load()
    const found = await find(challenge?.resourceMetadata, stored)
    const scopes = await chooseScopes({ challenge }, isFrom(stored, found) ? stored : undefined, found)
    const made = await makeKey()
    const { page, departure } = await grant.depart(apply(found, scopes, made), redirectUri)
    return { page, departure: { ...departure, server: server.href, key: made?.secret } }
  }

  const arrive: Session['arrive'] = (departure, back) =>
    store.lock(key, async () => {
      const { found, scopes, key: secret } = departure
      if (departure.server !== server.href)
        throw new SignInError('bad_callback', `This visit was begun for another server than ${server.host}.`)
      const made = secret && (await readDpopKey(secret))
      const application = { ...apply(found, [], made), scopes }
      await accept(application, await grant.arrive!(application, departure, back), made)
      refusal = undefined
    })

  /** With the lock held. */
  const settle = async (need: Need): Promise<Source> => {
    checkWay()
    const stored = await load()
    const isOther = stored !== undefined && stored.access.reveal() !== need.instead?.access.reveal()
    const suffices = need.operation === undefined || covers(stored?.scopes ?? [], need.challenge?.scopes ?? [])
    // Somebody else has been here.
    if (isOther && suffices && !isStale(stored, MARGIN)) return 'found'
    if (refusal?.about === aboutOf(need) && isRecent(refusal.at)) throw refusal.error
    // Only who is not signed in is told anew where the metadata is.
    const isSignedOut = need.challenge !== undefined && need.operation === undefined
    const found = await find(
      need.challenge?.resourceMetadata ?? (isSignedOut ? undefined : stored?.resourceMetadata),
      stored,
    )
    const old = isFrom(stored, found) ? stored : undefined
    // Nothing of one issuer is shown to another. (basic/authorization/client-registration#authorization-server-binding)
    if (stored !== undefined && old === undefined) {
      await store.delete(key)
      leave()
    }
    if (old !== undefined && need.mayRefresh && (await refresh(old, found))) return 'refreshed'
    if (need.isEarly === true && grant.asksPerson)
      throw new SignInError('needs_person', `Somebody has to sign in at ${new URL(found.issuer).host} again.`)
    await ask(found, await chooseScopes({ ...need, isMute: grant.isMute }, old, found))
    return 'granted'
  }

  const renew = async (need: Need): Promise<Source> => {
    // Whoever comes second may be served by what the first one gets.
    if (flight !== undefined) {
      await flight.catch(() => {})
      const isServed = current !== undefined && current.access.reveal() !== need.instead?.access.reveal()
      if (isServed && (need.operation === undefined || covers(current!.scopes, need.challenge?.scopes ?? [])))
        return 'found'
      return renew(need)
    }
    flight = store.lock(key, () => settle(need))
    try {
      return await flight
    } catch (error) {
      if (error instanceof SignInError && need.isEarly !== true)
        refusal = { about: aboutOf(need), error, at: Date.now() }
      throw error
    } finally {
      flight = undefined
    }
  }

  const tokens = async (): Promise<Tokens | undefined> => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined
      throw error
    })
    await loading
    const held = current
    if (held === undefined || !isStale(held, MARGIN) || (held.refresh === undefined && grant.asksPerson)) return held
    try {
      await renew({ instead: held, challenge: undefined, mayRefresh: true, isEarly: true })
      return current
    } catch (error) {
      // What still holds is better than nothing while the issuer is away; and the server knows best whether it does.
      if (error instanceof SignInError || !isStale(held, 0)) return held
      throw error
    }
  }

  const signOut = async (): Promise<void> => {
    await store.lock(key, async () => {
      const held = await load()
      await store.delete(key)
      leave()
      refusal = undefined
      if (held !== undefined) await revoke(held)
    })
  }

  /** As far as the issuer lets us: the tokens are gone from here in any case. */
  const revoke = async (held: Tokens): Promise<void> => {
    try {
      const found = await find(held.resourceMetadata, held)
      const client = found.issuer === held.issuer ? grant.recall(found, held.registration) : undefined
      if (found.as.revocation_endpoint === undefined || client?.id !== held.clientId) return
      const authentication = authenticateClient(found.as, client)
      for (const token of [held.refresh, held.access]) {
        if (token === undefined) continue
        await revocationRequest(
          found.as,
          { client_id: client.id },
          authentication,
          token.reveal(),
          requestOptions(fetch),
        )
      }
    } catch {
      // The issuer forgets them by itself.
    }
  }

  return {
    server,
    usesDpop: settings.dpop,
    stored: load,
    tokens,
    headers: async (held, method, url) => {
      const bound = held.scheme === 'DPoP' ? await keyOf(held) : undefined
      if (bound !== undefined) return prove(bound, held.access.reveal(), method, url)
      return { authorization: `${held.scheme} ${held.access.reveal()}` }
    },
    keepNonce: async (held, nonce, url) => {
      const bound = await keyOf(held)
      if (bound !== undefined) await keepNonce(bound, nonce, url)
    },
    renew,
    depart,
    arrive,
    // What was asked before anybody had signed in may have been answered to who signed in for it.
    partition: () => `${departures} ${current?.grant ?? ''} ${current?.scopes.join(' ') ?? ''}`,
    forgive: () => {
      refusal = undefined
    },
    signOut,
  }
}

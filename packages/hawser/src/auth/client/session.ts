import { isPrivateWay } from './address.ts'
import { covers, createScopeChoice, type ScopeLimits } from './choose-scopes.ts'
import type { Found } from './discover.ts'
import { keepNonce, prove } from './dpop-key.ts'
import type { Departure, Grant } from './grant.ts'
import { holdTokens } from './held-tokens.ts'
import type { Challenge } from './read-challenges.ts'
import type { Secret } from './secret.ts'
import { SignInError } from './sign-in-error.ts'
import { createTokenSource, type TokenSourceSettings } from './token-source.ts'
import type { Tokens } from './tokens.ts'

/** What holds for every way of signing in. */
export interface Settings extends ScopeLimits, TokenSourceSettings {}

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
/** Milliseconds for which a refusal is remembered, so that calls in a row do not ask in a row. */
const REMEMBERED = 60_000

/** Not when the clock was put back since. */
const isRecent = (at: number): boolean => Date.now() >= at && Date.now() < at + REMEMBERED

/** What a need is about, so that a refusal is not taken for one of something else. */
const aboutOf = ({ operation, challenge }: Need): string =>
  operation === undefined ? 'sign in' : `${operation} ${challenge?.scopes.join(' ')}`

export const isStale = ({ expiresAt = Infinity }: Tokens, margin: number): boolean => Date.now() >= expiresAt - margin

/** @param server Where requests go; tokens go nowhere else. */
export function createSession(server: URL, grant: Grant, settings: Settings): Session {
  const { store } = settings
  const held = holdTokens(server, grant, store)
  const source = createTokenSource(server, grant, held, settings)
  const chooseScopes = createScopeChoice(server, settings)
  let loading: Promise<unknown> | undefined
  let flight: Promise<Source> | undefined
  let refusal: { readonly about: string; readonly error: SignInError; readonly at: number } | undefined

  /** @throws SignInError `forbidden_address`: it would get tokens in the open. */
  const checkWay = (): void => {
    if (isPrivateWay(server)) return
    throw new SignInError('forbidden_address', `${server.host} is asked without TLS, so it gets no token. Use https.`)
  }

  const isFrom = (stored: Tokens | undefined, found: Found): stored is Tokens =>
    stored?.issuer === found.issuer && stored.resource === found.resource

  const depart: Session['depart'] = async (redirectUri, challenge) => {
    if (grant.depart === undefined) throw new TypeError('Nobody is asked where a program signs in as itself.')
    checkWay()
    const stored = await held.load()
    const found = await source.find(challenge?.resourceMetadata, stored)
    const scopes = await chooseScopes({ challenge }, isFrom(stored, found) ? stored : undefined, found)
    const { page, departure, key } = await source.begin(found, scopes, redirectUri)
    return { page, departure: { ...departure, server: server.href, key } }
  }

  const arrive: Session['arrive'] = (departure, back) =>
    store.lock(held.key, async () => {
      if (departure.server !== server.href)
        throw new SignInError('bad_callback', `This visit was begun for another server than ${server.host}.`)
      await source.finish(departure, departure.key, back)
      refusal = undefined
    })

  /** With the lock held. */
  const settle = async (need: Need): Promise<Source> => {
    checkWay()
    const stored = await held.load()
    const isOther = stored !== undefined && stored.access.reveal() !== need.instead?.access.reveal()
    const suffices = need.operation === undefined || covers(stored?.scopes ?? [], need.challenge?.scopes ?? [])
    // Somebody else has been here.
    if (isOther && suffices && !isStale(stored, MARGIN)) return 'found'
    if (refusal?.about === aboutOf(need) && isRecent(refusal.at)) throw refusal.error
    // Only who is not signed in is told anew where the metadata is.
    const isSignedOut = need.challenge !== undefined && need.operation === undefined
    const found = await source.find(
      need.challenge?.resourceMetadata ?? (isSignedOut ? undefined : stored?.resourceMetadata),
      stored,
    )
    const old = isFrom(stored, found) ? stored : undefined
    // Nothing of one issuer is shown to another. (basic/authorization/client-registration#authorization-server-binding)
    if (stored !== undefined && old === undefined) await held.drop()
    if (old !== undefined && need.mayRefresh && (await source.refresh(old, found))) return 'refreshed'
    if (need.isEarly === true && grant.asksPerson)
      throw new SignInError('needs_person', `Somebody has to sign in at ${new URL(found.issuer).host} again.`)
    await source.ask(found, await chooseScopes({ ...need, isMute: grant.isMute }, old, found))
    return 'granted'
  }

  const renew = async (need: Need): Promise<Source> => {
    // Whoever comes second may be served by what the first one gets.
    if (flight !== undefined) {
      await flight.catch(() => {})
      const current = held.current()
      const isServed = current !== undefined && current.access.reveal() !== need.instead?.access.reveal()
      if (isServed && (need.operation === undefined || covers(current.scopes, need.challenge?.scopes ?? [])))
        return 'found'
      return renew(need)
    }
    flight = store.lock(held.key, () => settle(need))
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
    loading ??= held.load().catch((error: unknown) => {
      loading = undefined
      throw error
    })
    await loading
    const found = held.current()
    if (found === undefined || !isStale(found, MARGIN) || (found.refresh === undefined && grant.asksPerson))
      return found
    try {
      await renew({ instead: found, challenge: undefined, mayRefresh: true, isEarly: true })
      return held.current()
    } catch (error) {
      // What still holds is better than nothing while the issuer is away; and the server knows best whether it does.
      if (error instanceof SignInError || !isStale(found, 0)) return found
      throw error
    }
  }

  const signOut = async (): Promise<void> => {
    await store.lock(held.key, async () => {
      const old = await held.load()
      await held.drop()
      refusal = undefined
      if (old !== undefined) await source.revoke(old)
    })
  }

  return {
    server,
    usesDpop: settings.dpop,
    stored: held.load,
    tokens,
    headers: async (sent, method, url) => {
      const bound = sent.scheme === 'DPoP' ? await held.keyOf(sent) : undefined
      if (bound !== undefined) return prove(bound, sent.access.reveal(), method, url)
      return { authorization: `${sent.scheme} ${sent.access.reveal()}` }
    },
    keepNonce: async (sent, nonce, url) => {
      const bound = await held.keyOf(sent)
      if (bound !== undefined) await keepNonce(bound, nonce, url)
    },
    renew,
    depart,
    arrive,
    partition: held.partition,
    forgive: () => {
      refusal = undefined
    },
    signOut,
  }
}

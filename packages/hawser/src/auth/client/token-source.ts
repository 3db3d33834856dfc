import { refreshTokenGrantRequest, revocationRequest } from 'oauth4webapi'
import { after } from '../../call/index.ts'
import type { Surroundings } from './address.ts'
import { type BoundedFetch, createBoundedFetch, type Fetch } from './bounded-fetch.ts'
import { union } from './choose-scopes.ts'
import { authenticateClient } from './client-auth.ts'
import { discover, type Found } from './discover.ts'
import { createDpopKey, type DpopKey, readDpopKey } from './dpop-key.ts'
import type { Application, Departure, Grant, Obtained } from './grant.ts'
import type { HeldTokens } from './held-tokens.ts'
import type { Secret } from './secret.ts'
import type { CredentialStore } from './store.ts'
import { exchange, IssuerRefusal, requestOptions } from './token-request.ts'
import { readTokens, type Tokens } from './tokens.ts'

/** What is asked of the issuer of one server, in whose turn it is; what comes of it is kept. */
export interface TokenSource {
  /** Finds the issuer, where the server says that it is. */
  readonly find: (resourceMetadata: string | undefined, stored: Tokens | undefined) => Promise<Found>
  /** Says whether it worked: an issuer may no longer know the grant. */
  readonly refresh: (old: Tokens, found: Found) => Promise<boolean>
  /** Has the issuer asked for consent, or for what a program may have. */
  readonly ask: (found: Found, scopes: readonly string[]) => Promise<void>
  /** Begins to ask a person, where the grant can; `finish` may be elsewhere. */
  readonly begin: (
    found: Found,
    scopes: readonly string[],
    redirectUri: string,
  ) => Promise<{ readonly page: URL; readonly departure: Departure; readonly key: Secret | undefined }>
  readonly finish: (departure: Departure, key: Secret | undefined, back: URL) => Promise<void>
  /** As far as the issuer lets us: the tokens are gone from here in any case. */
  readonly revoke: (held: Tokens) => Promise<void>
}

export interface TokenSourceSettings {
  readonly store: CredentialStore
  readonly fetch: Fetch
  readonly dpop: boolean
  readonly offline: boolean
  readonly guessIssuer: boolean
  readonly privateNetwork: boolean
}

/** Milliseconds that signing in may take in all. */
const PATIENCE = 10 * 60_000

export function createTokenSource(
  server: URL,
  grant: Grant,
  held: HeldTokens,
  settings: TokenSourceSettings,
): TokenSource {
  const { store } = settings
  const surroundings: Surroundings = { server, privateNetwork: settings.privateNetwork }
  const fetch: BoundedFetch = createBoundedFetch(settings.fetch, surroundings)
  const trustedFetch = (address: string): BoundedFetch =>
    createBoundedFetch(settings.fetch, { server: new URL(address), privateNetwork: true })
  const makeKey = async (): Promise<DpopKey | undefined> => (settings.dpop ? createDpopKey() : undefined)

  const find: TokenSource['find'] = (resourceMetadata, stored) =>
    discover({
      fetch,
      surroundings,
      resourceMetadata,
      earlierMetadata: stored?.resourceMetadata,
      issuer: grant.client?.issuer,
      preferred: stored?.issuer,
      guessIssuer: settings.guessIssuer,
    })

  const refresh: TokenSource['refresh'] = async (old, found) => {
    const client = grant.recall(found, old.registration)
    if (old.refresh === undefined || client?.id !== old.clientId) return false
    const token = old.refresh.reveal()
    const handle = (await held.keyOf(old))?.handle
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
      await held.keep({ ...fresh, scopes, refresh: fresh.refresh ?? old.refresh, account, grant: grantId })
      return true
    } catch (error) {
      if (!(error instanceof IssuerRefusal)) throw error
      return false
    }
  }

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
  const accept = async (
    { found, scopes: requested }: Application,
    { response, clientId, registration }: Obtained,
    made: DpopKey | undefined,
  ): Promise<void> => {
    const { issuer, resource, place: resourceMetadata } = found
    const context = { issuer, resource, resourceMetadata, clientId, registration, requested, key: made?.secret }
    const tokens = readTokens(response, { ...context, grant: crypto.randomUUID() }, Date.now())
    await held.keep(tokens, made)
  }

  const ask: TokenSource['ask'] = async (found, scopes) => {
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

  const begin: TokenSource['begin'] = async (found, scopes, redirectUri) => {
    const made = await makeKey()
    return { ...(await grant.depart!(apply(found, scopes, made), redirectUri)), key: made?.secret }
  }

  const finish: TokenSource['finish'] = async (departure, key, back) => {
    const made = key && (await readDpopKey(key))
    const application = { ...apply(departure.found, [], made), scopes: departure.scopes }
    await accept(application, await grant.arrive!(application, departure, back), made)
  }

  const revoke: TokenSource['revoke'] = async (old) => {
    try {
      const found = await find(old.resourceMetadata, old)
      const client = found.issuer === old.issuer ? grant.recall(found, old.registration) : undefined
      if (found.as.revocation_endpoint === undefined || client?.id !== old.clientId) return
      const authentication = authenticateClient(found.as, client)
      for (const token of [old.refresh, old.access]) {
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

  return { find, refresh, ask, begin, finish, revoke }
}

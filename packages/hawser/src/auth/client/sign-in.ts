import type { Ask } from './ask.ts'
import type { Answer, Outgoing, SendRequest } from './authorized-send.ts'
import { authorizeSend } from './authorized-send.ts'
import { askServer } from './ask-server.ts'
import { createBoundedFetch, type Fetch } from './bounded-fetch.ts'
import { discover } from './discover.ts'
import type { Grant } from './grant.ts'
import { checkIdentity, type ClientIdentity, type RegisteredClient } from './identify-client.ts'
import {
  clientGrant,
  enterpriseGrant,
  type EnterpriseOptions,
  workloadGrant,
  type WorkloadOptions,
} from './machine-grants.ts'
import { personGrant } from './person-grant.ts'
import { covers, type StepUp, union } from './choose-scopes.ts'
import { decodeDeparture, encodeDeparture } from './departure.ts'
import { createSession, isStale, type Session, type Settings } from './session.ts'
import { type CredentialStore, memoryCredentials } from './store.ts'

/** What holds for every way of signing in. */
export interface CommonOptions {
  /** Where tokens are kept; in memory when left out. */
  readonly store?: CredentialStore | undefined
  /** Asked for besides what the server asks for. */
  readonly scopes?: readonly string[] | undefined
  /** All that may be asked for. A server that wants more is refused. */
  readonly maxScopes?: readonly string[] | undefined
  /** Decides whether more is asked for when a server wants more than was granted; everything is, when left out. */
  readonly onStepUp?: ((stepUp: StepUp) => boolean | Promise<boolean>) | undefined
  /** Binds tokens to a key, so that nobody else can use them. An extension that is not finished yet. (RFC 9449) */
  readonly dpop?: boolean | undefined
  /** Whether servers may name issuers in private networks, as those of a company do. Addresses of the link are refused at any rate. */
  readonly privateNetwork?: boolean | undefined
  /**
   * Takes the origin of a server that publishes no metadata for its issuer, as was the rule once. Only where the server says
   * that it has none; never after an error.
   */
  readonly guessIssuer?: boolean | undefined
  /** Sends what goes to issuers; the global `fetch` when left out. */
  readonly fetch?: Fetch | undefined
}

/** How a person signs in, and who the client is that asks. */
export interface SignInOptions extends CommonOptions {
  /** Who this client is; one that registers itself when left out. */
  readonly client?: ClientIdentity | undefined
  /** How a person is asked; without it only what is stored is used. */
  readonly ask?: Ask | undefined
  /** Whether to stay signed in when the issuer offers it (`offline_access`); true when left out. */
  readonly offline?: boolean | undefined
  /** Issuers that are known to support PKCE with S256 although they do not say so. */
  readonly assumePkce?: readonly string[] | undefined
}

/** Who is signed in at a server. */
export interface Account {
  readonly server: string
  readonly issuer: string
  readonly clientId: string
  /** A name, where the issuer told one. */
  readonly account: string | undefined
  readonly scopes: readonly string[]
  /** Granted though nobody asked for it. */
  readonly unasked: readonly string[]
  /** Milliseconds since 1970. */
  readonly expiresAt: number | undefined
  /** Whether the tokens can still be used, or can be refreshed without anybody being asked. */
  readonly isValid: boolean
}

/**
 * Proves to servers who is calling: `connect(url, { http: { auth } })`. One may be used for many servers, and what it knows of
 * one is never told to another.
 */
export interface SignIn {
  /** Sends as `send` does, with tokens, and once more after a refusal that they settle. */
  readonly authorize: <Request extends Outgoing, Reply extends Answer>(
    send: SendRequest<Request, Reply>,
    server: string,
  ) => SendRequest<Request, Reply>
  /**
   * Signs in before anything is called; at once when somebody is signed in already with all that is asked for.
   *
   * @throws SignInError; ConnectionError when somebody does not answer.
   */
  readonly signIn: (server: string | URL) => Promise<Account>
  /** Revokes the tokens as far as the issuer lets us, and forgets them. */
  readonly signOut: (server: string | URL) => Promise<void>
  /** Who is signed in, by what is stored; nothing is sent. */
  readonly whoami: (server: string | URL) => Promise<Account | undefined>
  /**
   * Tells authorizations apart for `cache({ partition })`, so that what is private to one is not given to the next.
   *
   * @example cache({ partition: auth.partition(url) })
   */
  readonly partition: (server: string | URL) => () => string
}

/** Where a person goes to sign in, and what it takes to go on when the browser has come back. */
export interface Begun {
  /** The page of the issuer. */
  readonly page: URL
  /** Comes back with the browser, so that the visit is found again. */
  readonly state: string
  /** For `finish`, once. It holds secrets: keep it where tokens may be kept, for whoever began, and for some minutes. */
  readonly visit: string
}

/** Proves who is calling where a person signs in, also in two steps between which everything may be started anew. */
export interface PersonSignIn extends SignIn {
  /**
   * Begins to sign in by a page, for programs that serve many people. Nothing that is stored changes.
   *
   * Whoever comes back has to be who began: find the visit by the session of the browser and by `state`, and forget it when it is found.
   *
   * @param options.redirectUri Where the issuer sends the browser: https, or http on this machine.
   * @param options.scopes Asked for besides what the server asks for, such as those that a `SignInError` names.
   * @throws SignInError; ConnectionError when somebody does not answer.
   * @example const { page, state, visit } = await auth.begin(url, { redirectUri: 'https://app.example.com/callback' })
   */
  readonly begin: (
    server: string | URL,
    options: { readonly redirectUri: string; readonly scopes?: readonly string[] | undefined },
  ) => Promise<Begun>
  /**
   * Finishes what `begin` has begun: checks who answered, and gets the tokens.
   *
   * @param back The address that the browser came back to, whole.
   * @throws SignInError `bad_callback`, `denied`, `refused` or `bad_token`; ConnectionError when the issuer does not answer.
   * @example await auth.finish(url, visit, request.url)
   * @see RFC 9207
   */
  readonly finish: (server: string | URL, visit: string, back: string | URL) => Promise<Account>
}

/**
 * A person signs in with a browser or another device, and stays signed in. The first request to a server that wants a token opens the
 * page of its issuer; what is missing later is asked for when it is needed.
 *
 * `hawser/node/sign-in` has one that brings its own browser, files and guards.
 *
 * @example
 * await using notes = await connect('https://notes.example.com/mcp', { http: { auth: signIn({ ask, store }) } })
 * @throws TypeError for a `client.metadataUrl` that no issuer would read.
 * @see basic/authorization
 */
export function signIn({ client = {}, ask, assumePkce = [], ...options }: SignInOptions = {}): PersonSignIn {
  checkIdentity(client)
  return createSignIn(personGrant({ client, ask, assumePkce }), options)
}

/**
 * A program signs in as itself, by a secret or by a private key.
 *
 * @example
 * const auth = clientCredentials({ client: { id: 'nightly', issuer: 'https://login.example.com', secret } })
 * @see ext-auth: OAuth client credentials, RFC 6749 §4.4, RFC 7523
 */
export function clientCredentials({
  client,
  ...options
}: CommonOptions & { readonly client: RegisteredClient }): SignIn {
  return createSignIn(clientGrant(client), options)
}

/**
 * A program signs in by what its platform says of it, without a secret of its own. An extension that is not finished yet.
 *
 * @example
 * const auth = workload({ client: { id: 'nightly', issuer }, assertion: (audience) => readServiceToken(audience) })
 * @see RFC 7523 §2.1
 */
export function workload({ client, assertion, ...options }: CommonOptions & WorkloadOptions): SignIn {
  return createSignIn(workloadGrant({ client, assertion }), options)
}

/**
 * A person who is signed in at the company uses servers without being asked at each, as far as the company allows it.
 *
 * @example
 * const auth = enterprise({ provider: { id: 'host', issuer: 'https://idp.example.com', secret }, idToken, client })
 * @see ext-auth: enterprise-managed authorization
 */
export function enterprise({ provider, idToken, client, ...options }: CommonOptions & EnterpriseOptions): SignIn {
  checkIdentity(client)
  return createSignIn(enterpriseGrant({ provider, idToken, client }), options)
}

const fetchByRuntime: Fetch = (url, { method, headers, body, redirect, signal }) =>
  fetch(url, { method, headers, ...(body !== undefined && { body }), redirect, signal })

/** Servers whose sessions are held; the tokens of others are read from the store again. */
const MAX_SESSIONS = 256

function createSignIn(grant: Grant, options: CommonOptions & Pick<SignInOptions, 'offline'>): PersonSignIn {
  const settings: Settings = {
    store: options.store ?? memoryCredentials(),
    fetch: options.fetch ?? fetchByRuntime,
    scopes: options.scopes ?? [],
    maxScopes: options.maxScopes,
    onStepUp: options.onStepUp,
    dpop: options.dpop ?? false,
    offline: options.offline ?? true,
    guessIssuer: options.guessIssuer ?? false,
    privateNetwork: options.privateNetwork ?? false,
  }
  const sessions = new Map<string, Session>()

  const sessionOf = (address: string | URL): Session => {
    const server = new URL(address)
    // It is part of the keys of a store, and of messages.
    if (server.username !== '' || server.password !== '')
      throw new TypeError('Expected the URL of a server without credentials.')
    server.hash = ''
    const known = sessions.get(server.href)
    if (known !== undefined) return known
    for (const oldest of sessions.keys()) {
      if (sessions.size < MAX_SESSIONS) break
      sessions.delete(oldest)
    }
    const session = createSession(server, grant, settings)
    sessions.set(server.href, session)
    return session
  }

  const whoami = async (address: string | URL): Promise<Account | undefined> => {
    const { server, stored } = sessionOf(address)
    const tokens = await stored()
    if (tokens === undefined) return undefined
    const { issuer, clientId, account, scopes, requested, expiresAt, refresh } = tokens
    const unasked = requested.length === 0 ? [] : scopes.filter((scope) => !requested.includes(scope))
    const isValid = refresh !== undefined || !isStale(tokens, 0)
    return { server: server.href, issuer, clientId, account, scopes, unasked, expiresAt, isValid }
  }

  /** What the server says to who has no token. */
  const challengeOf = ({ server }: Session) => {
    const { privateNetwork, dpop: usesDpop } = settings
    return askServer(server, { fetch: createBoundedFetch(settings.fetch, { server, privateNetwork }), usesDpop })
  }

  return {
    authorize: (send, server) => authorizeSend(send, sessionOf(server)),
    signIn: async (address) => {
      const session = sessionOf(address)
      session.forgive()
      const tokens = await session.tokens()
      const suffices = tokens !== undefined && !isStale(tokens, 0) && covers(tokens.requested, settings.scopes)
      if (!suffices) {
        await session.renew({ instead: tokens, challenge: await challengeOf(session), mayRefresh: false })
      }
      return (await whoami(address))!
    },
    begin: async (address, { redirectUri, scopes = [] }) => {
      const session = sessionOf(address)
      const challenge = await challengeOf(session)
      const { page, departure } = await session.depart(redirectUri, {
        resourceMetadata: challenge?.resourceMetadata,
        scopes: union(challenge?.scopes ?? [], scopes),
      })
      return { page, state: departure.state, visit: encodeDeparture(departure) }
    },
    finish: async (address, visit, back) => {
      await sessionOf(address).arrive(decodeDeparture(visit), new URL(back))
      return (await whoami(address))!
    },
    signOut: async (address) => sessionOf(address).signOut(),
    whoami,
    partition: (address) => {
      const session = sessionOf(address)
      return session.partition
    },
  }
}

/** Who issues tokens for a server, and for what. */
export interface Discovered {
  readonly issuer: string
  readonly resource: string
  /** Scopes that the server publishes. */
  readonly scopes: readonly string[] | undefined
}

/**
 * Asks a server who issues tokens for it, to register a client there by hand.
 *
 * @example const { issuer } = await discoverIssuer('https://notes.example.com/mcp')
 * @throws SignInError `bad_metadata` or `forbidden_address`; ConnectionError when somebody does not answer.
 * @see RFC 9728
 */
export async function discoverIssuer(
  server: string | URL,
  {
    fetch = fetchByRuntime,
    privateNetwork = false,
    guessIssuer,
  }: Pick<CommonOptions, 'fetch' | 'privateNetwork' | 'guessIssuer'> = {},
): Promise<Discovered> {
  const surroundings = { server: new URL(server), privateNetwork }
  const bounded = createBoundedFetch(fetch, surroundings)
  const resourceMetadata = (await askServer(surroundings.server, { fetch: bounded }))?.resourceMetadata
  const found = await discover({ fetch: bounded, surroundings, resourceMetadata, guessIssuer })
  return { issuer: found.issuer, resource: found.resource, scopes: found.scopes }
}

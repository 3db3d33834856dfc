import type { Ending } from '../consent.ts'
import type { Core, Route } from '../core.ts'
import type { Operator } from '../consent/page.ts'
import type { Transaction, User } from '../transaction.ts'

/**
 * What a sign-in is for, for an application that signs people in by itself; nothing but `returnTo` where a person comes to see
 * what they allowed.
 */
export interface LoginRequest extends Partial<Pick<Transaction, 'client' | 'resource' | 'scopes'>> {
  /** Where to send the browser, by GET, once the person is signed in. */
  readonly returnTo: string
}

/**
 * The application's own sign-in: the person that the request's cookies prove, or a page or redirect that finds out and
 * leads back to `returnTo`.
 */
export type LoginCallback = (request: Request, asked: LoginRequest) => User | Response | Promise<User | Response>

/** A transaction of which everything that the browser must prove is proven. */
export interface Resumed {
  readonly transaction: Transaction
  readonly handle: string
}

/** A way to sign in that this package brings. */
export interface LoginMethod {
  /** @throws TypeError when it must not be used with this server. */
  readonly start: (context: LoginContext) => RunningLogin
}

export interface LoginContext {
  readonly core: Core & Ending
  readonly operator: Operator
  /** Where a request came from, as far as the operator tells. */
  readonly clientAddress: (request: Request) => string | undefined
  /** The page that asks, for this transaction. */
  readonly consentUrl: (handle: string) => string
  /** The page of what a person allowed: where a sign-in leads that is for no application. */
  readonly grantsUrl: string
  /** Ends an approved transaction for the person who signed in after it. */
  readonly complete: (transaction: Transaction, user: User, scopes: readonly string[]) => Promise<Response>
}

/** `undefined` means that the person signs in after the consent page, with the provider. */
export interface RunningLogin {
  /** Refuses who cannot sign in whatever they do, before anything is stored. */
  readonly admit?: (request: Request) => Response | undefined
  readonly identify: (request: Request, resumed: Resumed) => Promise<User | Response | undefined>
  /** Who came to see what they allowed, or a page or redirect that finds out and leads back to `grantsUrl`. */
  readonly visit: (request: Request) => Promise<User | Response>
  /** Who signs people in after they allowed something. */
  readonly provider?: {
    readonly name: string
    /** Where it is, for the policy of the page. */
    readonly origin: string
    /** Sends the person there; `scopes` are those that were allowed. */
    readonly begin: (resumed: Resumed, scopes: readonly string[]) => Promise<Response>
  }
  /** Forgets who uses this browser: the value of a Set-Cookie header. */
  readonly forget?: () => string
  readonly routes: ReadonlyMap<string, Route>
}

/** The application's own sign-in as one of ours. */
export const callbackLogin =
  (callback: LoginCallback): LoginMethod['start'] =>
  ({ consentUrl, grantsUrl }) => ({
    identify: async (request, { transaction: { client, resource, scopes }, handle }) =>
      callback(request, { client, resource, scopes, returnTo: consentUrl(handle) }),
    visit: async (request) => callback(request, { returnTo: grantsUrl }),
    routes: new Map(),
  })

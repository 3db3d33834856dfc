import type { ClientSource } from './client.ts'
import type { ConsentStep, Ending } from './consent.ts'
import type { OAuthEvent } from './events.ts'
import type { Resources } from './resources.ts'
import type { Secrets } from './secrets.ts'
import type { GrantStore } from './store.ts'

/** What every endpoint of one authorization server shares. */
export interface Core extends Secrets {
  /** Configuration, never taken from a request. */
  readonly issuer: string
  /** The absolute URL of a path of this server, as `/token`. */
  readonly url: (path: string) => string
  readonly store: GrantStore
  readonly resources: Resources
  readonly findClient: ClientSource
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly tell: (event: Omit<OAuthEvent, 'at'>) => Promise<void>
}

/** A path that one part of the server answers. */
export type Route = (request: Request) => Response | Promise<Response>

/** What stands before the token endpoint: sign-in, consent, and the ways in which clients make themselves known. */
export interface Front {
  /** Refuses who may not even begin, before anything is looked up or stored. */
  readonly admit?: ((request: Request) => Response | undefined) | undefined
  readonly consent: ConsentStep
  /** By path, as `/consent`; relative to the issuer. */
  readonly routes: ReadonlyMap<string, Route>
  /** Asked in order after the registered clients. */
  readonly clients: readonly ClientSource[]
  /** Members that it adds to the metadata, as `registration_endpoint`. */
  readonly metadata: Readonly<Record<string, unknown>>
}

export type CreateFront = (core: Core & Ending) => Front

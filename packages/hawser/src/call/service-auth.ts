import type { Authenticator, Described } from './authenticator.ts'
import type { AuthorizationError } from './error.ts'
import { createGrantWatch, type GrantWatch } from './grant-watch.ts'
import type { Log } from './log.ts'

/** What a transport needs of a server that wants to know who calls. */
export interface ServiceAuth extends Pick<Authenticator, 'resource' | 'authenticate' | 'challenge'> {
  /** Nothing is for strangers, so that they are refused by the head of their request. */
  readonly isClosed: boolean
  /** What a stranger is told to ask for. */
  readonly baseline: readonly string[]
  /** JSON by path. */
  readonly documents: ReadonlyMap<string, string>
  /** Whether those who stay, such as subscribers, still may. */
  readonly grants: GrantWatch
  /** Tells those who keep account of a request that was refused before it was a call. */
  readonly refused: (error: AuthorizationError) => void
  /** Has such refusals told. */
  readonly onRefusal: (listener: (error: AuthorizationError) => void) => void
}

/** Prepares an authenticator for the transports of one server. */
export function admitBy(
  { resource, authenticate, challenge, documents, isLive }: Authenticator,
  server: Described,
  isClosed: boolean,
  log: Log,
): ServiceAuth {
  const listeners: ((error: AuthorizationError) => void)[] = []
  return {
    resource,
    authenticate: (header, request) => {
      const principal = authenticate(header, request)
      return principal instanceof Promise ? principal.then(checkIssuer) : checkIssuer(principal)
    },
    challenge,
    isClosed,
    baseline: server.scopes,
    grants: createGrantWatch(isLive, log),
    documents: new Map(documents(server).map(({ path, json }) => [path, json])),
    refused: (error) => {
      for (const listener of listeners) listener(error)
    },
    onRefusal: (listener) => void listeners.push(listener),
  }
}

/** Without an issuer a caller is taken for the local user, whose grant nobody can revoke. */
function checkIssuer<P extends { readonly issuer?: string | undefined } | undefined>(principal: P): P {
  if (principal === undefined || principal.issuer !== undefined) return principal
  throw new Error('An authenticator has to say which issuer vouches for a caller.')
}

import type { Authenticator } from '../call/index.ts'
import { checkUrl } from './fetch-json.ts'
import type { LocalIssuer, ProtectedResourceOptions } from './protected-resource.ts'

/** What a server says of itself besides its address; the issuer is known. */
export type SharedResourceOptions = Omit<ProtectedResourceOptions, 'resource' | 'issuer' | 'tokens' | 'jwks' | 'fetch'>

/** One issuer of several servers, known to them before it is made. */
export interface SharedIssuer extends LocalIssuer {
  readonly isGrantLive: NonNullable<LocalIssuer['isGrantLive']>
  /**
   * Protects a server as a resource of this issuer: at a path of its origin, as `/catalogue/mcp`, or at a URL.
   *
   * @throws TypeError when it is neither.
   */
  readonly protect: (at: string, options?: SharedResourceOptions) => Authenticator
  /**
   * Says where the issuer is, once.
   *
   * @throws TypeError when it calls itself otherwise, or when another one was named before.
   */
  readonly serve: (source: LocalIssuer) => void
}

/** What `sharedIssuer()` of `hawser/auth` makes, with what protects a resource. */
export function sharedIssuer(
  issuer: string,
  protect: (options: ProtectedResourceOptions) => Authenticator,
): SharedIssuer {
  const { origin } = checkUrl('issuer', issuer)
  let source: LocalIssuer | undefined
  const find = (): LocalIssuer => {
    if (source !== undefined) return source
    throw new Error(
      `Nobody serves the issuer ${issuer} here. Give it to suite({ … }, { issuer }), or say where it is: issuer.serve(oauth).`,
    )
  }
  const shared: SharedIssuer = {
    issuer,
    jwks: async () => find().jwks(),
    isGrantLive: async (grant) => {
      const { isGrantLive } = find()
      if (isGrantLive !== undefined) return isGrantLive(grant)
      throw new Error(`The issuer ${issuer} does not tell whether a grant still holds.`)
    },
    // An origin with several resources has none at its root. (RFC 9728 §3.1)
    protect: (at, options) =>
      protect({ root: false, ...options, resource: at.startsWith('/') ? origin + at : at, issuer: shared }),
    serve: (given) => {
      if (given.issuer !== issuer)
        throw new TypeError(`The issuer calls itself ${given.issuer}, and the servers know it as ${issuer}.`)
      if (source !== undefined && source !== given) throw new TypeError(`The issuer ${issuer} is served twice.`)
      source = given
    },
  }
  return shared
}

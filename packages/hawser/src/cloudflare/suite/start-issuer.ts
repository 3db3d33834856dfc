import { workers } from '#workers'
import type { LocalIssuer, SharedIssuer } from '../../auth/index.ts'
import type { Beside } from '../worker.ts'
import type { SharedResource } from './describe-resource.ts'
import { serveEntrypoint } from './issuer-entrypoint.ts'

/** What the issuer of a suite is told, as `createOAuth({ …, secret, store })` takes it. */
export interface SharedIssuerDescription {
  readonly issuer: string
  /** Every server of the suite that is protected by it. */
  readonly resources: readonly SharedResource[]
}

/** An issuer that runs here, such as a server of `@hawser/oauth`. */
export type ServedIssuer = LocalIssuer & Beside

/**
 * Has the servers know their issuer, and answers its paths. On Workers it is made now, so that what cannot work does not load; elsewhere
 * when it is first asked, so that servers can be tested without its secrets.
 *
 * @param paths Of the servers: it must not answer them.
 * @throws TypeError when it has another name than the servers know, or one of their paths.
 */
export function startIssuer(
  shared: SharedIssuer,
  create: (shared: SharedIssuerDescription) => ServedIssuer,
  resources: readonly SharedResource[],
  paths: readonly string[],
): Beside {
  const { issuer } = shared
  const make = (): ServedIssuer => {
    const made = create({ issuer, resources })
    if (made.issuer !== issuer)
      throw new TypeError(`The issuer calls itself ${made.issuer}, and the servers know it as ${issuer}.`)
    const taken = paths.find((path) => made.handles(path))
    if (taken === undefined) return made
    throw new TypeError(`The issuer answers ${taken}, which is the path of a server. Give that one another path.`)
  }
  let made: ServedIssuer | undefined
  const find = (): ServedIssuer => (made ??= make())
  const local: LocalIssuer = {
    issuer,
    jwks: () => find().jwks(),
    isGrantLive: async (grant) => (await find().isGrantLive?.(grant)) === true,
  }
  shared.serve(local)
  serveEntrypoint(local)
  if (workers.env !== undefined) find()
  return { handles: (path) => find().handles(path), fetch: (...args) => find().fetch(...args) }
}

import { workers } from '#workers'
import type { LocalIssuer, SharedIssuer } from '../../auth/index.ts'
import { type IndexPage, refuse } from '../../http/index.ts'
import type { ServerCore } from '../../server/index.ts'
import type { ExecutionContext } from '../runtime.ts'
import { type Beside, createWorker, type HawserWorker, type WorkerOptions } from '../worker.ts'
import { combineHandlers } from './combine-handlers.ts'
import { describeResource, type SharedResource } from './describe-resource.ts'
import { boundIssuer, serveEntrypoint } from './issuer-entrypoint.ts'
import { OWNER, readPart } from './part.ts'
import { bindingsOf, type SuitePlan } from './plan.ts'

/** Servers by what each is called in addresses. */
export interface SuiteServers {
  readonly [name: string]: ServerCore
}

/** What the issuer of a suite is told, as `createOAuth({ …, secret, store })` takes it. */
export interface SharedIssuerDescription {
  readonly issuer: string
  /** Every server of the suite that is protected by it. */
  readonly resources: readonly SharedResource[]
}

/** An issuer that runs here, such as a server of `@hawser/oauth`. */
export type ServedIssuer = LocalIssuer & Beside

/** What the servers of a suite share, and who else answers. */
export interface SuiteOptions<S extends SuiteServers = SuiteServers> extends Omit<WorkerOptions, 'path'> {
  /** The issuer that the servers are protected by, made with `sharedIssuer()`. */
  readonly issuer?: SharedIssuer | undefined
  /** Makes it, where it runs in this Worker. */
  readonly createIssuer?: ((shared: SharedIssuerDescription) => ServedIssuer) | undefined
  /**
   * Bindings and secrets that a server uses besides those which its tools name, for `hawser deploy --split`: of adapters, of `context`. What
   * is under `owner` is for the Worker of the issuer and of the Durable Objects.
   */
  readonly bindings?: { readonly [N in (keyof S & string) | typeof OWNER]?: readonly string[] } | undefined
  /** Shows people at `/` which servers there are: `indexPage()` of `hawser/landing`. */
  readonly index?: IndexPage | undefined
}

/** What a Worker of several servers exports as its default. */
export interface HawserSuite<S extends SuiteServers = SuiteServers> extends Pick<HawserWorker, 'fetch'> {
  /** For tests, and for tools that look at a file without the runtime. */
  readonly servers: S
  readonly plan: SuitePlan
}

type Answer = (request: Request, env: unknown, context: ExecutionContext) => Response | Promise<Response>

/**
 * Makes one Worker of several focused servers. Each has its own path – that of the resource that it is protected as, else its name and
 * `/mcp` –, its own scopes and description, and takes no token that is for another. Nothing else is answered but the issuer.
 *
 * @throws TypeError when two of them have the same path, or the issuer answers one; and for what `worker()` refuses.
 * @example
 * export default suite({ catalogue, orders }, { issuer: signIn, createIssuer: (shared) => createOAuth({ ...shared, secret, store, login }) })
 * @see worker, sharedIssuer
 */
export function suite<const S extends SuiteServers>(servers: S, options: SuiteOptions<S> = {}): HawserSuite<S> {
  const { issuer: shared, createIssuer, bindings, index, beside, ...http } = options
  const part = readPart(Object.keys(servers))
  const isWhole = part === undefined
  const others = isWhole || part === OWNER ? [beside, startIssuer(servers, shared, createIssuer)] : []
  if (!isWhole && part !== OWNER && shared !== undefined && createIssuer !== undefined)
    shared.serve(boundIssuer(shared.issuer))

  const routes = new Map<string, Answer>()
  let documented: Answer | undefined
  const take = (path: string, name: string, answer: Answer): void => {
    const isTaken =
      routes.has(path) || (path === '/' && index !== undefined) || others.some((one) => one?.handles(path))
    if (isTaken)
      throw new TypeError(`suite({ ${name} }): something else answers ${path} already. Give it another path.`)
    routes.set(path, answer)
  }
  const members = Object.entries<ServerCore>(servers).filter(([name]) => isWhole || part === OWNER || part === name)
  const all = members.map(([name, server]) => {
    // The owner has the objects of all, in which sessions are held, and answers none of their addresses.
    const each = createWorker(server, { ...http, path: pathOf(name, server) }, part !== OWNER)
    if (part === OWNER) return each
    for (const path of [pathOf(name, server), ...documentsOf(server)]) take(path, name, each.fetch)
    if (server.auth !== undefined) documented ??= each.fetch
    return each
  })
  const entries = Object.entries<ServerCore>(servers).map(([name, { info, auth }]) => ({
    title: info.title ?? info.name,
    about: info.description,
    url: auth?.resource ?? pathOf(name, servers[name]!),
  }))
  const page = isWhole || part === OWNER ? index?.(entries) : undefined
  const notFound = refuse('notFound')

  return {
    ...combineHandlers(all),
    servers,
    plan: planOf(servers, options),
    fetch: async (request, env, context) => {
      const { pathname } = new URL(request.url)
      const found = routes.get(pathname)
      if (found !== undefined) return found(request, env, context)
      for (const one of others) if (one?.handles(pathname) === true) return one.fetch(request, env, context)
      const shown = pathname === '/' ? page?.(request) : undefined
      if (shown !== undefined) return new Response(shown.body, shown)
      // Programs of other sites may read that there is nothing.
      if (documented !== undefined && pathname.startsWith('/.well-known/')) return documented(request, env, context)
      return new Response(notFound.body, notFound)
    },
  }
}

const pathOf = (name: string, { auth }: ServerCore): string =>
  auth?.resource === undefined ? `/${name}/mcp` : new URL(auth.resource).pathname

const documentsOf = ({ auth }: ServerCore): readonly string[] => [...(auth?.documents.keys() ?? [])]

/** Has the servers know their issuer. On Workers it is made now, so that what cannot work does not load; elsewhere when it is asked. */
function startIssuer(
  servers: SuiteServers,
  shared: SharedIssuer | undefined,
  create: SuiteOptions['createIssuer'],
): Beside | undefined {
  if (create === undefined) return undefined
  if (shared === undefined)
    throw new TypeError('suite({ createIssuer }) needs `issuer`, which the servers are protected by.')
  let made: ServedIssuer | undefined
  const find = (): ServedIssuer => {
    if (made !== undefined) return made
    const resources = Object.values(servers).flatMap((server) => describeResource(server, shared.issuer) ?? [])
    made = create({ issuer: shared.issuer, resources })
    if (made.issuer === shared.issuer) return made
    throw new TypeError(`The issuer calls itself ${made.issuer}, and the servers know it as ${shared.issuer}.`)
  }
  const local: LocalIssuer = {
    issuer: shared.issuer,
    jwks: () => find().jwks(),
    isGrantLive: async (grant) => (await find().isGrantLive?.(grant)) === true,
  }
  shared.serve(local)
  serveEntrypoint(local)
  if (workers.env !== undefined) find()
  return { handles: (path) => find().handles(path), fetch: (...args) => find().fetch(...args) }
}

function planOf(servers: SuiteServers, { issuer, createIssuer, bindings = {}, sessions }: SuiteOptions): SuitePlan {
  const all = Object.entries(servers)
  // What objects run, they run where they are.
  const inObjects = all.flatMap(([, server]) => bindingsOf(server, sessions === undefined))
  return {
    members: Object.fromEntries(
      all.map(([name, server]) => [
        name,
        {
          path: pathOf(name, server),
          documents: documentsOf(server),
          resource: server.auth?.resource,
          bindings: [...new Set([...bindingsOf(server), ...(bindings[name] ?? [])])],
          asksIssuer: issuer !== undefined && describeResource(server, issuer.issuer) !== undefined,
        },
      ]),
    ),
    owner: {
      issuer: createIssuer && issuer?.issuer,
      bindings: [...new Set([...inObjects, ...(bindings[OWNER] ?? [])])],
    },
  }
}

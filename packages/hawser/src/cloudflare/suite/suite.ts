import type { SharedIssuer } from '../../auth/index.ts'
import { type ServesSuite, SUITE } from '../../call/index.ts'
import { type IndexEntry, type IndexPage, refuse } from '../../http/index.ts'
import type { ServerCore } from '../../server/index.ts'
import type { ExecutionContext } from '../runtime.ts'
import { type Beside, createWorker, type HawserWorker, type WorkerOptions } from '../worker.ts'
import { describeResource } from './describe-resource.ts'
import { boundIssuer } from './issuer-entrypoint.ts'
import { OWNER, readPart } from './part.ts'
import { planOf, type SuitePlan } from './plan.ts'
import { type ServedIssuer, type SharedIssuerDescription, startIssuer } from './start-issuer.ts'

/** Servers by what each is called in addresses. */
export interface SuiteServers {
  readonly [name: string]: ServerCore
}

type CreateIssuer = (shared: SharedIssuerDescription) => ServedIssuer

/** What the servers of a suite share, and who else answers. */
export interface SuiteOptions<S extends SuiteServers = SuiteServers> extends Omit<WorkerOptions, 'path'> {
  /** The issuer that the servers are protected by, made with `sharedIssuer()`. */
  readonly issuer?: SharedIssuer | undefined
  /** Makes it, where it runs in this Worker. */
  readonly createIssuer?: CreateIssuer | undefined
  /**
   * Bindings and secrets that a server uses besides those which its tools name, for `hawser deploy --split`: of adapters, of `context`. What
   * is under `owner` is for the Worker of the issuer and of the Durable Objects.
   */
  readonly bindings?: { readonly [N in (keyof S & string) | typeof OWNER]?: readonly string[] } | undefined
  /** Shows people at `/` which servers there are: `indexPage()` of `hawser/landing`. */
  readonly index?: IndexPage | undefined
}

/** What a Worker of several servers exports as its default. */
export interface HawserSuite<S extends SuiteServers = SuiteServers>
  extends Pick<HawserWorker, 'fetch'>, ServesSuite<S, SuitePlan> {}

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
  const { issuer: _, createIssuer, bindings: __, index, beside, ...http } = options
  const plan = planOf(servers, options)
  const part = readPart(Object.keys(servers))
  const hasOthers = part === undefined || part === OWNER
  const issuing = createIssuer === undefined ? undefined : joinIssuer(servers, plan, part, { ...options, createIssuer })
  const others = hasOthers ? [beside, issuing].filter((one) => one !== undefined) : []

  const routes = new Map<string, Answer>()
  let documented: Answer | undefined
  const take = (path: string, name: string, answer: Answer): void => {
    if (routes.has(path) || (path === '/' && index !== undefined) || beside?.handles(path) === true)
      throw new TypeError(`suite({ ${name} }): something else answers ${path} already. Give it another path.`)
    routes.set(path, answer)
  }
  const all = Object.entries<ServerCore>(servers).flatMap(([name, server]) => {
    const { path, documents } = plan.members[name]!
    if (part !== undefined && part !== OWNER && part !== name) return []
    // The owner has the objects of all, in which sessions are held, and answers at none of their addresses.
    const each = createWorker(server, { ...http, path }, part !== OWNER)
    if (part === OWNER) return [each]
    for (const one of [path, ...documents]) take(one, name, each.fetch)
    if (server.auth !== undefined) documented ??= each.fetch
    return [each]
  })
  const page = hasOthers ? index?.(entriesOf(servers, plan)) : undefined
  const notFound = refuse('notFound')

  return {
    ...otherHandlers(all[0]),
    [SUITE]: { servers, plan },
    fetch: async (request, env, context) => {
      const { pathname } = new URL(request.url)
      const found = routes.get(pathname)
      if (found !== undefined) return found(request, env, context)
      const other = others.find((one) => one.handles(pathname))
      if (other !== undefined) return other.fetch(request, env, context)
      const shown = pathname === '/' ? page?.(request) : undefined
      if (shown !== undefined) return new Response(shown.body, shown)
      // Programs of other sites may read that there is nothing.
      if (documented !== undefined && pathname.startsWith('/.well-known/')) return documented(request, env, context)
      return new Response(notFound.body, notFound)
    },
  }
}

/** What a Worker answers besides requests comes of the options, which all servers share: so it is done once. */
const otherHandlers = (one: HawserWorker | undefined): object =>
  Object.fromEntries(
    Object.entries(one ?? {}).filter(([name, value]) => name !== 'fetch' && typeof value === 'function'),
  )

/** Has the servers know their issuer: the one that is made here, or the one in another Worker. */
function joinIssuer(
  servers: SuiteServers,
  plan: SuitePlan,
  part: string | undefined,
  { issuer, createIssuer }: { readonly issuer?: SharedIssuer | undefined; readonly createIssuer: CreateIssuer },
): Beside | undefined {
  if (issuer === undefined)
    throw new TypeError('suite({ createIssuer }) needs `issuer`, which the servers are protected by.')
  if (part === undefined || part === OWNER) {
    const resources = Object.values(servers).flatMap((server) => describeResource(server, issuer.issuer) ?? [])
    const paths = Object.values(plan.members).flatMap(({ path, documents }) => [path, ...documents])
    return startIssuer(issuer, createIssuer, resources, paths)
  }
  if (plan.members[part]?.asksIssuer === true) issuer.serve(boundIssuer(issuer.issuer))
  return undefined
}

const entriesOf = (servers: SuiteServers, { members }: SuitePlan): readonly IndexEntry[] =>
  Object.entries(servers).map(([name, { info }]) => {
    const { resource, path } = members[name]!
    return { title: info.title ?? info.name, about: info.description, url: resource ?? path }
  })

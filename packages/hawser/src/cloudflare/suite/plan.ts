import type { ServerCore } from '../../server/index.ts'
import { describeResource } from './describe-resource.ts'
import { OWNER } from './part.ts'

/** What of a server says which bindings its handlers are given. */
interface Item {
  readonly definition: {
    readonly timeout?: number | undefined
    readonly bindings?: readonly string[] | undefined
    readonly long?: boolean | undefined
  }
}

/** One server of a suite, as what deploys it has to know it. */
export interface MemberPlan {
  readonly path: string
  /** Its own paths besides: where clients find out where to sign in. */
  readonly documents: readonly string[]
  /** The URL that tokens name; absent where it is not protected. */
  readonly resource: string | undefined
  /** What it is given of the Worker: what its items name, and what the suite says. */
  readonly bindings: readonly string[]
  /** Whether it asks the issuer of the suite about tokens. */
  readonly asksIssuer: boolean
}

/** What a suite is made of, so that each server can be a Worker of its own. */
export interface SuitePlan {
  readonly members: Readonly<Record<string, MemberPlan>>
  /** The Worker that owns the objects, with the issuer where the suite has one. */
  readonly owner: { readonly issuer: string | undefined; readonly bindings: readonly string[] }
}

/** What of the options of a suite is planned by. */
interface Planned {
  readonly issuer?: { readonly issuer: string } | undefined
  readonly createIssuer?: unknown
  readonly bindings?: Readonly<Record<string, readonly string[] | undefined>> | undefined
  readonly sessions?: unknown
}

/** Which server is where, and what each of them is given. */
export function planOf(
  servers: Readonly<Record<string, ServerCore>>,
  { issuer, createIssuer, bindings = {}, sessions }: Planned,
): SuitePlan {
  const said = new Map(Object.entries(bindings))
  const here = createIssuer === undefined ? undefined : issuer?.issuer
  const members = Object.entries(servers).map(([name, server]): [string, MemberPlan] => {
    const { auth } = server
    const plan = {
      path: auth?.resource === undefined ? `/${name}/mcp` : new URL(auth.resource).pathname,
      documents: [...(auth?.documents.keys() ?? [])],
      resource: auth?.resource,
      bindings: unique(bindingsOf(server), said.get(name)),
      asksIssuer: here !== undefined && describeResource(server, here) !== undefined,
    }
    return [name, plan]
  })
  // Long tools are worked on in objects, and sessions are held there: that is where their bindings have to be.
  const inObjects = Object.values(servers).flatMap((server) => bindingsOf(server, sessions === undefined))
  return {
    members: Object.fromEntries(members),
    owner: { issuer: here, bindings: unique(inObjects, said.get(OWNER)) },
  }
}

const unique = (one: readonly string[], other: readonly string[] = []): readonly string[] => [
  ...new Set([...one, ...other]),
]

/** What the items of a server name, and of those that are mounted in it; `isLong` asks for tools that are worked on in objects alone. */
function bindingsOf({ parts }: Pick<ServerCore, 'parts'>, isLong = false): readonly string[] {
  const { tools, resources, prompts, mounts } = parts
  const items: readonly Item[] = [...tools.values(), ...(isLong ? [] : [...resources, ...prompts.values()])]
  const own = items.flatMap(({ definition }) => (isLong && definition.long !== true ? [] : (definition.bindings ?? [])))
  const mounted = Object.values(mounts).flatMap(({ definition }) => {
    const { local } = definition as { readonly local?: { readonly server: Pick<ServerCore, 'parts'> } | undefined }
    return local?.server.parts === undefined ? [] : bindingsOf(local.server, isLong)
  })
  return [...new Set([...own, ...mounted])]
}

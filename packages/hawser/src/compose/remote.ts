import {
  AuthorizationError,
  type Handle,
  intercept,
  type Link,
  type Log,
  markReceived,
  type Principal,
  ProtocolError,
} from '../call/index.ts'
import { agreeVersion } from '../client/agree-version.ts'
import { createClient, readHandle } from '../client/create-client.ts'
import { deadline } from '../client/deadline.ts'
import type { Entry, ListMethod } from '../client/pages.ts'
import type {
  DiscoverResult,
  Extensions,
  Implementation,
  PromptListing,
  Resource,
  ResourceTemplate,
  ToolListing,
} from '../protocol/index.ts'
import { type Cached, createCached } from './cached.ts'
import type { MountPoint } from './mount-point.ts'
import { readHint, readList } from './read-list.ts'
import { createWatch, type Watch } from './watch.ts'

/** What each list holds. */
export interface Entries {
  readonly tools: ToolListing
  readonly prompts: PromptListing
  readonly resources: Resource
  readonly templates: ResourceTemplate
}

export type Kind = keyof Entries

/** A mounted server, as seen by the callers who share the way to it. */
export interface Remote {
  readonly point: MountPoint
  /** With the mount's interceptors, deadline and all. */
  readonly handle: Handle
  readonly lists: { readonly [K in Kind]: Cached<readonly Entries[K][]> }
  readonly discovered: Cached<DiscoverResult | undefined>
  readonly watch: Watch
  readonly close: () => Promise<void>
}

/** Longest wait for a list, in milliseconds: it holds up what everybody sees. */
const LIST_TIMEOUT = 10_000

/** Opens the way to a mounted server. Nothing is sent before something is asked. */
export function createRemote(point: MountPoint, caller: Principal | undefined, info: Implementation, log: Log): Remote {
  const way = point.open(caller)
  const handle: Handle = intercept(noteReceived(readHandle(way)), [...point.use, deadline, agreeVersion])
  const timeout = Math.min(point.timeout, LIST_TIMEOUT)
  const extensions = Object.fromEntries(point.extensions.map((id): [string, Extensions[string]] => [id, {}]))
  const client = createClient(
    isHandle(way) ? handle : { handle, [Symbol.asyncDispose]: () => way[Symbol.asyncDispose]() },
    {
      clientInfo: info,
      timeout,
      maxTimeout: timeout,
      ...(point.extensions.length > 0 && { extensions }),
    },
  )
  const onFailure = (cause: unknown): void =>
    log({ level: 'warn', message: `The server mounted as "${point.name}" cannot be asked what it offers.`, cause })
  const list = <M extends ListMethod>(method: M): Cached<readonly Entry<M>[]> =>
    createCached(() => readList(client.request, method, timeout), [], onFailure)
  const lists = {
    tools: list('tools/list'),
    prompts: list('prompts/list'),
    resources: list('resources/list'),
    templates: list('resources/templates/list'),
  }
  const discovered = createCached<DiscoverResult | undefined>(
    async () => {
      const value = await client.discover()
      return { value, ...readHint(value) }
    },
    undefined,
    onFailure,
  )
  const watch = createWatch(client, point.name, log, ({ kind }) => {
    if (kind === 'tools' || kind === 'prompts') lists[kind].invalidate()
    if (kind !== 'resources') return
    lists.resources.invalidate()
    lists.templates.invalidate()
  })
  const close = async (): Promise<void> => {
    watch.close()
    await client.close()
  }
  return { point, handle, lists, discovered, watch, close }
}

const isHandle = (way: Handle | Link): way is Handle => typeof way === 'function'

/** Notes what the mounted server said, also one in this process, so that it is not taken for what is said here. */
function noteReceived(handle: Handle): Handle {
  return async (call) => {
    try {
      return await handle(call)
    } catch (error) {
      if (error instanceof ProtocolError || error instanceof AuthorizationError) markReceived(error)
      throw error
    }
  }
}

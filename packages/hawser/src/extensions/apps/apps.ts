import { type Call, DefinitionError, type Handle, type Interceptor, isCallOf, type Reply } from '../../call/index.ts'
import { type ClientCapabilities, isObject } from '../../protocol/index.ts'
import { ALONG, needs, type Resource, type Resources, type ServerExtension, type Tools } from '../../server/index.ts'
import { MEDIA_TYPE, type View } from './view.ts'
import { type ViewOfTool, viewOf } from './with-view.ts'

const UI = 'io.modelcontextprotocol/ui'
const MINUTE = 60_000

/**
 * Whether a client shows views. (ext-apps, capability negotiation)
 *
 * @example
 * const watch: Interceptor = (next) => (call) => { if (showsViews(call.clientCapabilities)) seen++; return next(call) }
 */
export function showsViews({ extensions }: ClientCapabilities): boolean {
  const settings = isObject(extensions) && Object.hasOwn(extensions, UI) ? extensions[UI] : undefined
  const types = isObject(settings) ? settings['mimeTypes'] : undefined
  return Array.isArray(types) && types.includes(MEDIA_TYPE)
}

/** Parts of a server some of whose tools have views. */
interface Parts {
  readonly tools: Tools<never>
  readonly resources?: Resources<never>
  readonly use?: readonly (Interceptor | ServerExtension)[]
}

/**
 * Adds to the parts of a server what its views need: the views as resources, and the extension that tells clients of them.
 * Tools for views alone are hidden from clients that show none, whose models would take them for their own.
 *
 * @throws DefinitionError `bad-view` when two views share a URI, or a resource has a view's name.
 * @example
 * export default app.server(apps({ tools: { tides: withView(dashboard, tides), days } }))
 * @see io.modelcontextprotocol/ui
 */
export function apps<const P extends Parts>(
  parts: P,
): Omit<P, 'use'> & {
  readonly resources: NonNullable<P['resources']>
  readonly use: readonly (Interceptor | ServerExtension)[]
} {
  const shown = new Map(
    Object.entries(parts.tools).flatMap(([name, tool]): [string, ViewOfTool][] => {
      const found = viewOf(tool)
      return found === undefined ? [] : [[name, found]]
    }),
  )
  const views = new Map<string, View>()
  for (const { view } of shown.values()) {
    const { uri } = view.definition
    const other = views.get(uri)
    if (other !== undefined && other !== view)
      throw new DefinitionError('bad-view', `View "${uri}": another view has the same URI. Give each its own.`)
    views.set(uri, view)
  }
  const resources = Object.fromEntries([...views.values()].map((view) => [nameOf(view), toResource(view)]))
  const taken = Object.keys(resources).find((name) => Object.hasOwn(parts.resources ?? {}, name))
  if (taken !== undefined)
    throw new DefinitionError(
      'bad-view',
      `View "${taken}": a resource of this server has its name. Rename the resource.`,
    )
  return {
    ...parts,
    resources: { ...parts.resources, ...resources },
    use: [...(parts.use ?? []), serveViews(shown)],
  }
}

/** A name for lists: what follows `ui://`. */
const nameOf = ({ definition: { uri } }: View): string => uri.slice('ui://'.length)

function toResource({ definition, meta }: View): Resource {
  const { uri, html, title, description, icons, ttl = MINUTE } = definition
  return needs<object>().resource({
    uri,
    title,
    description,
    icons,
    mimeType: MEDIA_TYPE,
    meta,
    ttl,
    // Of no use to anybody without what tools answer. Internal, so the type does not know it.
    scopes: ALONG as 'public',
    cache: 'public',
    // Hosts look at what they read first, and at the list only when there is nothing.
    read: async () => [
      { uri, mimeType: MEDIA_TYPE, text: typeof html === 'string' ? html : await html(), _meta: meta },
    ],
  })
}

function serveViews(shown: ReadonlyMap<string, ViewOfTool>): ServerExtension {
  const forViews = new Set(
    [...shown].filter(([, { visibility }]) => !visibility.includes('model')).map(([name]) => name),
  )
  /** Lists by what the client can: with the tools of views and without, each made once. */
  const lists = { with: new WeakMap<object, Reply>(), without: new WeakMap<object, Reply>() }

  const list = async (call: Call<'tools/list'>, next: Handle): Promise<Reply> => {
    const reply = await next(call)
    if (forViews.size === 0 || !('tools' in reply)) return reply
    const shows = showsViews(call.clientCapabilities)
    const made = lists[shows ? 'with' : 'without']
    const known = made.get(reply)
    if (known !== undefined) return known
    const tools = shows ? reply.tools : reply.tools.filter(({ name }) => !forViews.has(name))
    // What clients get depends on what they can, so nobody may keep it for others.
    const answer: Reply = { ...reply, tools, cacheScope: 'private' }
    made.set(reply, answer)
    return answer
  }
  const callTool = async (call: Call<'tools/call'>, next: Handle): Promise<Reply> => {
    const reply = await next(call)
    const tell = shown.get(call.params.name)?.shown
    if (tell === undefined || !showsViews(call.clientCapabilities)) return reply
    if (!('content' in reply) || reply.isError === true || reply.structuredContent === undefined) return reply
    return { ...reply, content: [{ type: 'text', text: tell(reply.structuredContent) }] }
  }
  return {
    id: UI,
    settings: {},
    start: () => ({
      interceptor: (next) => async (call) => {
        if (isCallOf(call, 'tools/list')) return list(call, next)
        if (isCallOf(call, 'tools/call')) return callTool(call, next)
        return next(call)
      },
    }),
  }
}

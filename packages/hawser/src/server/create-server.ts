import {
  admitBy,
  type Authenticator,
  AuthorizationError,
  createHandle,
  DefinitionError,
  guardLog,
  type Interceptor,
  intercept,
  type Log,
  logToStderr,
  precompute,
  type Principal,
  type Service,
} from '../call/index.ts'
import {
  type CacheHint,
  type Extensions,
  type Icon,
  type Implementation,
  PROTOCOL_VERSION,
  type ServerCapabilities,
} from '../protocol/index.ts'
import { compareSpecificity } from '../uri-template/compare-specificity.ts'
import { type AccessRules, createAuthorizer } from './access.ts'
import { type Changed, type Changes, createChanged } from './changes.ts'
import { createToolCaller } from './call-tool.ts'
import { checkOptions, checkUsed } from './check-options.ts'
import { type CompiledPrompt, compilePrompt } from './compile-prompt.ts'
import { type CompiledResource, compileResource } from './compile-resource.ts'
import { type CompiledTool, compileTool } from './compile-tool.ts'
import { createCompleter } from './complete.ts'
import type { Prompts, Resources, Sync, Tools } from './definitions.ts'
import { createDispatcher, type Handlers } from './dispatch.ts'
import type { ExtendedServer, RunningExtension, ServerExtension } from './extension.ts'
import { createResultMeta, type ServerFrame } from './frame.ts'
import { createPromptGetter } from './get-prompt.ts'
import { createProcessKeyRing, type KeyRing } from './key-ring.ts'
import { memoryNonces, type Nonces } from './nonces.ts'
import { createResourceList, createTemplateList } from './list-resources.ts'
import { createListening } from './listen.ts'
import { createListPages, createShows, type Listing, readListing, type Shows } from './listing.ts'
import { attachMounts, isPublicMount, type Mounts } from './mounts.ts'
import { createFinder, createResourceReader } from './read-resource.ts'
import { createScreen } from './screen.ts'
import type { ContextRequest } from './run-handler.ts'
import { type Catalogue, compileCatalogue, type ScopeCatalogue } from './scopes.ts'
import { toTtlMs } from './ttl-ms.ts'

/** What `mcp({ … })` takes. */
export interface ServerOptions<Scope extends string = string, Context extends object = object> {
  readonly name: string
  readonly version: string
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly websiteUrl?: string | undefined
  readonly icons?: readonly Icon[] | undefined
  /** For the model: how the tools work together. */
  readonly instructions?: string | undefined
  /** Every permission that this server knows. */
  readonly scopes?: ScopeCatalogue<Scope> | undefined
  /** Finds out who calls, over HTTP: `protectedResource({ … })` of `hawser/auth`. Then each item has to say who may reach it. */
  readonly auth?: Authenticator | undefined
  /**
   * Whether a caller could ever be granted a scope, by role, plan or tenant. Where not, items that need it do not exist for
   * them; without this all could be granted to everybody. Strangers are asked about without a principal, and each look at a list asks.
   */
  readonly grantable?: ((scope: Scope, principal: Principal | undefined) => boolean) | undefined
  /**
   * What lists show: everything, what the caller could be granted, or only what they hold the scopes for. The last hides from
   * the model what it could ask permission for. `'grantable'` where `grantable` is given, else `'all'`.
   */
  readonly listing?: Listing | undefined
  /** Makes what handlers need, once per request. */
  readonly context?: ((request: ContextRequest) => Sync<Context>) | undefined
  /** Carries changes to subscribers; without it clients are told that there are none. */
  readonly changes?: Changes | undefined
  /** Keys that seal what clients keep between rounds; a random key of this process when left out. */
  readonly keys?: KeyRing | undefined
  /**
   * Has the answers that a tool which changes something has asked for count once. Within this process when left out; several share
   * one, such as `durableNonces()` of `hawser/cloudflare`.
   */
  readonly nonces?: Nonces | undefined
  /** Milliseconds that a question stays answerable; 15 minutes when left out. */
  readonly askExpiry?: number | undefined
  /** Milliseconds that a handler may take; 5 minutes when left out. */
  readonly timeout?: number | undefined
  /** Entries per page of a list; 1000 when left out. */
  readonly pageSize?: number | undefined
  /** How long clients may keep lists: `ttl` in milliseconds, one minute when left out. */
  readonly cache?: { readonly ttl?: number; readonly scope?: 'public' | 'private' } | undefined
  /** Where this server writes for its operator; stderr when left out. */
  readonly log?: Log | undefined
  /** @deprecated Sends what handlers log to clients that ask for it; the spec retires this. */
  readonly logging?: boolean | undefined
  readonly extensions?: Extensions | undefined
}

/** What a server is made of. */
export interface ServerParts<C> {
  readonly tools?: Tools<C> | undefined
  readonly resources?: Resources<C> | undefined
  readonly prompts?: Prompts<C> | undefined
  /** Other servers, each under the name that their tools and prompts are prefixed with; made by `mount()` of `hawser/compose`. */
  readonly mounts?: Mounts | undefined
  /** Around every call; the first is the outermost. Extensions such as `tasks()` take their place among the interceptors. */
  readonly use?: readonly (Interceptor | ServerExtension)[] | undefined
}

/** The items of a server and its scopes, as they are compiled. */
export interface Protected {
  readonly scopes: Catalogue['declared']
  readonly tools: ReadonlyMap<string, CompiledTool>
  readonly resources: readonly CompiledResource[]
  readonly prompts: ReadonlyMap<string, CompiledPrompt>
  readonly mounts: Mounts
  /** What lists show to whom; absent where everybody is shown the same. */
  readonly shows: Shows | undefined
}

/** A server without a transport. */
export interface ServerCore extends Service {
  readonly info: Implementation
  readonly capabilities: ServerCapabilities
  readonly changed: Changed
  /** What protects it, for `permissionsOf()` of `hawser/testing`. */
  readonly parts: Protected
  /** What this server offers by itself, so that those who mount it can check names when they load. */
  readonly names: { readonly tools: readonly string[]; readonly prompts: readonly string[] }
}

const MINUTE = 60_000

/** Compiles a definition: everything that does not depend on a request is checked, converted and serialised here. */
export function createServer<C, Scope extends string = string>(
  options: ServerOptions<Scope>,
  parts: ServerParts<C>,
): ServerCore {
  const { changes, cache = {}, instructions } = options
  const { use = [] } = parts
  const used = use.filter((item) => typeof item !== 'function')
  const brought = used.flatMap(({ id, settings = {} }) => (id === undefined ? [] : [[id, settings] as const]))
  const extensions = brought.length > 0 ? { ...options.extensions, ...Object.fromEntries(brought) } : options.extensions
  const log = guardLog(options.log ?? logToStderr)
  checkOptions({ ...options, extensions })
  checkUsed(brought.map(([id]) => id))
  const catalogue = compileCatalogue(options.scopes ?? {})
  const { auth } = options
  if (auth !== undefined && catalogue.hasLive && auth.isLive === undefined) {
    const message = 'mcp({ … }) has scopes that are `live`, but its `auth` cannot tell whether a grant still holds.'
    throw new DefinitionError('no-live-check', `${message} Give protectedResource a \`live\`, or an issuer that tells.`)
  }
  const listing = readListing(options.listing, options.grantable)
  // It is asked of declared scopes only.
  const grantable = options.grantable as AccessRules['grantable']
  const authorizer = createAuthorizer({
    catalogue,
    isExplicit: auth !== undefined,
    isLive: auth?.isLive,
    grantable,
    log,
  })
  const tools = new Map(
    Object.entries(parts.tools ?? {}).map(([name, tool]) => [name, compileTool(name, tool, authorizer)]),
  )
  const resources = Object.entries(parts.resources ?? {})
    .map(([name, resource]) => compileResource(name, resource, authorizer))
    .toSorted((a, b) => compareSpecificity(a.template, b.template))
  const prompts = new Map(
    Object.entries(parts.prompts ?? {}).map(([name, prompt]) => [name, compilePrompt(name, prompt, authorizer)]),
  )
  const completes = [...prompts.values(), ...resources].some(({ complete = {} }) => Object.keys(complete).length > 0)
  const listChanged = changes === undefined ? {} : { listChanged: true }
  const capabilities: ServerCapabilities = withoutUndefined({
    tools: tools.size > 0 ? listChanged : undefined,
    resources: resources.length > 0 ? (changes === undefined ? {} : { ...listChanged, subscribe: true }) : undefined,
    prompts: prompts.size > 0 ? listChanged : undefined,
    completions: completes ? {} : undefined,
    logging: options.logging === true ? {} : undefined,
    extensions,
  })
  const info = readInfo(options)
  const mounts = parts.mounts ?? {}
  const isClosed =
    auth !== undefined &&
    ![...tools.values(), ...resources, ...prompts.values()].some(({ access }) => access.isForStrangers) &&
    !Object.values(mounts).some((mount) => isPublicMount(mount))
  const hint: CacheHint = {
    ttlMs: toTtlMs(cache.ttl ?? MINUTE),
    cacheScope: cache.scope ?? (isClosed ? 'private' : 'public'),
  }
  const described = { name: options.title ?? options.name, scopes: catalogue.baseline }
  const serviceAuth = auth && admitBy(auth, described, isClosed, log)
  const changed = createChanged(changes)
  const frame: ServerFrame = {
    server: options.name,
    resultMeta: createResultMeta(info),
    cache: hint,
    pageSize: options.pageSize ?? 1000,
    shows: createShows(listing),
    grants: serviceAuth?.grants,
    context: options.context,
    keys: options.keys ?? createProcessKeyRing(log),
    nonces: options.nonces ?? memoryNonces(),
    askExpiry: options.askExpiry ?? 15 * MINUTE,
    timeout: options.timeout ?? 5 * MINUTE,
    changed,
    log,
    logging: options.logging ?? false,
  }
  const find = createFinder(resources)
  const listening = createListening(changes, capabilities, { find, hides: grantable !== undefined }, frame)
  const discovered = precompute({
    supportedVersions: [PROTOCOL_VERSION],
    capabilities,
    instructions,
    ...hint,
    _meta: frame.resultMeta,
  })

  const handlers = {
    'server/discover': () => discovered,
    'subscriptions/listen': listening.listen,
    ...(capabilities.tools && {
      'tools/list': createListPages('tools', [...tools.values()], frame),
      'tools/call': createToolCaller(tools, frame),
    }),
    ...(capabilities.resources && {
      'resources/list': createResourceList(resources, frame),
      'resources/templates/list': createTemplateList(resources, frame),
      'resources/read': createResourceReader(find, frame),
    }),
    ...(capabilities.prompts && {
      'prompts/list': createListPages('prompts', [...prompts.values()], frame),
      'prompts/get': createPromptGetter(prompts, frame),
    }),
    ...(capabilities.completions && { 'completion/complete': createCompleter(prompts, resources, frame) }),
  } as Handlers
  const onRefusal: ExtendedServer['onRefusal'] = (listener) => serviceAuth?.onRefusal(listener)
  const { resultMeta, grants } = frame
  const added: ExtendedServer = { name: options.name, log, tools, resultMeta, grants, onRefusal }
  const around = use.map((item): RunningExtension =>
    typeof item === 'function' ? { interceptor: item } : item.start(added),
  )
  const others = around.flatMap(({ screen }) => screen ?? [])
  const handle = createHandle(close(isClosed, catalogue.baseline, createDispatcher(handlers)))
  const mounted = attachMounts(mounts, {
    isExplicit: auth !== undefined,
    handle,
    frame,
    info,
    capabilities,
    tools,
    prompts,
    resources,
    find,
    authorizer,
  })
  return {
    handle: intercept(
      mounted?.handle ?? handle,
      around.map(({ interceptor }) => interceptor),
    ),
    log,
    scopes: Object.keys(options.scopes ?? {}),
    auth: serviceAuth,
    screen: createScreen({ tools, prompts, resources, find, others, accessOf: mounted?.accessOf }),
    headerFields: (tool, caller) => tools.get(tool)?.headerFields ?? mounted?.headerFields(tool, caller) ?? [],
    nameFields: Object.assign({}, ...used.map(({ nameFields }) => nameFields)),
    flush: flushAll(around),
    close: async () => {
      listening.close()
      await Promise.all([...around, mounted].map(async (part) => part?.close?.()))
    },
    info,
    capabilities,
    changed,
    parts: { scopes: catalogue.declared, tools, resources, prompts, mounts, shows: frame.shows },
    names: { tools: [...tools.keys()], prompts: [...prompts.keys()] },
  }
}

function flushAll(extensions: readonly RunningExtension[]): ServerCore['flush'] {
  const flushes = extensions.flatMap(({ flush }) => flush ?? [])
  return flushes.length === 0 ? undefined : async () => void (await Promise.all(flushes.map((flush) => flush())))
}

/** Whatever is asked, somebody has to have signed in; transports say so sooner, where they can. */
function close(
  isClosed: boolean,
  baseline: readonly string[],
  respond: ReturnType<typeof createDispatcher>,
): ReturnType<typeof createDispatcher> {
  if (!isClosed) return respond
  return (call) => {
    if (call.principal === undefined) throw new AuthorizationError('missing_token', 'Sign in first.', baseline)
    return respond(call)
  }
}

function readInfo({ name, version, title, description, websiteUrl, icons }: Implementation): Implementation {
  return withoutUndefined({ name, version, title, description, websiteUrl, icons })
}

/** Results are serialised with these objects inside, so absent fields are dropped once. */
function withoutUndefined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}

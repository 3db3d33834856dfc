import { createFetchHandler, type HttpOptions, type HttpService } from './http/index.ts'
import {
  type BoundDefiners,
  createServer,
  definers,
  type Definers,
  type MountedParts,
  type Mounts,
  type Prompts,
  type Resources,
  type ServerCore,
  type ServerOptions,
  type ServerParts,
  type Tools,
} from './server/index.ts'
import type { LineService } from './stdio/serve.ts'
import { createReceiver, type Local } from './wire/loopback.ts'

/** A server: a value that every transport can serve. */
export interface Server<T = Tools<never>, R = Resources<never>, P = Prompts<never>>
  extends ServerCore, Local, Pick<HttpService, 'httpFallback'>, Pick<LineService, 'lineFallback'> {
  /** Answers HTTP: what Workers, Deno and Bun look for on a default export. (basic/transports/streamable-http) */
  readonly fetch: (request: Request, env?: unknown) => Promise<Response>
  /** Exists for the compiler only: `connect<typeof server>` reads it. */
  readonly '~parts'?: { readonly tools: T; readonly resources: R; readonly prompts: P }
}

/** Makes the parts of one server, and the server of its parts. */
export interface Kit<Context extends object, Scope extends string> extends Definers<Context, Scope> {
  /**
   * Definers for what names the bindings of a Worker which it uses, typed by what `wrangler types` writes.
   *
   * @example
   * const { tool } = notes.bindings<Env>()
   * const count = tool({ description: 'Count notes.', effect: 'read', bindings: ['DB'], run: (_, { bindings }) => countIn(bindings.DB) })
   */
  readonly bindings: <Env extends object>() => BoundDefiners<Env, Context, Scope>
  /**
   * Makes a server. The keys of the records are the names that clients see.
   *
   * @throws DefinitionError naming the tool, resource or prompt that cannot work.
   * @example
   * export default notes.server({ tools: { search, wipe }, resources: { note }, prompts: { review } })
   */
  readonly server: <
    const T extends Tools<Context> = {},
    const R extends Resources<Context> = {},
    const P extends Prompts<Context> = {},
    const M extends Mounts = {},
  >(
    parts: ServerParts<Context> & {
      readonly tools?: T
      readonly resources?: R
      readonly prompts?: P
      readonly mounts?: M
      readonly http?: HttpOptions
      /**
       * Serves clients of the revisions 2024-11-05 to 2025-11-25 as well, which open with `initialize`. On by default;
       * `false` answers them with an error that names the revision which this server speaks.
       */
      readonly legacy?: boolean
    },
  ) => Server<T & MountedParts<M, 'tools'>, R & MountedParts<M, 'resources'>, P & MountedParts<M, 'prompts'>>
}

/** What a server is given so that it answers clients of earlier revisions. */
export type Fallbacks = Pick<Server, 'httpFallback' | 'lineFallback'>

/** Makes a kit whose servers have these fallbacks, unless one of them wants none. */
export function createKit<const Scope extends string, Context extends object>(
  options: ServerOptions<Scope, Context>,
  fallbacks?: Fallbacks,
): Kit<Context, Scope> {
  return {
    ...definers,
    bindings: () => definers,
    server: ({ http, legacy = true, ...parts }) => {
      const core = { ...createServer(options, parts), ...(legacy && fallbacks) }
      return { ...core, fetch: createFetchHandler(core, http), receive: createReceiver(core) }
    },
  }
}

import type { Principal } from './call/index.ts'
import { attach, type MountDefinition, type MountOptions } from './compose/index.ts'
import type { ConnectHttpOptions } from './http/index.ts'
import { reach } from './reach.ts'
import type { Target } from './reach-present.ts'
import type { Mount } from './server/index.ts'
import { isLocal, type Local, type LoopbackOptions } from './wire/loopback.ts'

export { combine, type MountOptions, prefix, type Prefixed } from './compose/index.ts'
export type { Mount, Mounts } from './server/index.ts'

/** How a mounted server is called. */
export interface MountingOptions<Prefix extends string | undefined = string | undefined> extends MountOptions {
  readonly prefix?: Prefix
  /**
   * Who calls a server in this process: nobody when left out, the caller of this server with `'caller'`, or somebody. Callers
   * are told apart only with `'caller'`.
   */
  readonly as?: 'caller' | LoopbackOptions['as']
  /** What the `context` of a server in this process finds as `env`. */
  readonly env?: unknown
  /** For a URL: `fetch`, limits, and headers with the credentials of this server. */
  readonly http?: ConnectHttpOptions | undefined
  /**
   * For a URL: headers with the credentials of one caller, asked for each request. Nothing that is read with them is shared
   * with other callers.
   */
  readonly credentials?:
    | ((caller: Principal | undefined) => Record<string, string> | Promise<Record<string, string>>)
    | undefined
}

/**
 * Mounts another server: one of this process, a URL, a link such as a child process, or a handle. Its tools and prompts are
 * offered under the name of the mount, `_`, and their own name; its resources keep their URIs.
 *
 * The mounted server is called by this one. It is told neither who calls nor any credentials, unless `as` or `credentials`
 * says so.
 *
 * @throws TypeError when the target cannot be connected to. `.server()` throws DefinitionError for names that collide.
 * @example
 * export default desk.server({ tools: { hello }, mounts: { notes: mount(notes, { as: 'caller' }), gh: mount('https://gh.example.com/mcp') } })
 */
export function mount<S extends Local, const P extends string | undefined = undefined>(
  server: S,
  options?: MountingOptions<P>,
): Mount<S, NoInfer<P>>
export function mount<S = unknown, const P extends string | undefined = undefined>(
  target: Target,
  options?: MountingOptions<P>,
): Mount<S, NoInfer<P>>
export function mount(target: Target, { as = null, env, http, credentials, ...options }: MountingOptions = {}): Mount {
  checkFit(target, { as, env, http, credentials })
  const definition: MountDefinition = {
    ...options,
    perCaller: as === 'caller' || credentials !== undefined,
    open: (caller) =>
      reach(target, {
        as: as === 'caller' ? (caller ?? null) : as,
        env,
        http: credentials === undefined ? http : withCredentials(http, () => credentials(caller)),
      }),
    local: isLocal(target) ? { server: target, env } : undefined,
    names: isLocal(target) ? (target as { readonly names?: MountDefinition['names'] }).names : undefined,
  }
  return { kind: 'mount', definition, attach }
}

/** Options that would do nothing are mistakes, and with who calls one may be meant to keep somebody out. */
function checkFit(target: Target, { as, env, http, credentials }: MountingOptions): void {
  const isUrl = typeof target === 'string' || target instanceof URL
  const isHere = isLocal(target)
  const stray = Object.entries({
    as: !isHere && as !== null,
    env: !isHere && env !== undefined,
    http: !isUrl && http !== undefined,
    credentials: !isUrl && credentials !== undefined,
  }).find(([, isStray]) => isStray)
  if (stray === undefined) return
  const [option] = stray
  const use = option === 'as' || option === 'env' ? 'a server in this process' : 'a URL'
  throw new TypeError(`mount(…) takes \`${option}\` for ${use} only. Set it up where the target is made.`)
}

/** Asks for the headers when a request is sent: tokens expire. */
function withCredentials(
  http: ConnectHttpOptions = {},
  headersOf: () => Record<string, string> | Promise<Record<string, string>>,
): ConnectHttpOptions {
  const { headers } = http
  const others = async () => (typeof headers === 'function' ? headers() : headers)
  return { ...http, headers: async () => ({ ...(await others()), ...(await headersOf()) }) }
}

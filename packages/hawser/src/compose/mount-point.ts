import { DefinitionError, type Handle, type Interceptor, type Link, type Principal } from '../call/index.ts'
import type { Access } from '../server/access.ts'
import type { Mounts, Own } from '../server/mounts.ts'
import type { Ability } from '../server/questions.ts'
import { takeNames } from './check-names.ts'
import type { OwnLists } from './own-lists.ts'

/** What may be said about a mounted server. */
export interface MountOptions {
  /** Stands before the names of its tools, prompts and resources, followed by `_`; the name of the mount when left out, nothing when empty. */
  readonly prefix?: string | undefined
  /**
   * Scopes that a caller needs for all of it, declared in `scopes` of the server that mounts it; `'signedIn'` for whoever
   * signed in there, `'public'` for everybody.
   */
  readonly scopes?: readonly string[] | 'signedIn' | 'public' | undefined
  /**
   * The same for single tools, by the names that the mounted server knows, in place of `scopes`. Say in `scopes` what takes
   * most, and here what takes less: then a tool that is new over there is not open to everybody.
   */
  readonly toolScopes?: { readonly [tool: string]: readonly string[] | 'signedIn' | 'public' } | undefined
  /** Around every call on its way there, under the names that the mounted server knows; the first is the outermost. */
  readonly use?: readonly Interceptor[] | undefined
  /** Beginnings of URIs that only this mount answers, for resources that it does not list. */
  readonly uris?: readonly string[] | undefined
  /** What it may ask of the client; forms and web pages when left out. Sampling and folders have to be allowed by name. */
  readonly asks?: readonly Ability[] | undefined
  /** Extensions, by identifier, that are passed on in both directions; none when left out. */
  readonly extensions?: readonly string[] | undefined
  /** Keys of `_meta` that are passed on beside progress, log level and trace context; none when left out. */
  readonly meta?: readonly string[] | undefined
  /** Milliseconds without an answer or a sign of progress; a minute when left out. */
  readonly timeout?: number | undefined
  /** Most UTF-16 units of one answer as JSON; 16 Mi when left out. */
  readonly maxSize?: number | undefined
}

/** A way to a server, and who may share it. */
export interface MountDefinition extends MountOptions {
  /** Reaches the server for a caller. */
  readonly open: (caller: Principal | undefined) => Handle | Link
  /** Whether the server is to tell callers apart: then nothing is shared between them. */
  readonly perCaller: boolean
  /** Where it is of this process: the server, and what its handlers find as `env`. */
  readonly local?: { readonly server: unknown; readonly env: unknown } | undefined
  /** What is known of it when the module loads. */
  readonly names?: { readonly tools: readonly string[]; readonly prompts: readonly string[] } | undefined
}

/** One mount of one server, checked. */
export interface MountPoint extends Required<Omit<MountDefinition, 'names' | 'scopes' | 'toolScopes' | 'local'>> {
  readonly name: string
  readonly access: Access
  /** Of the tools that have one of their own, by the names that the mounted server knows. */
  readonly toolAccess: ReadonlyMap<string, Access>
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/
const DEFAULT_SIZE = 16 * 1024 * 1024

/** The name under which a tool or a prompt of a mounted server is known to clients. */
export function exposedName(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}_${name}`
}

/** Checks the mounts of a server when the module loads, and the names of what is known of them. */
export function compileMounts(mounts: Mounts, own: Own, { taken }: OwnLists): readonly MountPoint[] {
  const points = Object.entries(mounts).map(([name, mount]) =>
    compileMount(name, mount.definition as MountDefinition, own),
  )
  const prefixes = points.map(({ prefix }) => prefix).filter((prefix) => prefix !== '')
  takeNames(new Map(), 'prefixes', prefixes)
  // Copies: what is listed later takes its names anew each time.
  const tools = new Map(taken.tools)
  const prompts = new Map(taken.prompts)
  for (const [index, mount] of Object.values(mounts).entries()) {
    const { names } = mount.definition as MountDefinition
    const { prefix, name, toolAccess } = points[index]!
    const stray = names && [...toolAccess.keys()].find((tool) => !names.tools.includes(tool))
    if (stray !== undefined) {
      throw new DefinitionError(
        'unknown-mounted-tool',
        `Mount "${name}" has toolScopes for "${stray}", and the server that is mounted has no such tool.`,
      )
    }
    takeNames(tools, 'tools', names?.tools.map((tool) => exposedName(prefix, tool)) ?? [])
    takeNames(prompts, 'prompts', names?.prompts.map((prompt) => exposedName(prefix, prompt)) ?? [])
  }
  checkClaims(points)
  return points
}

function compileMount(name: string, definition: MountDefinition, { authorizer }: Own): MountPoint {
  const { prefix = name, scopes, use = [], uris = [], asks = ['form', 'url'], extensions = [], meta = [] } = definition
  for (const text of prefix === '' ? [name] : [name, prefix]) {
    if (NAME.test(text)) continue
    throw new DefinitionError(
      'bad-mount-name',
      `Mount "${name}"${text === name ? '' : `, prefix "${text}",`} needs a name of 1 to 32 of A-Z, a-z, 0-9, "_", "-" and ".", which starts with a letter or a digit.`,
    )
  }
  const { open, perCaller, toolScopes = {}, timeout = 60_000, maxSize = DEFAULT_SIZE } = definition
  const access = authorizer({ scopes }, `Mount "${name}"`)
  const toolAccess = new Map(
    Object.entries(toolScopes).map(([tool, wanted]) => [
      tool,
      authorizer({ scopes: wanted }, `Tool "${tool}" of mount "${name}"`),
    ]),
  )
  return { name, prefix, access, toolAccess, use, uris, asks, extensions, meta, timeout, maxSize, open, perCaller }
}

/** Each URI belongs to one mount at most. */
function checkClaims(points: readonly MountPoint[]): void {
  const claims = points.flatMap(({ name, uris }) => uris.map((uri) => ({ name, uri })))
  for (const [index, { name, uri }] of claims.entries()) {
    if (!/^[A-Za-z][A-Za-z0-9+.-]*:/.test(uri)) {
      throw new DefinitionError(
        'bad-claim',
        `Mount "${name}" claims URIs that begin with "${uri}", which has no scheme. Write one, such as notes://.`,
      )
    }
    const other = claims
      .slice(0, index)
      .find((earlier) => earlier.name !== name && (earlier.uri.startsWith(uri) || uri.startsWith(earlier.uri)))
    if (other === undefined) continue
    throw new DefinitionError(
      'bad-claim',
      `Mounts "${other.name}" and "${name}" both claim URIs that begin with "${uri.length > other.uri.length ? uri : other.uri}". Each URI belongs to one mount.`,
    )
  }
}

import { type Call, DefinitionError, type Handle, type Principal } from '../call/index.ts'
import type { HeaderField, Implementation, ServerCapabilities } from '../protocol/index.ts'
import type { Access, Authorizer } from './access.ts'
import type { CompiledPrompt } from './compile-prompt.ts'
import type { CompiledResource } from './compile-resource.ts'
import type { CompiledTool } from './compile-tool.ts'
import type { Anything } from './definitions.ts'
import type { ServerFrame } from './frame.ts'

/** What a server offers by itself, to those who mount others in it. */
export interface Own {
  /** Each mount has to say who may use it. */
  readonly isExplicit: boolean
  /** Without the interceptors of the server, which stand around all of it. */
  readonly handle: Handle
  readonly frame: ServerFrame
  readonly info: Implementation
  readonly capabilities: ServerCapabilities
  readonly tools: ReadonlyMap<string, CompiledTool>
  readonly prompts: ReadonlyMap<string, CompiledPrompt>
  readonly resources: readonly CompiledResource[]
  /** Finds the resource that a URI belongs to. */
  readonly find: (uri: string) => unknown
  readonly authorizer: Authorizer
}

/** A server with others mounted in it. */
export interface Mounted {
  readonly handle: Handle
  readonly headerFields: (tool: string, caller: Principal | undefined) => readonly HeaderField[] | undefined
  /** Who may reach what a call names, where a mounted server answers it. */
  readonly accessOf: (call: Pick<Call, 'method' | 'params' | 'principal'>) => Promise<Access | undefined>
  readonly close: () => Promise<void>
}

/**
 * Another server, to be mounted in this one. Made by `mount()` of `hawser/compose`, which also brings the code for it, so
 * that a server without mounts carries none.
 */
export interface Mount<S = unknown, Prefix extends string | undefined = string | undefined> {
  readonly kind: 'mount'
  readonly definition: Anything
  readonly attach: (mounts: Mounts, own: Own) => Mounted
  /** These exist for the compiler only. */
  readonly '~server'?: S
  readonly '~prefix'?: Prefix
}

/** The mounts of a server, by their names. */
export interface Mounts {
  readonly [name: string]: Mount
}

/** Whether everybody may use something of what is mounted, as it says itself. */
export function isPublicMount(mount: Mount): boolean {
  const { scopes, toolScopes = {} } = mount?.definition ?? {}
  return scopes === 'public' || Object.values(toolScopes).includes('public')
}

/** Mounts other servers, if there are any. */
export function attachMounts(mounts: Mounts, own: Own): Mounted | undefined {
  const all = Object.entries(mounts)
  for (const [name, mount] of all) {
    if (mount?.kind !== 'mount') {
      throw new DefinitionError('not-a-mount', `Mount "${name}" is not made with \`mount(…)\` of hawser/compose.`)
    }
  }
  return all[0]?.[1].attach(mounts, own)
}

type Exposed<T, Prefix extends string> = {
  readonly [N in keyof T & string as Prefix extends '' ? N : `${Prefix}_${N}`]: T[N]
}
type PartsOf<S, K extends string> = S extends { readonly '~parts'?: infer P }
  ? NonNullable<P> extends { readonly [Key in K]: infer T }
    ? string extends keyof T
      ? {}
      : T
    : {}
  : {}
type PrefixOf<P, Name extends string> = P extends string ? P : Name
type All<U> = (U extends unknown ? (part: U) => void : never) extends (part: infer I) => void ? I : never

/** The tools, resources or prompts of mounted servers whose type is known, by the names that clients see. */
export type MountedParts<M, K extends 'tools' | 'resources' | 'prompts'> = [keyof M] extends [never]
  ? {}
  : All<
      {
        [N in keyof M & string]: M[N] extends Mount<infer S, infer P> ? Exposed<PartsOf<S, K>, PrefixOf<P, N>> : {}
      }[keyof M & string]
    >

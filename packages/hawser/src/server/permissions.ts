import type { Risk } from '../call/index.ts'
import type { Access } from './access.ts'
import type { CompiledPrompt } from './compile-prompt.ts'
import type { CompiledResource } from './compile-resource.ts'
import type { CompiledTool } from './compile-tool.ts'
import type { Effect } from './definitions.ts'
import type { Requirement, ScopeDefinition } from './scopes.ts'

/** One permission of a server, with everything that it opens. */
export interface Permission {
  readonly scope: string
  readonly title: string
  readonly risk: Risk
  readonly implies: readonly string[]
  readonly baseline: boolean
  readonly live: boolean
}

/** An item of a server, and what it takes to reach it. */
export interface Reachable {
  readonly kind: 'tool' | 'resource' | 'prompt' | 'mount'
  /** The name, or the URI of a resource. */
  readonly name: string
  readonly effect: Effect | undefined
  /** Every scope that a call may need; whoever signed in, or everybody. */
  readonly needs: readonly string[] | 'signedIn' | 'public'
  /** The arguments of a call choose which of them it needs. */
  readonly chooses: boolean
}

/** Who may do what at a server: for reviews, and for checks that nothing changes unseen. */
export interface Permissions {
  readonly scopes: readonly Permission[]
  readonly items: readonly Reachable[]
}

interface Parts {
  readonly declared: ReadonlyMap<string, { readonly definition: ScopeDefinition; readonly requirement: Requirement }>
  readonly tools: ReadonlyMap<string, CompiledTool>
  readonly resources: readonly CompiledResource[]
  readonly prompts: ReadonlyMap<string, CompiledPrompt>
  readonly mounts: ReadonlyMap<string, readonly string[] | 'signedIn' | 'public'>
}

/** Says who may do what. */
export function describePermissions({ declared, tools, resources, prompts, mounts }: Parts): Permissions {
  return {
    scopes: [...declared].map(([scope, { definition, requirement }]) => ({
      scope,
      title: definition.title,
      risk: requirement.risk,
      implies: definition.implies ?? [],
      baseline: definition.baseline === true,
      live: requirement.isLive,
    })),
    items: [
      ...[...tools].map(([name, { access, definition }]) => reach('tool', name, access, definition.effect)),
      ...resources.map(({ definition, access }) => reach('resource', definition.uri, access, 'read')),
      ...[...prompts].map(([name, { access }]) => reach('prompt', name, access, 'read')),
      ...[...mounts].map(([name, needs]): Reachable => ({
        kind: 'mount',
        name,
        effect: undefined,
        needs,
        chooses: false,
      })),
    ],
  }
}

function reach(kind: Reachable['kind'], name: string, access: Access, effect: Effect): Reachable {
  const { scopes, isPublic, isDynamic } = access
  const needs = isPublic ? 'public' : scopes.length === 0 ? 'signedIn' : scopes
  return { kind, name, effect, needs, chooses: isDynamic }
}

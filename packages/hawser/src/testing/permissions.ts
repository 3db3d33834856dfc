import type { Risk } from '../call/index.ts'
import type { Access, Effect, Protected } from '../server/index.ts'

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

/**
 * Says who may do what at a server.
 *
 * @example
 * expect(permissionsOf(server).items.filter(({ needs }) => needs === 'public')).toEqual([])
 */
export function permissionsOf({ parts }: { readonly parts: Protected }): Permissions {
  const { scopes, tools, resources, prompts, mounts } = parts
  return {
    scopes: [...scopes].map(([scope, { definition, requirement }]) => ({
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
      ...Object.entries(mounts).map(([name, { definition }]): Reachable => ({
        kind: 'mount',
        name,
        effect: undefined,
        needs: (definition as { readonly scopes?: Reachable['needs'] }).scopes ?? 'public',
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

import type { Described, PublicDocument } from '../call/index.ts'

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/** Where clients look for the description of a resource: with its path, and at the root of its host. (RFC 9728 §3.1) */
export function metadataPaths(resource: URL): { readonly own: string; readonly root: string } {
  const path = resource.pathname === '/' ? '' : resource.pathname
  return { own: `${WELL_KNOWN}${path}${resource.search}`, root: WELL_KNOWN }
}

export interface ResourceDescription {
  /** As it was configured: clients compare it letter by letter. */
  readonly resource: string
  readonly issuers: readonly string[]
  readonly documentation: string | undefined
  /** Whether it is also served at the root, which is right for the only resource of a host. */
  readonly isAtRoot: boolean
}

/** The description of a resource, at each of its places. (RFC 9728 §2) */
export function describeResource(description: ResourceDescription, { name, scopes }: Described): PublicDocument[] {
  const { resource, issuers, documentation, isAtRoot } = description
  const json = JSON.stringify({
    resource,
    authorization_servers: issuers,
    bearer_methods_supported: ['header'],
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    resource_name: name,
    ...(documentation !== undefined && { resource_documentation: documentation }),
  })
  const { own, root } = metadataPaths(new URL(resource))
  const places = isAtRoot ? new Set([own, root]) : [own]
  return [...places].map((path) => ({ path, json }))
}

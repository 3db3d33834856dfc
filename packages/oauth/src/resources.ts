/** What a scope means to the person who is asked for it. */
export interface ScopeDescription {
  readonly title: string
  readonly risk?: 'low' | 'high' | 'critical' | undefined
  /** Granted to a client that names no scope. */
  readonly baseline?: boolean | undefined
}

/** A server that tokens are for. */
export interface ResourceOptions {
  /** The URI that its protected resource metadata names; `aud` of its tokens, character by character. */
  readonly resource: string
  readonly title: string
  readonly scopes: Readonly<Record<string, string | ScopeDescription>>
  /** Only people of this tenant may use it. */
  readonly tenant?: string | undefined
  /** Seconds that an access token lives; 600 when left out. */
  readonly tokenLifetime?: number | undefined
  /** Lets the resource server ask about its own tokens. */
  readonly introspection?: { readonly clientId: string; readonly clientSecret: string } | undefined
}

export interface Resource extends Omit<ResourceOptions, 'scopes' | 'tokenLifetime' | 'introspection'> {
  readonly scopes: ReadonlyMap<string, ScopeDescription>
  /** Milliseconds. */
  readonly tokenLifetime: number
}

export interface Resources {
  readonly all: readonly Resource[]
  /** The registered one that this names, by the rules of the registry. */
  readonly find: (uri: string) => Resource | undefined
  /** For a request that names none. */
  readonly fallback: Resource | undefined
}

/** Whether people of this tenant may use the resource: where it has one, those of no other and of none may not. */
export const admitsTenant = (resource: Pick<Resource, 'tenant'>, tenant: string | undefined): boolean =>
  resource.tenant === undefined || resource.tenant === tenant

const DEFAULT_LIFETIME = 600
/** RFC 6749 section 3.3. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/
const PARTS = /^([a-z][a-z0-9+.-]*:\/\/[^/?#@\s\\]+)([^#\s\\]*)$/i

export const isScopeToken = (scope: string): boolean => SCOPE_TOKEN.test(scope)

/**
 * One spelling for what may be spelt in two ways: scheme and host in any case, and an origin with or without slash. All else
 * is compared character by character. (authorization/index#canonical-server-uri)
 */
function canonicalResource(uri: string): string | undefined {
  const [, origin, rest] = PARTS.exec(uri) ?? []
  if (origin === undefined || rest === undefined || !URL.canParse(uri)) return undefined
  return origin.toLowerCase() + (rest === '/' ? '' : rest)
}

/**
 * The resources that an authorization server issues tokens for, built once.
 *
 * @throws TypeError for a resource or a scope that cannot work, naming it.
 */
export function createResources(options: readonly ResourceOptions[], defaultResource: string | undefined): Resources {
  if (options.length === 0)
    throw new TypeError('An authorization server needs at least one resource; resources is empty.')
  const byUri = new Map<string, Resource>()
  for (const option of options) {
    const canonical = canonicalResource(option.resource)
    if (canonical === undefined) {
      throw new TypeError(
        `A resource is an absolute URI with a host and without fragment, as https://notes.example.com/mcp; it is ${JSON.stringify(option.resource)}.`,
      )
    }
    if (byUri.has(canonical)) throw new TypeError(`The resource ${option.resource} is registered twice.`)
    byUri.set(canonical, createResource(option))
  }
  const find = (uri: string): Resource | undefined => {
    const canonical = canonicalResource(uri)
    return canonical === undefined ? undefined : byUri.get(canonical)
  }
  const all = [...byUri.values()]
  const fallback = defaultResource === undefined ? (all.length === 1 ? all[0] : undefined) : find(defaultResource)
  if (defaultResource !== undefined && fallback === undefined) {
    throw new TypeError(`defaultResource is none of the resources: ${defaultResource}.`)
  }
  return { all, find, fallback }
}

function createResource({
  resource,
  title,
  scopes,
  tenant,
  tokenLifetime = DEFAULT_LIFETIME,
}: ResourceOptions): Resource {
  if (!(tokenLifetime > 0 && tokenLifetime <= 86_400)) {
    throw new TypeError(
      `tokenLifetime of ${resource} is more than 0 and at most 86400 seconds; it is ${tokenLifetime}.`,
    )
  }
  const described = new Map<string, ScopeDescription>()
  for (const [scope, description] of Object.entries(scopes)) {
    if (!isScopeToken(scope)) {
      throw new TypeError(`${JSON.stringify(scope)} of ${resource} is no scope: it has visible ASCII without " and \\.`)
    }
    described.set(scope, typeof description === 'string' ? { title: description } : description)
  }
  return { resource, title, scopes: described, tenant, tokenLifetime: tokenLifetime * 1000 }
}

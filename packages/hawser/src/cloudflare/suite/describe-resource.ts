import type { Risk } from '../../call/index.ts'
import type { ServerCore } from '../../server/index.ts'

/** A server that tokens are for, as an issuer wants to know it: `resources` of `createOAuth({ … })`. */
export interface SharedResource {
  readonly resource: string
  readonly title: string
  readonly scopes: Readonly<
    Record<string, { readonly title: string; readonly risk?: Exclude<Risk, 'medium'>; readonly baseline?: boolean }>
  >
}

/** The resource that a server is protected as, when its tokens are from this issuer. */
export function describeResource({ auth, info, parts }: ServerCore, issuer: string): SharedResource | undefined {
  if (auth?.resource === undefined || !issuersOf(auth.documents).includes(issuer)) return undefined
  const scopes = [...parts.scopes].map(([scope, { definition }]) => {
    const { title, risk, baseline } = definition
    return [scope, { title, ...(risk !== undefined && risk !== 'medium' && { risk }), ...(baseline && { baseline }) }]
  })
  return { resource: auth.resource, title: info.title ?? info.name, scopes: Object.fromEntries(scopes) }
}

/** What clients are told. (RFC 9728 §2) */
function issuersOf(documents: ReadonlyMap<string, string>): readonly string[] {
  return [...documents.values()].flatMap((json) => {
    const { authorization_servers: issuers = [] } = JSON.parse(json) as {
      readonly authorization_servers?: readonly string[]
    }
    return issuers
  })
}

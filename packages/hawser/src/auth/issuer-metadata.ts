import { isObject } from '../protocol/index.ts'
import { checkUrl, type Fetch, fetchBounded } from './fetch-json.ts'

/** What an issuer says of itself, as far as a resource needs it. */
export interface IssuerMetadata {
  readonly jwksUri: string | undefined
  readonly introspectionEndpoint: string | undefined
}

/** Where an issuer may say it, in the order in which it is looked for. (authorization-server-discovery) */
function metadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  const urls = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
  ]
  return path === '' ? urls : [...urls, `${origin}${path}/.well-known/openid-configuration`]
}

/**
 * Reads what an issuer says of itself. A document that names another issuer is not used. (RFC 8414 §3.3)
 *
 * @throws Error when there is none.
 */
export async function readIssuer(fetch: Fetch, issuer: string): Promise<IssuerMetadata> {
  for (const url of metadataUrls(issuer)) {
    const response = await fetchBounded(fetch, url, { headers: { accept: 'application/json' } })
    if (response.status === 404) continue
    if (response.status !== 200) throw new Error(`${url} answered with HTTP ${response.status}.`)
    const document: unknown = await response.json()
    if (!isObject(document) || document['issuer'] !== issuer) {
      throw new Error(`${url} is not about the issuer ${JSON.stringify(issuer)}, letter for letter.`)
    }
    const endpoint = (name: string): string | undefined => {
      const value = document[name]
      return typeof value === 'string' ? checkUrl(name, value).href : undefined
    }
    return { jwksUri: endpoint('jwks_uri'), introspectionEndpoint: endpoint('introspection_endpoint') }
  }
  throw new Error(`The issuer ${issuer} has no metadata where it should be.`)
}

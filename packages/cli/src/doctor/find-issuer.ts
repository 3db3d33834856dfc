import type { Surroundings } from 'hawser/node/sign-in'
import { type Metadata, type Place, readPlace } from './find-metadata.ts'

/** An issuer that a server names. */
export interface FoundIssuer {
  readonly issuer: string
  /** The first place that answered, or the last that did not. */
  readonly place: Place
}

/** A server with more issuers than this is looked at in part. */
const MAX_ISSUERS = 3

/** Reads the metadata of whoever issues tokens, in the order of clients. (authorization-server-discovery) */
export async function findIssuers({ chosen }: Metadata, surroundings: Surroundings): Promise<readonly FoundIssuer[]> {
  const named = chosen?.document?.['authorization_servers']
  const issuers = Array.isArray(named) ? named.filter((each): each is string => typeof each === 'string') : []
  return Promise.all(issuers.slice(0, MAX_ISSUERS).map((issuer) => findIssuer(issuer, surroundings)))
}

async function findIssuer(issuer: string, surroundings: Surroundings): Promise<FoundIssuer> {
  const url = URL.parse(issuer)
  if (url === null)
    return { issuer, place: { address: issuer, status: undefined, document: undefined, problem: 'It is no URL.' } }
  const path = url.pathname.replace(/\/$/, '')
  const places = new Set([
    `${url.origin}/.well-known/oauth-authorization-server${path}`,
    `${url.origin}/.well-known/openid-configuration${path}`,
    `${url.origin}${path}/.well-known/openid-configuration`,
  ])
  let last: Place | undefined
  for (const address of places) {
    last = await readPlace(address, 'an issuer', surroundings)
    if (last.document !== undefined) break
  }
  return { issuer, place: last! }
}

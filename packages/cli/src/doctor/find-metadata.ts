import type { Surroundings } from 'hawser/node/sign-in'
import { type Json, parseObject } from './messages.ts'
import { type Answer, probe, probeNamed } from './probe.ts'

/** A place where clients look, and what they find there. */
export interface Place {
  readonly address: string
  readonly status: number | undefined
  readonly document: Json | undefined
  /** Milliseconds by which the clock there is ahead of the one here. */
  readonly ahead?: number | undefined
  /** Why nothing was asked, or nobody answered. */
  readonly problem?: string
}

/** Where a server describes itself as a resource. (RFC 9728 §3) */
export interface Metadata {
  /** What a challenge names. */
  readonly named: Place | undefined
  /** The place that is made of the URL. */
  readonly own: Place
  /** The root of the host, for clients that know nothing of paths. */
  readonly root: Place
  /** The one that clients go by. */
  readonly chosen: Place | undefined
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource'
const CHALLENGE = /(?:^|[\s,])resource_metadata\s*=\s*(?:"([^"]{1,2048})"|([^\s,"]{1,2048}))/i

/** The address of metadata that a challenge names. (RFC 9728 §5.1) */
export function namedMetadata({ headers }: Answer): string | undefined {
  const found = CHALLENGE.exec((headers.get('www-authenticate') ?? '').slice(0, 8192))
  return found?.[1] ?? found?.[2]
}

/** Looks at all places, in the order of clients. */
export async function findMetadata(url: URL, first: Answer, surroundings: Surroundings): Promise<Metadata> {
  const path = url.pathname === '/' ? '' : url.pathname
  const ownAddress = `${url.origin}${WELL_KNOWN}${path}${url.search}`
  const rootAddress = `${url.origin}${WELL_KNOWN}`
  const address = namedMetadata(first)
  const own = await look(ownAddress)
  const root = rootAddress === ownAddress ? own : await look(rootAddress)
  const known = [own, root].find((place) => place.address === address)
  const named =
    address === undefined
      ? undefined
      : (known ?? (await readPlace(address, 'the metadata of the server', surroundings)))
  return { named, own, root, chosen: [named, own, root].find((place) => place?.document !== undefined) }
}

async function look(address: string): Promise<Place> {
  const request = { method: 'GET', headers: { accept: 'application/json' } }
  return probe(new URL(address), request).then(
    (answer) => toPlace(address, answer),
    (error: unknown) => failed(address, error),
  )
}

/** A place that a stranger named. */
export async function readPlace(address: string, what: string, surroundings: Surroundings): Promise<Place> {
  return probeNamed(address, what, surroundings).then(
    (answer) => toPlace(address, answer),
    (error: unknown) => failed(address, error),
  )
}

const toPlace = (address: string, { status, text, ahead }: Answer): Place => ({
  address,
  status,
  ahead,
  document: status === 200 ? parseObject(text) : undefined,
})

const failed = (address: string, error: unknown): Place => ({
  address,
  status: undefined,
  document: undefined,
  problem: error instanceof Error ? error.message : String(error),
})

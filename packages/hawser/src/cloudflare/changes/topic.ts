import type { Change, WantedChanges } from '../../server/index.ts'
import { hash } from '../hash.ts'

/**
 * Objects among which resources are spread, and people. They never change: old and new Workers of one deployment have to meet in the
 * same ones.
 */
const RESOURCE_SHARDS = 8
const PERSON_SHARDS = 32

/** What one object tells of. */
export interface Topics {
  /** The name of the object. */
  readonly hub: string
  readonly hashes: readonly number[]
  /** The same as changes, for when it is not known which of them happened. */
  readonly changes: readonly Change[]
}

/** Kinds have no colon, and URIs do. */
const topicOf = (change: Change): string => (change.kind === 'resource' ? change.uri : change.kind)

/** Whom a change is for, as text: nothing when it is for everybody. */
function personOf({ audience }: Change): string {
  if (audience === undefined) return ''
  return JSON.stringify(audience && [audience.subject, audience.issuer ?? null, audience.tenant ?? null])
}

/** Two topics may share one, so whoever listens looks at what it is told. What is for one person has another than what is for all. */
export const hashOf = (change: Change): number => hash(`${topicOf(change)}\n${personOf(change)}`)

/** The object that tells of a change: one for all lists, one of several for a resource, and one of several for all that is for a person. */
export function hubOf(server: string, change: Change): string {
  const person = personOf(change)
  if (person !== '') return `${server}/person/${hash(person) % PERSON_SHARDS}`
  return change.kind === 'resource' ? `${server}/${hash(change.uri) % RESOURCE_SHARDS}` : `${server}/lists`
}

/** What is wanted, by the object that tells of it. */
export function topicsOf(server: string, { kinds, uris, audience }: WantedChanges): readonly Topics[] {
  const all = [...kinds.map((kind): Change => ({ kind })), ...uris.map((uri): Change => ({ kind: 'resource', uri }))]
  const own = all.map((change): Change => ({ ...change, audience }))
  const byHub = Map.groupBy([...all, ...own], (change) => hubOf(server, change))
  return [...byHub].map(([hub, changes]) => ({ hub, changes, hashes: changes.map(hashOf) }))
}

import type { Change, WantedChanges } from '../../server/index.ts'
import { hash } from '../hash.ts'

/** Objects among which resources are spread. It never changes: old and new Workers of one deployment have to meet in the same ones. */
const SHARDS = 8

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

/** Two topics may share one, so whoever listens looks at what it is told. */
export const hashOf = (change: Change): number => hash(topicOf(change))

/** The object that tells of a change: one for all lists, and one of several for a resource. */
export function hubOf(server: string, change: Change): string {
  return `${server}/${change.kind === 'resource' ? hashOf(change) % SHARDS : 'lists'}`
}

/** What is wanted, by the object that tells of it. */
export function topicsOf(server: string, { kinds, uris }: WantedChanges): readonly Topics[] {
  const wanted = [...kinds.map((kind): Change => ({ kind })), ...uris.map((uri): Change => ({ kind: 'resource', uri }))]
  const byHub = Map.groupBy(wanted, (change) => hubOf(server, change))
  return [...byHub].map(([hub, changes]) => ({ hub, changes, hashes: changes.map(hashOf) }))
}

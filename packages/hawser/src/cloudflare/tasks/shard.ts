import { hash } from '../hash.ts'

/** Objects among which owners are spread. It never changes: a task has to be found. */
const SHARDS = 64

const nameOf = (shard: number): string => shard.toString(16).padStart(2, '0')

/** The object of an owner's tasks, which their ids begin with. */
export const prefixOf = (owner: string): string => nameOf(hash(owner) % SHARDS)

/** The object of a task; nothing for an id that none of them gave out. */
export function shardOf(id: string): string | undefined {
  const shard = Number.parseInt(id.slice(0, 2), 16)
  return shard < SHARDS && id.startsWith(nameOf(shard)) ? nameOf(shard) : undefined
}

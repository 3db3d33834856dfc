import { type TakenNames, takeNames } from './check-names.ts'
import { exposedName } from './mount-point.ts'

/** A record whose keys begin with a prefix. */
export type Prefixed<P extends string, T> = { readonly [N in keyof T & string as `${P}_${N}`]: T[N] }

/**
 * Puts a prefix and `_` before the name of each tool, resource or prompt of a record, also for the compiler.
 *
 * @example
 * export default desk.server({ tools: { ...local, ...prefix('gh', github) } })
 */
export function prefix<const P extends string, T extends object>(name: P, parts: T): Prefixed<P, T> {
  return Object.fromEntries(Object.entries(parts).map(([key, part]) => [exposedName(name, key), part])) as Prefixed<
    P,
    T
  >
}

type All<U> = (U extends unknown ? (part: U) => void : never) extends (part: infer I) => void ? I : never

/**
 * Joins records as spread does, but for names that come twice or that clients could take for each other.
 *
 * @throws DefinitionError `confusable-names`
 * @example
 * export default desk.server({ tools: combine(local, prefix('gh', github)) })
 */
export function combine<const R extends readonly object[]>(...records: R): All<R[number]> {
  const taken: TakenNames = new Map()
  for (const record of records) takeNames(taken, 'parts', Object.keys(record))
  return Object.assign({}, ...records) as All<R[number]>
}

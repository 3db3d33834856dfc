import type { RequestId } from '../protocol/index.ts'

/** Values by JSON-RPC id; `1` and `"1"` are two ids. */
export interface IdTable<T> {
  readonly get: (id: RequestId) => T | undefined
  readonly add: (id: RequestId, value: T) => void
  readonly remove: (id: RequestId) => void
  readonly values: () => readonly T[]
  readonly size: number
}

/**
 * Makes a table of what is in flight. A dictionary object holds it: a `Map` that is filled and emptied all the time keeps
 * what it held alive until the next major garbage collection, which costs more than the requests themselves.
 */
export function createIdTable<T>(): IdTable<T> {
  const entries: { [key: RequestId]: T } = Object.create(null) as {}
  let size = 0

  return {
    get: (id) => entries[keyOf(id)],
    add: (id, value) => {
      entries[keyOf(id)] = value
      size++
    },
    remove: (id) => {
      delete entries[keyOf(id)]
      size--
    },
    values: () => Object.values(entries),
    get size() {
      return size
    },
  }
}

/** No number, written as a property name, starts with this letter. */
const keyOf = (id: RequestId): RequestId => (typeof id === 'number' ? id : `s${id}`)

/** Ids that a peer mentions may be anything. */
export const isRequestId = (value: unknown): value is RequestId =>
  typeof value === 'string' || typeof value === 'number'

import type { Sync } from './definitions.ts'

/** Query builders and promises of other realms are awaited as well. */
export function isThenable<T>(value: Sync<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** Goes on with a value, at once when it is there: a promise between each two steps costs more than most handlers do. */
export function andThen<T, U>(value: Sync<T>, step: (value: T) => Sync<U>): Sync<U> {
  return isThenable(value) ? Promise.resolve(value).then((arrived) => step(arrived)) : step(value)
}

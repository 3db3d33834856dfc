import { workers } from '#workers'
import { isPart } from './suite/part.ts'

/** What a binding has to be, and what to say where it is not. */
export interface BindingKind<T> {
  /** Who wants it, for errors: `durableChanges`. */
  readonly user: string
  /** The name of the option that names it. */
  readonly option: string
  /** What it is, as in "the binding is not …". */
  readonly what: string
  readonly isIt: (value: unknown) => value is T
  /** What to write where, for a binding of that name. */
  readonly describe: (name: string) => string
}

/**
 * Finds a binding when the module loads; `undefined` elsewhere than on Workers, where a server may still be listed or
 * tested, and in a part of a suite that is not given it.
 *
 * @throws TypeError when there is none of that name, or of that kind, with the lines that make one.
 */
export function findBinding<T>(name: string, kind: BindingKind<T>): T | undefined {
  const { env } = workers
  if (env === undefined) return undefined
  const found = Object.hasOwn(env, name) ? env[name] : undefined
  if (kind.isIt(found)) return found
  // The same file is loaded by each part of a suite, and makes the adapters of all.
  if (found === undefined && isPart()) return undefined
  const others = Object.keys(env).filter((other) => kind.isIt(env[other]))
  const fault = found === undefined ? 'is not there' : `is not ${kind.what}`
  const hint = others.length === 0 ? '' : ` There is ${others.map((other) => `"${other}"`).join(', ')}.`
  const where = `${kind.user}({ ${kind.option}: '${name}' })`
  throw new TypeError(`${where}: the binding ${fault}.${hint} ${kind.describe(name)}`)
}

/** What is thrown when a binding is used that was not found and yet let the module load. */
export function notGiven(name: string, { user, option }: Pick<BindingKind<unknown>, 'user' | 'option'>): Error {
  const where = `${user}({ ${option}: '${name}' })`
  return new Error(
    workers.env === undefined
      ? `${where} needs the Workers runtime. Use another adapter elsewhere.`
      : `${where}: this part of the suite is not given it. Name it in \`bindings\`.`,
  )
}

/** Whether something has these methods. Another Worker answers to every name, `fetch` among them. */
export const hasMethods = (value: unknown, names: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  typeof Reflect.get(value, 'fetch') !== 'function' &&
  names.every((name) => typeof Reflect.get(value, name) === 'function')

/** Names a value that travels with a call. */
export interface ValueKey<T> {
  readonly id: symbol
  readonly fallback: T
}

/**
 * Makes a key for `call.values`.
 *
 * @example
 * const tenant = createValueKey('tenant', 'public')
 * const withTenant: Interceptor = (next) => (call) => { call.values.set(tenant, 'acme'); return next(call) }
 */
export function createValueKey<T>(name: string, fallback: T): ValueKey<T> {
  return { id: Symbol(name), fallback }
}

/** Values by typed key; the map is made when the first value is set, since most calls carry none. */
export class Values {
  #map: Map<symbol, unknown> | undefined

  get<T>(key: ValueKey<T>): T {
    const map = this.#map
    return map !== undefined && map.has(key.id) ? (map.get(key.id) as T) : key.fallback
  }

  set<T>(key: ValueKey<T>, value: T): this {
    this.#map ??= new Map()
    this.#map.set(key.id, value)
    return this
  }
}

/** What the runtime hands to a request: Worker bindings on Cloudflare. */
export const ENV: ValueKey<unknown> = createValueKey<unknown>('env', undefined)

/**
 * For a connection that keeps something between the question that it replied with and the retry that answers it: whoever
 * answers questions calls this when there will be no retry.
 */
export const GIVE_UP: ValueKey<(() => void) | undefined> = createValueKey<(() => void) | undefined>(
  'give up',
  undefined,
)

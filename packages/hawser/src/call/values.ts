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
/** Result types and notifications of extensions that a caller understands besides those of the core. (basic#resulttype) */
export const UNDERSTOOD: ValueKey<ReadonlySet<string>> = /* @__PURE__ */ createValueKey<ReadonlySet<string>>(
  'understood',
  new Set(),
)

/** The param that HTTP mirrors into `Mcp-Name`, for a request of an extension. (streamable-http#standard-request-headers) */
export const NAME_FIELD: ValueKey<string | undefined> = /* @__PURE__ */ createValueKey<string | undefined>(
  'name field',
  undefined,
)

/** How long a handler may take, and its questions stay answerable, in place of the server's defaults. In milliseconds. */
export interface HandlerLimits {
  readonly timeout: number
  readonly askExpiry: number
}

/** Set by whoever keeps a call going after its caller was answered. */
export const HANDLER_LIMITS: ValueKey<HandlerLimits | undefined> = /* @__PURE__ */ createValueKey<
  HandlerLimits | undefined
>('handler limits', undefined)

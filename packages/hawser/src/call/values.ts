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

/** Values by typed key. Most calls carry none or one, which needs no map. */
export class Values {
  #first: symbol | undefined
  #value: unknown
  #others: Map<symbol, unknown> | undefined

  get<T>({ id, fallback }: ValueKey<T>): T {
    if (id === this.#first) return this.#value as T
    return this.#others?.has(id) === true ? (this.#others.get(id) as T) : fallback
  }

  set<T>({ id }: ValueKey<T>, value: T): this {
    this.#first ??= id
    if (id === this.#first) this.#value = value
    else (this.#others ??= new Map()).set(id, value)
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

import type { CallOptions } from './request.ts'

type Run = (name: string, input: Record<string, unknown>, options: CallOptions | undefined) => Promise<unknown>

/** Names that JavaScript asks objects for by itself: to await, to print, to compare. */
const ASKED_BY_LANGUAGE: ReadonlySet<string> = new Set([
  'then',
  'catch',
  'finally',
  'toJSON',
  ...Object.getOwnPropertyNames(Object.prototype),
])

/** An object whose every property is a function that runs its own name. Names that the language claims have none. */
export function createNamedCalls(run: Run): object {
  return new Proxy(Object.freeze(Object.create(null)) as object, {
    get: (_, name) => {
      if (typeof name === 'symbol' || ASKED_BY_LANGUAGE.has(name)) return undefined
      return (input: Record<string, unknown> = {}, options?: CallOptions) => run(name, input, options)
    },
  })
}

import type { HawserWorker } from '../worker.ts'

type Handler = (...args: readonly unknown[]) => unknown

/** Handlers of a Worker besides `fetch`, such as `queue`; each is asked in turn, and has to leave alone what is not its own. */
export function combineHandlers(all: readonly HawserWorker[]): Readonly<Record<string, Handler>> {
  const byName = new Map<string, Set<Handler>>()
  for (const each of all) {
    for (const [name, handler] of Object.entries(each)) {
      if (name === 'fetch' || typeof handler !== 'function') continue
      byName.set(name, (byName.get(name) ?? new Set()).add(handler as Handler))
    }
  }
  return Object.fromEntries(
    [...byName].map(([name, handlers]) => [
      name,
      async (...args: readonly unknown[]) => {
        for (const handler of handlers) await handler(...args)
      },
    ]),
  )
}

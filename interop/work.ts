import { harbour } from './menu.ts'

/** Tells the caller how far it has come; absent when nobody wants to know. */
type Report = ((progress: number, total?: number) => unknown) | undefined

/** What the tools of the harbour do, whatever library serves them. One process has one, for callers of all its connections. */
export function createWork() {
  const { promise: someoneLeft, resolve: leave } = Promise.withResolvers<void>()
  return {
    tides: (port: string) => `High water at ${port}: 14:05`,
    moor: (ship: unknown) => `The ${String(ship)} lies at the north quay.`,
    load: async (report: Report) => {
      const total = harbour.progress.steps
      for (let progress = 1; progress <= total; progress++) await report?.(progress, total)
      return 'Loaded.'
    },
    /** Without a signal there is nothing to wait for. */
    wait: async (signal: AbortSignal | undefined, report: Report) => {
      await report?.(1)
      if (signal !== undefined) await aborted(signal)
      leave()
      return 'Nobody reads this.'
    },
    gone: async () => {
      await someoneLeft
      return 'The caller left.'
    },
    berths: 'North quay: free',
    logEntry: (ship: unknown) => `Write the log entry of the ${String(ship)}.`,
  }
}

/** Settles when the signal aborts. */
const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

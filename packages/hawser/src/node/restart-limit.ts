/** Keeps a process that ends at once from being started for ever. */
export interface RestartLimit {
  /** Counts a start that is allowed and returns 0, or returns the milliseconds until the next one is. */
  readonly take: () => number
}

/** Allows the first start, and so many more within any `windowMs` milliseconds. */
export function createRestartLimit(
  restarts: number,
  windowMs: number,
  now: () => number = () => performance.now(),
): RestartLimit {
  const starts: number[] = []
  return {
    take: () => {
      const time = now()
      while (starts.length > 0 && time - (starts[0] ?? 0) >= windowMs) starts.shift()
      if (starts.length > restarts) return windowMs - (time - (starts[0] ?? 0))
      starts.push(time)
      return 0
    },
  }
}

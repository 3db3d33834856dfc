import process from 'node:process'

export interface Interrupt extends Disposable {
  readonly signal: AbortSignal
}

/** npm hands on the signal that the terminal has sent already: within this time both are one. (milliseconds) */
const ONE_KEYSTROKE = 500

/** The first Ctrl-C ends gracefully, the second at once. */
export function watchInterrupt(): Interrupt {
  const controller = new AbortController()
  let first: number | undefined
  const interrupt = (): void => {
    first ??= performance.now()
    if (performance.now() - first > ONE_KEYSTROKE) process.exit(130)
    controller.abort()
  }
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => void process.off('SIGINT', interrupt).off('SIGTERM', interrupt),
  }
}

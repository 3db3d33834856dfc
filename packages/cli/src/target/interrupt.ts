import { EXIT } from '../exit-code.ts'
import { Failure } from '../failure.ts'

/** Ctrl-C while a call is under way. */
export interface Interrupt extends Disposable {
  readonly signal: AbortSignal
  /** For Ctrl-C in a prompt, which the terminal does not send as a signal. */
  readonly interrupt: () => void
}

/** The first Ctrl-C cancels what is under way, the second ends the process at once. */
export function watchInterrupt(): Interrupt {
  const controller = new AbortController()
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted)
    controller.abort(new Failure(EXIT.interrupted, 'Interrupted: the call was cancelled.'))
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  return {
    signal: controller.signal,
    interrupt,
    [Symbol.dispose]: () => {
      process.off('SIGINT', interrupt)
      process.off('SIGTERM', interrupt)
    },
  }
}

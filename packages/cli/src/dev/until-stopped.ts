import { EXIT } from '../exit-code.ts'

/** Whether somebody has asked this process to end. */
export interface Stopped extends Disposable {
  readonly isStopping: boolean
}

/** The first signal ends gracefully, by `stop`; the second at once. */
export function untilStopped(stop: () => void): Stopped {
  let isStopping = false
  const onSignal = (): void => {
    if (isStopping) process.exit(EXIT.interrupted)
    isStopping = true
    stop()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    get isStopping() {
      return isStopping
    },
    [Symbol.dispose]: () => {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}

import type { HandlerContext } from 'hawser'

const TICK = 1_000

/** git does not tell how far it is, so that the seconds are reported while it works: a sign of life for whoever waits. */
export async function reportProgress<T>(
  progress: HandlerContext['progress'],
  message: string,
  work: Promise<T>,
): Promise<T> {
  let seconds = 0
  const timer = setInterval(() => progress(++seconds, undefined, `${message}, ${seconds} s`), TICK)
  try {
    return await work
  } finally {
    clearInterval(timer)
  }
}

/** Waits until whoever started it is gone, and ends a group of processes then. */

/** Milliseconds that they have for ending. */
const PATIENCE = 3000

const leader = Number(process.argv[2])

const end = (signal: NodeJS.Signals): void => {
  try {
    process.kill(-leader, signal)
  } catch {
    // There is nobody left.
  }
}

process.stdin.resume().on('end', () => {
  end('SIGTERM')
  setTimeout(() => end('SIGKILL'), PATIENCE)
})

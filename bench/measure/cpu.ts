const cpuSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before)
  return user + system
}

/**
 * CPU µs per operation of this process, garbage collection and compilation included. Runs for so much CPU time, not wall
 * time: code is then equally warm on a busy machine.
 */
export const cpuPerOperation = async (
  operation: () => Promise<unknown>,
  flight: number,
  cpuMs: number,
): Promise<number> => {
  const before = process.cpuUsage()
  let count = 0
  let spent = 0
  while (spent < cpuMs * 1000) {
    // Reading the CPU clock costs a microsecond, so it is not read after each question.
    const soon = performance.now() + 5
    do {
      if (flight === 1) await operation()
      else await Promise.all(Array.from({ length: flight }, operation))
      count += flight
    } while (performance.now() < soon)
    spent = cpuSince(before)
  }
  return spent / count
}

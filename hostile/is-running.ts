import { existsSync, readFileSync } from 'node:fs'

/** Whether a process lives; one that nobody has waited for is dead all the same. */
export function isRunning(pid: number): boolean {
  if (existsSync('/proc/self/stat')) {
    const stat = `/proc/${pid}/stat`
    return existsSync(stat) && !/\) [ZX] /.test(readFileSync(stat, 'utf8'))
  }
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

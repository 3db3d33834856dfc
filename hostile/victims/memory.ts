import { existsSync, readFileSync } from 'node:fs'

const STATUS = '/proc/self/status'

/** The most resident memory that this process ever had, in MiB. */
export function peakMemory(): number {
  // What the system counts of the process that started this one is left out, where that can be told.
  if (!existsSync(STATUS)) return process.resourceUsage().maxRSS / 1024
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(STATUS, 'utf8'))?.[1]) / 1024
}

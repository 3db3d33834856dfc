import { existsSync, readFileSync } from 'node:fs'

const STATUS = '/proc/self/status'

/** The most resident memory that this process ever had, in MiB. */
export function peakMemory(): number {
  // What the system counts of the process that started this one is left out, where that can be told.
  if (!existsSync(STATUS)) return process.resourceUsage().maxRSS / 1024
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(STATUS, 'utf8'))?.[1]) / 1024
}

/** The most resident memory that programs which this process started ever had, in MiB; 0 where that cannot be told. */
export function peakOfChildren(): number {
  const list = `/proc/self/task/${process.pid}/children`
  if (!existsSync(list)) return 0
  const peaks = readFileSync(list, 'utf8')
    .trim()
    .split(' ')
    .map((pid) => {
      const status = `/proc/${pid}/status`
      return existsSync(status) ? Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(status, 'utf8'))?.[1] ?? 0) : 0
    })
  return peaks.reduce((sum, peak) => sum + peak, 0) / 1024
}

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const linux = process.platform === 'linux'

/** Linux counts a process's CPU time in ticks of 10 ms. (proc_pid_stat(5)) */
const tick = 10_000

const clock = (text: string): number => {
  const parts = text.trim().split(/[:-]/).map(Number)
  const [seconds = 0, minutes = 0, hours = 0, days = 0] = parts.toReversed()
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1e6
}

const ticks = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * tick
}

/** The scheduler's own count, in ns a thread; it exists where the kernel keeps it. */
const scheduled = (pid: number): number => {
  const folder = `/proc/${pid}/task`
  const threads = existsSync(`/proc/${pid}/schedstat`) ? readdirSync(folder) : []
  return (
    threads.reduce((sum, thread) => sum + Number.parseInt(readFileSync(`${folder}/${thread}/schedstat`, 'utf8')), 0) /
    1000
  )
}

/** CPU time of another process so far, user and system of all its threads, in µs. */
export const cpuOf = (pid: number): number => {
  if (!linux) return clock(execFileSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' }))
  return scheduled(pid) || ticks(pid)
}

/** Resident memory of another process, in MiB. */
export const rssOf = (pid: number): number => {
  if (!linux) return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

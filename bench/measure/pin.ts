import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'

const binder = 'taskset'

const canPin =
  process.platform === 'linux' &&
  cpus().length > 1 &&
  spawnSync(binder, ['--version'], { stdio: 'ignore' }).status === 0

/** The server keeps one core and the load another, where the system lets us say so. */
export type Side = 'server' | 'load' | 'free'

/** A command bound to the core of its side; unchanged where binding is not possible. */
export const pin = (side: Side, command: string, args: readonly string[]): readonly [string, readonly string[]] => {
  if (!canPin || side === 'free') return [command, args]
  return [binder, ['-c', side === 'server' ? '0' : '1', command, ...args]]
}

/** Binds a process that another one has started. */
export const pinProcess = (side: Exclude<Side, 'free'>, pid: number): void => {
  if (canPin && pid > 0)
    spawnSync(binder, ['-a', '-c', '-p', side === 'server' ? '0' : '1', String(pid)], { stdio: 'ignore' })
}

export const pinning = canPin ? `server on core 0, load on core 1 (${binder})` : 'none'

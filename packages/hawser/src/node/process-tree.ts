import { spawnSync } from 'node:child_process'
import process from 'node:process'

/** Options of `spawn` that make a process the head of a tree which can be signalled as a whole. */
export const TREE_OPTIONS = { detached: process.platform !== 'win32', windowsHide: true } as const

/** Signals a process and what it has started; false when nothing is left of them. Windows knows no signals but the end. */
export function signalTree(pid: number, signal: NodeJS.Signals | 0): boolean {
  if (process.platform === 'win32') return signal === 0 || endWindowsTree(pid)
  try {
    return process.kill(-pid, signal)
  } catch {
    return false
  }
}

function endWindowsTree(pid: number): boolean {
  return spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).status === 0
}

const live = new Set<number>()
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Sees to it that the tree ends with this process; the result lets go of it. */
export function tieTree(pid: number): () => void {
  if (live.size === 0) {
    process.on('exit', endAll)
    for (const signal of SIGNALS) process.on(signal, onSignal)
  }
  live.add(pid)
  return () => {
    if (!live.delete(pid) || live.size > 0) return
    process.off('exit', endAll)
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
}

function endAll(): void {
  for (const pid of live) signalTree(pid, 'SIGTERM')
}

/** A tree of its own does not get the signals of the terminal. Without other listeners, the signal goes on as it came. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  endAll()
  process.off(signal, onSignal)
  process.kill(process.pid, signal)
}

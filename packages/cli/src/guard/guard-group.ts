import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const GUARD = fileURLToPath(new URL(`./main${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url))

/**
 * Has a group of processes end when this one does, also when it was killed and could not end them. Windows has no groups.
 *
 * @param leader The number of the process that leads the group.
 */
export function guardGroup(leader: number): Disposable {
  if (process.platform === 'win32') return { [Symbol.dispose]: () => {} }
  // A group of its own, which Ctrl-C does not reach; what it reads ends with this process.
  const guard = spawn(process.execPath, [GUARD, String(leader)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  guard.on('error', () => {})
  guard.unref()
  return { [Symbol.dispose]: () => void guard.kill('SIGKILL') }
}

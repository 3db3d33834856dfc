import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { guardGroup } from '../guard/guard-group.ts'
import { clean } from '../output/sanitize.ts'
import type { Project } from './project.ts'

export interface StartOptions {
  /** Told every line that wrangler prints; what it returns decides whether the line is shown. */
  readonly onLine?: (line: string) => boolean
  readonly env?: Readonly<Record<string, string>>
  /** Lets wrangler ask the person, such as for whom to deploy. */
  readonly isInteractive?: boolean
}

export interface RunningWrangler {
  readonly ended: Promise<number>
  /** Has it end, with all that it has started. */
  readonly stop: () => void
}

/** Milliseconds that wrangler has for ending; with a stream open it may never. */
const PATIENCE = 3000

/** Starts the wrangler of a project in its folder. What it prints is for people, so that it goes to standard error. */
export function startWrangler(
  { folder, config, wrangler }: Project,
  args: readonly string[],
  { onLine = () => true, env = {}, isInteractive = false }: StartOptions = {},
): RunningWrangler {
  const child = spawn(process.execPath, [wrangler.command, ...args, '--config', config], {
    cwd: folder,
    // It asks its maker for the place of this machine, and warns where there is no network.
    env: { CLOUDFLARE_CF_FETCH_ENABLED: 'false', ...process.env, ...env },
    // A group of its own, which can be ended as a whole. Who is asked something needs the terminal.
    detached: !isInteractive && process.platform !== 'win32',
    stdio: isInteractive ? ['inherit', 2, 2] : ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue
    createInterface({ input: stream }).on('line', (line) => {
      if (onLine(clean(line))) process.stderr.write(`${clean(line)}\n`)
    })
  }
  // Who is asked something at the terminal ends with it.
  const guard = isInteractive || child.pid === undefined ? undefined : guardGroup(child.pid)
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      guard?.[Symbol.dispose]()
      resolve(code ?? 1)
    })
  })
  return { ended, stop: () => stop(child) }
}

function stop(child: ChildProcess): void {
  child.kill('SIGTERM')
  const timer = setTimeout(() => {
    // Its number is that of its group.
    if (child.pid === undefined || process.platform === 'win32') child.kill('SIGKILL')
    else process.kill(-child.pid, 'SIGKILL')
  }, PATIENCE)
  child.on('close', () => clearTimeout(timer))
}

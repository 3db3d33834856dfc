import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
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
  readonly child: ChildProcess
  readonly ended: Promise<number>
}

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
    stdio: isInteractive ? ['inherit', 2, 2] : ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue
    createInterface({ input: stream }).on('line', (line) => {
      if (onLine(clean(line))) process.stderr.write(`${clean(line)}\n`)
    })
  }
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
  return { child, ended }
}

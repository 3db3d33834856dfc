import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/** A shell in a folder, as a person has one. */
export interface Terminal {
  /** Runs a line to its end. Throws with all it printed when it failed. */
  readonly run: (line: string) => Promise<void>
  /** Starts a line that goes on, until `url` answers. */
  readonly start: (line: string, url: string) => Promise<AsyncDisposable>
}

const READY_MS = 60_000
const PAUSE_MS = 100

/**
 * @param home Where the programs keep what they keep in the home of a person.
 * @param more Of the environment.
 */
export function openTerminal(cwd: string, home: string, more: Readonly<Record<string, string>>): Terminal {
  const env = { ...process.env, ...environmentIn(home), ...more }

  const begin = (line: string) => {
    // A group of its own, so that all it started ends with it.
    const child = spawn('sh', ['-c', line], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    let text = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    const ended = once(child, 'close').then(([code]) => code as number | null)
    const stop = async (): Promise<void> => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
      await ended
    }
    return { ended, stop, failure: (what: string) => new Error(`${what}: ${line}\n${text}`) }
  }

  return {
    run: async (line) => {
      const { ended, failure } = begin(line)
      const code = await ended
      if (code !== 0) throw failure(`Ended with ${code}`)
    },
    start: async (line, url) => {
      const { ended, stop, failure } = begin(line)
      const isOver = ended.then(() => true)
      const deadline = Date.now() + READY_MS
      while (!(await answers(url))) {
        const over = await Promise.race([isOver, new Promise<false>((resolve) => setTimeout(resolve, PAUSE_MS, false))])
        if (!over && Date.now() < deadline) continue
        await stop()
        throw failure(over ? 'Ended' : `Did not answer at ${url} within ${READY_MS / 1000} s`)
      }
      return { [Symbol.asyncDispose]: stop }
    },
  }
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    async (response) => {
      await response.body?.cancel()
      return true
    },
    () => false,
  )

/** Of a person who has this Node, nothing of this project, and a browser that agrees to everything. */
function environmentIn(home: string): Readonly<Record<string, string>> {
  const bin = join(home, 'bin')
  mkdirSync(bin, { recursive: true })
  const browser = join(bin, 'xdg-open')
  const visit = join(import.meta.dirname, 'visit-page.ts')
  writeFileSync(browser, `#!/bin/sh\nexec "${process.execPath}" --conditions=hawser-source "${visit}" "$1"\n`)
  chmodSync(browser, 0o755)
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'))
  return {
    PATH: [bin, dirname(process.execPath), ...path].join(delimiter),
    HAWSER_HOME: join(home, 'hawser'),
    XDG_CONFIG_HOME: join(home, 'config'),
    WRANGLER_SEND_METRICS: 'false',
    CI: 'true',
  }
}

import { spawn } from 'node:child_process'
import { dirname, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { guardGroup } from '../guard/guard-group.ts'
import { clean } from '../output/sanitize.ts'
import { openFront } from './front.ts'
import { greet } from './greet.ts'
import { untilStopped } from './until-stopped.ts'

export interface NodeOptions {
  readonly port: number
  readonly scopes: string | undefined
  /** What the file finds in `process.argv`. */
  readonly program: readonly string[]
  readonly color: boolean | undefined
}

const LISTENS = /listens on (http:\/\/\S+)/
const STOPS = /^(?:Restarting|Failed running) /
/** What Node says of its own restarts, and the address behind the front, which is nobody's business. */
const QUIET = /^(?:Restarting |Change detected in |To look into it)/
const MAIN = fileURLToPath(new URL(`../main${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url))

/**
 * Serves a file over HTTP, and again whenever it or what it imports changes: Node watches them. The address stays the same.
 *
 * @throws Failure when the port is taken.
 */
export async function devOnNode(file: string, { port, scopes, program, color }: NodeOptions): Promise<void> {
  await using front = await openFront(port)
  const grants = scopes === undefined ? [] : [`--scopes=${scopes}`]
  const args = [
    '--watch',
    '--watch-preserve-output',
    ...process.execArgv,
    MAIN,
    'run',
    file,
    '--http=0',
    '--no-color',
    ...grants,
  ]
  const child = spawn(process.execPath, [...args, '--', ...program], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  })
  using _guard = child.pid === undefined ? undefined : guardGroup(child.pid)
  let isGreeted = false
  const onLine = (line: string): void => {
    const text = clean(line)
    const url = LISTENS.exec(text)?.[1]
    if (STOPS.test(text)) front.lead(undefined)
    if (url === undefined) return say(text)
    front.lead(new URL(url))
    if (isGreeted) return void process.stderr.write('Restarted.\n')
    isGreeted = true
    void greet({
      origin: front.origin,
      runtime: `Node ${process.version}`,
      folder: dirname(resolve(file)),
      file,
      color,
    })
  }
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine)
  const ended = new Promise((done) => child.on('close', done))
  using _ = untilStopped(() => child.kill('SIGTERM'))
  await ended
}

function say(text: string): void {
  if (text.startsWith('Failed running ')) process.stderr.write('It does not run. It is tried again when you save.\n')
  else if (!QUIET.test(text)) process.stderr.write(`${text}\n`)
}

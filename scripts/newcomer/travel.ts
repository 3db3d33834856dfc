import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../examples/notes/free-port.ts'
import { callSignedIn } from '../../interop/call-signed-in.ts'
import type { Journey } from './journeys.ts'
import { readCommands } from './read-commands.ts'
import { openTerminal } from './terminal.ts'

export interface Luggage {
  /** An empty folder. */
  readonly home: string
  /** Where the tarballs of the packages are. */
  readonly packages: string
  /** The one of create-hawser. */
  readonly creator: string
}

export interface Travelled {
  /** Commands that lead from nothing to a server which was called and could be deployed. */
  readonly typed: number
  /** That those took. */
  readonly seconds: number
  /** Commands that the pages name besides. */
  readonly others: number
}

const NAME = 'first-server'
const CREATE = /^npm create /
const NEEDED = /^npm (?:test|start|run dev|run deploy)\b/

/**
 * Makes a project of a template, and types all that its README and its page of the guide say.
 *
 * @throws Error with what a command printed that failed.
 */
export async function travel(journey: Journey, { home, packages, creator }: Luggage): Promise<Travelled> {
  const { template, origin, start, calls, page, isOpen = false } = journey
  const started = performance.now()
  // What `npm create hawser@latest` does, with these packages rather than those of npm.
  const create = `npx --yes --package=${creator} create-hawser ${NAME} --template ${template} --packages ${packages}`
  await openTerminal(home, home, {}).run(create)

  const folder = join(home, NAME)
  const pages = [...(page === undefined ? [] : [page]), join(folder, 'README.md')]
  const commands = [...new Set(pages.flatMap((path) => readCommands(readFileSync(path, 'utf8'))))]
    .filter((command) => !CREATE.test(command))
    .map((command) => command.replace(`cd ${NAME} && `, ''))

  // Other programs may have the usual port.
  const usual = new URL(origin).port
  const port = String(await freePort())
  const move = (text: string): string => text.replaceAll(`:${usual}`, `:${port}`)
  if (start !== 'npm start' && !isOpen) rewrite(join(folder, '.dev.vars'), move)

  const terminal = openTerminal(folder, home, { PORT: port })
  await using servers = new AsyncDisposableStack()
  const type = async (command: string): Promise<void> => {
    if (command !== start) return terminal.run(move(command))
    const line = start === 'npm start' ? start : `${start} -- --port ${port}`
    servers.use(await terminal.start(line, move(origin)))
    for (const [path, tool, args] of calls) {
      const { isSignedIn } = await callSignedIn(new URL(path, move(origin)), tool, args)
      if (isSignedIn === isOpen)
        throw new Error(`${template}: ${tool} was called by ${isOpen ? 'somebody' : 'nobody'}.`)
    }
  }
  const needed = [...new Set(commands.filter((command) => NEEDED.test(command)))]
  for (const command of needed) await type(command)
  const seconds = Math.round((performance.now() - started) / 1000)
  const others = commands.filter((command) => !NEEDED.test(command))
  for (const command of others) await type(command)
  return { typed: 1 + needed.length, seconds, others: others.length }
}

function rewrite(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, 'utf8')))
}

import { existsSync, realpathSync } from 'node:fs'
import { delimiter, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { VERSION } from '../version.ts'
import type { Launch } from './host.ts'

/** Taken before a file is loaded, which finds its own name there. */
const [, started = ''] = process.argv

/** What starts a program, without its environment. */
export type Command = Pick<Launch, 'command' | 'args'>

interface FileLaunch {
  readonly file: string
  /** What the file finds in `process.argv`. */
  readonly args: readonly string[]
  readonly scopes: string | undefined
}

const runWords = (file: string, { args, scopes }: FileLaunch): readonly string[] => [
  'run',
  file,
  ...(scopes === undefined ? [] : ['--scopes', scopes]),
  ...(args.length === 0 ? [] : ['--', ...args]),
]

/**
 * Starts a file on this machine, for the files of one person. Hosts with windows do not know the paths of a shell, so both programs are
 * named in full, and nothing is fetched. A `hawser` that `npx` has only borrowed is gone some day: then `npx` fetches that version again.
 */
export const launchHere = (launch: FileLaunch): Command => launchHawser(runWords(resolve(launch.file), launch))

/** Starts what calls a URL, in the same way. */
export const launchBridge = (url: string): Command => launchHawser(['bridge', url])

function launchHawser(words: readonly string[]): Command {
  const main = existsSync(started) ? realpathSync(started) : started
  if (main.split(sep).includes('_npx')) return byNpx(words, process.platform)
  // How this process was told to read its own code, it is told again.
  const flags = process.execArgv.filter((flag) => flag.startsWith('--conditions='))
  return { command: findNode(), args: [...flags, main, ...words] }
}

/**
 * Starts a file wherever a project is checked out: by a path within the project, and by the `hawser` that the project has installed, or
 * this version of it.
 */
export function launchInProject(launch: FileLaunch, folder: string, variable: string | undefined): Command | undefined {
  const path = relative(folder, resolve(launch.file))
  if (path.startsWith('..') || isAbsolute(path)) return undefined
  const slashed = path.split(sep).join('/')
  // Windows has no `npx` that can be started without a shell, but whoever shares a file cannot know who reads it.
  return byNpx(runWords(variable === undefined ? `./${slashed}` : `${variable}/${slashed}`, launch), 'linux')
}

/** Node's `npx` is a script of the shell on Windows. */
function byNpx(words: readonly string[], platform: NodeJS.Platform): Command {
  const args = ['-y', `@hawser/cli@${VERSION}`, ...words]
  return platform === 'win32' ? { command: 'cmd', args: ['/c', 'npx', ...args] } : { command: 'npx', args }
}

/** This Node by the name under which updates leave it in place, if it has one: that of the path, not of the version. */
function findNode(): string {
  const own = realpathSync(process.execPath)
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const named = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => isAbsolute(folder) && !folder.includes('node_modules'))
    .map((folder) => join(folder, name))
  return named.find((path) => existsSync(path) && realpathSync(path) === own) ?? process.execPath
}

import { win32 } from 'node:path'

/** What to hand to `spawn`. */
export interface Launch {
  readonly file: string
  readonly args: readonly string[]
  /** The arguments are quoted already. */
  readonly verbatim?: boolean
}

type Variables = Readonly<Record<string, string | undefined>>

/** Longest command line of cmd.exe, in characters. */
const maxCommandLine = 8191

const executable = /\.(?:com|exe)$/i
const script = /\.(?:bat|cmd)$/i

/**
 * How to start a command on Windows, where `npx` is the script `npx.cmd`: only cmd.exe runs scripts, and it reads
 * their arguments as shell text unless they are quoted its way.
 *
 * @throws TypeError for an argument with a line break or NUL, which cmd.exe cannot pass on to a script.
 * @see https://learn.microsoft.com/windows-server/administration/windows-commands/cmd
 */
export function windowsLaunch(
  file: string,
  args: readonly string[],
  env: Variables,
  isFile: (path: string) => boolean,
): Launch {
  const found = findCommand(file, env, isFile)
  if (found === undefined || !script.test(found)) return { file: found ?? file, args }
  const line = [found, ...args].map(quoteForScript).join(' ')
  if (line.length > maxCommandLine) {
    throw new TypeError(`Expected a command line of at most ${maxCommandLine} characters, got ${line.length}.`)
  }
  const shell = win32.join(lookUp(env, 'SystemRoot') ?? 'C:\\Windows', 'System32', 'cmd.exe')
  // With extensions, without delayed expansion and without what the registry would run first.
  return { file: shell, args: ['/e:ON', '/v:OFF', '/d', '/s', '/c', `"${line}"`], verbatim: true }
}

/** The file that a command names, looked for in PATH but never in the working folder. */
function findCommand(file: string, env: Variables, isFile: (path: string) => boolean): string | undefined {
  const complete = executable.test(file) || script.test(file)
  const names = complete ? [file] : ['.com', '.exe', '.bat', '.cmd'].map((extension) => file + extension)
  if (win32.basename(file) !== file) return names.find(isFile)
  const folders = (lookUp(env, 'PATH') ?? '').split(';').map((folder) => folder.replaceAll('"', ''))
  const paths = folders.filter(Boolean).flatMap((folder) => names.map((name) => win32.join(folder, name)))
  return paths.find(isFile)
}

/** One argument, inert for cmd.exe, for the script that it expands `%*` in, and for the program that the script starts. */
export function quoteForScript(argument: string): string {
  if (/[\0\r\n]/.test(argument)) {
    throw new TypeError('Expected arguments without line breaks and NUL: a Windows script cannot take them.')
  }
  const text = argument
    .replace(/(\\*)"/g, '$1$1""')
    .replace(/\\+$/, '$&$&')
    // An empty substring of %cd% keeps cmd.exe from seeing the name of a variable.
    .replaceAll('%', '%%cd:~,%')
  return `"${text}"`
}

/** Names of variables are the same in any case. */
function lookUp(env: Variables, name: string): string | undefined {
  const key = Object.keys(env).find((each) => each.toUpperCase() === name.toUpperCase())
  return key === undefined ? undefined : env[key]
}

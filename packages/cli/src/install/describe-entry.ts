import { usageFailure } from '../failure.ts'
import { readEnv } from '../target/connection-options.ts'
import type { Target } from '../target/target.ts'
import type { Scope } from './find-installed.ts'
import { shellWord } from '../output/shell-word.ts'
import type { Entry, Host, Launch } from './host.ts'
import { type Command, launchBridge, launchHere, launchInProject } from './launch.ts'

export interface EntryOptions {
  readonly env: readonly string[]
  readonly bearer: string | undefined
  readonly scopes: string | undefined
  /** What a file finds in `process.argv`. */
  readonly args: readonly string[]
}

/** What would be written, and what a person has to know of it. */
export interface Described {
  readonly entry: Entry
  readonly warnings: readonly string[]
}

const VARIABLE = /^[A-Za-z_]\w*$/
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** Names under which programs are handed what nobody else may know. */
const SECRET = /key|token|secret|password|credential/i
const IN_THE_CLEAR = 'stands in the configuration in the clear.'

/**
 * Describes a server in the words of a host.
 *
 * @throws Failure when the host cannot be told.
 */
export function describeEntry(
  host: Host,
  target: Target,
  scope: Scope,
  folder: string,
  options: EntryOptions,
): Described {
  return target.kind === 'url'
    ? describeUrl(host, target.url, options)
    : describeProgram(host, target, scope, folder, options)
}

function describeUrl(host: Host, url: string, { env, bearer, scopes }: EntryOptions): Described {
  if (env.length > 0) throw usageFailure('--env is for programs.', 'A token for a URL: --bearer NAME')
  if (scopes !== undefined)
    throw usageFailure('--scopes is for files.', 'At a URL people sign in, and allow what they want.')
  if (bearer !== undefined && !VARIABLE.test(bearer))
    throw usageFailure('--bearer takes the name of an environment variable, not a token.')
  if (bearer !== undefined && (host.reference === undefined || host.remote === undefined))
    throw usageFailure(
      `${host.title} cannot refer to environment variables, and a token is not written down.`,
      'Without --bearer it signs in.',
    )
  const { protocol, hostname, search } = new URL(url)
  const isOpen = protocol === 'http:' && !LOOPBACK.test(hostname)
  const launch: Launch = { kind: 'program', ...launchBridge(url), passed: [], fixed: {} }
  return {
    entry: host.remote?.({ kind: 'url', url, bearer }) ?? host.program(launch),
    warnings: [
      ...(host.remote === undefined
        ? [
            `${host.title} only starts programs here, so that hawser calls the address. Where people sign in: hawser login ${shellWord(url)}`,
            ...(host.elsewhere === undefined ? [] : [host.elsewhere]),
          ]
        : []),
      ...(isOpen ? ['The address is not encrypted: whoever is on the way reads and changes what is said.'] : []),
      ...(search === '' ? [] : [`What follows ? in the address ${IN_THE_CLEAR}`]),
    ],
  }
}

function describeProgram(
  host: Host,
  target: Exclude<Target, { kind: 'url' }>,
  scope: Scope,
  folder: string,
  { env, bearer, scopes, args }: EntryOptions,
): Described {
  if (bearer !== undefined)
    throw usageFailure('--bearer is for URLs.', 'Hand a secret to a program in its environment: --env NAME')
  const passed = env.filter((text) => !text.includes('='))
  const wrong = passed.find((name) => !VARIABLE.test(name))
  if (wrong !== undefined) throw usageFailure('--env takes NAME or NAME=VALUE.')
  if (passed.length > 0 && host.reference === undefined) {
    throw usageFailure(
      `${host.title} cannot refer to environment variables by name.`,
      `--env ${passed[0]}=VALUE writes the value into its configuration, where whoever reads the file can read it.`,
    )
  }
  const fixed = readEnv(env.filter((text) => text.includes('=')))
  const [command, warning] = findCommand(host, target, scope, folder, { args, scopes })
  const names = Object.keys(fixed)
  const others = scope === 'project' ? ' Everybody who has the project has it.' : ''
  const clear = [
    ...(names.length > 0 ? [`The value of ${names.join(', ')} ${IN_THE_CLEAR}${others}`] : []),
    ...(command.args.some((arg) => arg.startsWith('-') && SECRET.test(arg))
      ? [`What looks like a secret among the arguments ${IN_THE_CLEAR}${others}`]
      : []),
  ]
  return {
    entry: host.program({ kind: 'program', ...command, passed, fixed }),
    warnings: [...clear, ...warning],
  }
}

function findCommand(
  host: Host,
  target: Exclude<Target, { kind: 'url' }>,
  scope: Scope,
  folder: string,
  { args, scopes }: Pick<EntryOptions, 'args' | 'scopes'>,
): readonly [Command, readonly string[]] {
  if (target.kind === 'program') {
    if (scopes !== undefined) throw usageFailure('--scopes is for files.')
    return [{ command: target.file, args: target.args }, []]
  }
  const launch = { file: target.file, args, scopes }
  const shared = scope === 'project' ? launchInProject(launch, folder, host.projectFolder) : undefined
  if (shared !== undefined) return [shared, []]
  const warning = 'FILE is not in this project, so its path on this machine is written, which is of no use to others.'
  return [launchHere(launch), scope === 'project' ? [warning] : []]
}

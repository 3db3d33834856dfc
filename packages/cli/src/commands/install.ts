import { homedir } from 'node:os'
import type { CommandLine } from '../command-line/parse.ts'
import { COMMON, PRINTING } from '../command-line/options.ts'
import { EXIT } from '../exit-code.ts'
import { usageFailure } from '../failure.ts'
import { describeEntry } from '../install/describe-entry.ts'
import { fileOf, findInstalled, type Scope } from '../install/find-installed.ts'
import type { Host, Machine } from '../install/host.ts'
import { HOSTS } from '../install/hosts.ts'
import { nameServer } from '../install/name-server.ts'
import { performInstall, performUndo, type Permission, type Result } from '../install/perform.ts'
import { showInstalled } from '../install/show-installed.ts'
import { createOutput } from '../output/create-output.ts'
import { clean } from '../output/sanitize.ts'
import { type Target, takeTarget } from '../target/target.ts'
import { didYouMean } from '../command-line/suggest.ts'
import { defineCommand } from './command.ts'

const IDS = HOSTS.map(({ id }) => id)

const options = {
  host: { type: 'string', multiple: true, value: 'HOST', about: `One of ${IDS.join(', ')}; can be repeated.` },
  scope: {
    type: 'string',
    value: 'SCOPE',
    about:
      'user, as when left out: the configuration of your own. project: that of the project in this folder, for all who work on it.',
  },
  name: { type: 'string', value: 'NAME', about: 'What the host calls the server; its own name when left out.' },
  env: {
    type: 'string',
    multiple: true,
    value: 'NAME[=VALUE]',
    about:
      'A variable that the host hands to a file or program: by its name, or with a value that is written down in the clear; can be repeated.',
  },
  bearer: {
    type: 'string',
    value: 'NAME',
    about: 'The variable that holds a token for a URL where nobody can sign in.',
  },
  scopes: { type: 'string', value: 'A,B', about: 'Let the host use a file with these scopes only.' },
  'dry-run': { type: 'boolean', about: 'Show what would change, and change nothing.' },
  yes: { type: 'boolean', short: 'y', about: 'Do not ask.' },
  replace: { type: 'boolean', about: 'Replace a server of that name that was not installed by this command.' },
  undo: { type: 'boolean', about: 'Take the last installation back, and leave alone what else was changed since.' },
  list: { type: 'boolean', about: 'Show in which hosts the server is.' },
  ...PRINTING,
  ...COMMON,
} as const

export const install = defineCommand({
  name: 'install',
  summary: 'Put a server into the configuration of a host.',
  usage: [
    'TARGET --host HOST [--scope user|project] [--name NAME]',
    'FILE --host HOST [-- ARGS…]',
    '--host HOST --name NAME -- COMMAND [ARGS…]',
    'TARGET --host HOST --undo',
    'TARGET --list',
  ],
  about: [
    'Shows what would change, and asks. Only the entry of the server is touched: comments, order and layout stay. What was there is kept as a copy outside the configuration, and --undo takes exactly that installation back.',
    'A file is run by its full path with the Node and the hawser of this machine. In a project it is run by its path within the project, with npx.',
  ],
  takesTarget: true,
  options,
  examples: [
    { line: 'hawser install notes.ts --host claude', about: 'Have Claude Desktop start a server of yours' },
    {
      line: 'hawser install https://example.com/mcp --host cursor --host vscode',
      about: 'A server at a URL, in two hosts',
    },
    {
      line: 'hawser install notes.ts --host codex --env NOTES_KEY',
      about: 'With a secret from the environment, by its name',
    },
    { line: 'hawser install notes.ts --host claude --undo', about: 'Take it back' },
  ],
  run: async ({ values, words, program }) => {
    const { target, args } = readTarget(words, program)
    const output = createOutput(values)
    const machine: Machine = { platform: process.platform, home: homedir(), env: process.env }
    const folder = process.cwd()
    if (values.list === true) {
      const found = await findInstalled(target, machine, folder)
      if (output.json) output.printJson(found)
      else output.print(showInstalled(found, output))
      return EXIT.ok
    }
    const hosts = readHosts(values.host)
    const scope = readScope(values.scope)
    const name = await nameServer(target, values.name)
    const permission: Permission = values['dry-run'] === true ? 'show' : values.yes === true ? 'given' : 'ask'
    const isUndo = values.undo === true
    // All are looked at before any is changed.
    const places = hosts.map((host) => ({
      where: { host, scope, path: findFile(host, scope, machine, folder), name },
      described: isUndo ? undefined : describeEntry(host, target, scope, folder, { ...values, args }),
    }))
    const results: Result[] = []
    for (const { where, described } of places) {
      const result =
        described === undefined
          ? await performUndo(where, permission, output)
          : await performInstall(where, described, { permission, replace: values.replace === true }, output)
      results.push(result)
      if (!output.json) output.print(clean(result.words))
    }
    if (output.json) output.printJson(results.map((result) => ({ ...result, words: undefined, isFine: undefined })))
    return results.every(({ isFine }) => isFine) ? EXIT.ok : EXIT.refused
  },
})

/** What follows `--` belongs to a file, if one was named. */
function readTarget(
  words: readonly string[],
  program: CommandLine['program'],
): { readonly target: Target; readonly args: readonly string[] } {
  const isNamed = words.length > 0
  const { target, words: rest } = takeTarget('install', { words, program: isNamed ? undefined : program }, [])
  if (rest.length > 0) throw usageFailure(`Unexpected "${rest[0]}".`)
  if (isNamed && program !== undefined && target.kind !== 'file')
    throw usageFailure('Only a FILE takes arguments after --.')
  return { target, args: isNamed ? (program ?? []) : [] }
}

function readHosts(ids: readonly string[]): readonly Host[] {
  if (ids.length === 0) throw usageFailure('install needs a host.', `Add --host HOST: ${IDS.join(', ')}`)
  return [...new Set(ids)].map((id) => {
    const host = HOSTS.find((each) => each.id === id)
    if (host !== undefined) return host
    throw usageFailure(`No host is called "${id}".`, ...didYouMean(id, IDS, (it) => it), `There are ${IDS.join(', ')}.`)
  })
}

function readScope(scope = 'user'): Scope {
  if (scope === 'user' || scope === 'project') return scope
  throw usageFailure(`--scope takes user or project; it got "${scope}".`)
}

function findFile(host: Host, scope: Scope, machine: Machine, folder: string): string {
  const path = fileOf(host, scope, machine, folder)
  if (path !== undefined) return path
  throw usageFailure(
    scope === 'project'
      ? `${host.title} has no configuration for projects.`
      : `${host.title} does not run on this system.`,
  )
}

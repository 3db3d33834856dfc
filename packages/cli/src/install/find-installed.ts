import { existsSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import type { Target } from '../target/target.ts'
import { readTable } from './config/read-entry.ts'
import { readConfig } from './config-file.ts'
import type { Host, Machine } from './host.ts'
import { HOSTS } from './hosts.ts'
import { editorOf } from './plan.ts'

export type Scope = 'user' | 'project'

/** A server in the configuration of a host. */
export interface Installed {
  readonly host: string
  readonly scope: Scope
  readonly file: string
  readonly name: string
  /** A path that the host would start, and that leads nowhere. */
  readonly missing: string | undefined
}

/** A configuration that could not be looked into, and why. */
export interface Unread {
  readonly file: string
  readonly problem: string
}

export const fileOf = (host: Host, scope: Scope, machine: Machine, folder: string): string | undefined =>
  scope === 'user' ? host.userFile(machine) : host.projectFile && resolve(folder, host.projectFile)

/** Looks for a server in the configurations of all hosts: by its address, its file or its command, not by its name. */
export async function findInstalled(
  target: Target,
  machine: Machine,
  folder: string,
): Promise<{ readonly installed: readonly Installed[]; readonly unread: readonly Unread[] }> {
  const installed: Installed[] = []
  const unread: Unread[] = []
  for (const host of HOSTS) {
    for (const scope of ['user', 'project'] as const) {
      const file = fileOf(host, scope, machine, folder)
      // In the home of a person, the file of the project is their own.
      if (file === undefined || (scope === 'project' && file === host.userFile(machine))) continue
      try {
        const { text } = await readConfig(file)
        const servers = Object.entries(readTable(editorOf(host).read(text), host.table))
        for (const [name, entry] of servers)
          if (isOf(target, entry, folder))
            installed.push({ host: host.id, scope, file, name, missing: findMissing(entry) })
      } catch (error) {
        unread.push({ file, problem: error instanceof Error ? error.message : String(error) })
      }
    }
  }
  return { installed, unread }
}

function isOf(target: Target, entry: unknown, folder: string): boolean {
  if (typeof entry !== 'object' || entry === null) return false
  const { command, args } = entry as { readonly command?: unknown; readonly args?: unknown }
  const words: readonly unknown[] = Array.isArray(args) ? args : []
  switch (target.kind) {
    case 'url':
      // Also of a host that starts programs only, which is told what calls the address.
      return [...Object.values(entry), ...(words.at(-2) === 'bridge' ? words.slice(-1) : [])].some(
        (value) => typeof value === 'string' && hrefOf(value) === hrefOf(target.url),
      )
    case 'program':
      return command === target.file && target.args.every((arg, at) => words[at] === arg)
    case 'file': {
      const path = resolve(target.file)
      const isPath = (word: unknown): boolean =>
        typeof word === 'string' && resolve(folder, word.replace(/^\$\{workspaceFolder\}/, folder)) === path
      return words.some((word, at) => words[at - 1] === 'run' && isPath(word))
    }
  }
}

/** Of the words of a command, those that are full paths have to lead somewhere: the program, and what it is given to run. */
function findMissing(entry: unknown): string | undefined {
  const { command, args } = entry as { readonly command?: unknown; readonly args?: unknown }
  const words: readonly unknown[] = [command, ...(Array.isArray(args) ? args : [])]
  const end = words.indexOf('--')
  return words
    .slice(0, end < 0 ? undefined : end)
    .filter((word) => typeof word === 'string')
    .find((word) => isAbsolute(word) && !existsSync(word))
}

const hrefOf = (text: string): string | undefined => URL.parse(text)?.href

import type { Value } from './config/config-editor.ts'

/** Where a configuration lies. */
export interface Machine {
  readonly platform: NodeJS.Platform
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** A program that a host starts. */
export interface Launch {
  readonly kind: 'program'
  readonly command: string
  readonly args: readonly string[]
  /** Names of variables that the host hands on. */
  readonly passed: readonly string[]
  /** Variables that are written down. */
  readonly fixed: Readonly<Record<string, string>>
}

/** A server at an address. */
export interface Remote {
  readonly kind: 'url'
  readonly url: string
  /** Name of the variable that holds a token. */
  readonly bearer: string | undefined
}

export type Entry = { readonly [name: string]: Value }

/** One host: where its configuration is, and how it writes a server. */
export interface Host {
  /** What `--host` takes. */
  readonly id: string
  readonly title: string
  readonly format: 'jsonc' | 'toml'
  /** The table of servers. */
  readonly table: string
  /** The file of the person; `undefined` where the host does not run. */
  readonly userFile: (machine: Machine) => string | undefined
  /** The file of a project, below its folder. */
  readonly projectFile?: string
  /** What stands for the folder of the project in a file of the project; a relative path where it is left out. */
  readonly projectFolder?: string
  /** How a value of the environment is referred to, in a field of this host. */
  readonly reference?: (name: string) => string
  readonly program: (launch: Launch) => Entry
  /** Left out where the file takes programs only. */
  readonly remote?: (remote: Remote) => Entry
  /** What a person may do instead who has an address for a host whose file takes programs only. */
  readonly elsewhere?: string
  /** What a person does so that the host sees the change. */
  readonly next: string
}
